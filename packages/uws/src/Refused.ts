/** Answers a visitor who is not let in, and closes its socket. */
import type { HttpResponse } from "uWebSockets.js";
import { STATUS_CODES } from "node:http";
import { type Refused, refusalFor } from "@sluice/runtime/adapter";

export function refused(response: HttpResponse, code: Refused): void {
  const { status, headers, body } = refusalFor(code);
  response.writeStatus(`${status} ${STATUS_CODES[status]}`);
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
  response.end(body, true);
}
