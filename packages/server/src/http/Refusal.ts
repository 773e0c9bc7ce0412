/** A structured error as an HTTP answer. */
import type { HttpResponse } from "uWebSockets.js";

export interface Refusal {
  /** For programs. */
  readonly code: string;
  /** For people: the value and the rule. */
  readonly message: string;
}

/** Answers with `status`, such as `404 Not Found`, and the refusal as JSON, which HEAD is not given. */
export function refuse(
  response: HttpResponse,
  status: string,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
  isHead = false,
): void {
  response.writeStatus(status);
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
  const body = JSON.stringify(refusal);
  response.writeHeader("content-type", "application/json");
  if (!isHead) {
    response.end(body);
    return;
  }
  response.onAborted(() => {});
  response.endWithoutBody(Buffer.byteLength(body), true);
}
