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
  response.writeHeader("content-type", "application/json");
  end(response, JSON.stringify(refusal), isHead);
}

/** Ends an answer; that to HEAD has no body, and closes the connection: uWebSockets.js answers nothing more on it. */
export function end(response: HttpResponse, body: string, isHead: boolean): void {
  if (!isHead) {
    response.end(body);
    return;
  }
  // An answer without a body does not count as one to uWebSockets.js: without this it would end the process.
  response.onAborted(() => {});
  response.endWithoutBody(Buffer.byteLength(body), true);
}
