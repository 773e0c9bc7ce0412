/** A structured error as an HTTP answer. */
import type { HttpResponse } from "uWebSockets.js";

export interface Refusal {
  /** For programs. */
  readonly code: string;
  /** For people: the value and the rule. */
  readonly message: string;
}

/** Answers with `status`, such as `404 Not Found`, and the refusal as JSON. */
export function refuse(
  response: HttpResponse,
  status: string,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeStatus(status);
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
  response.writeHeader("content-type", "application/json").end(JSON.stringify(refusal));
}
