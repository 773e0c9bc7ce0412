/** What a visitor is told who is not let in: a status, and a code and words that say nothing of the server. */
import type { HttpResponse } from "uWebSockets.js";

export type Refused = keyof typeof answers;

const answers = {
  unauthorized: {
    status: "401 Unauthorized",
    headers: { "www-authenticate": "Bearer" },
    message: "the request must have the token of this server: Authorization: Bearer …",
  },
  "too-many-connections": {
    status: "503 Service Unavailable",
    headers: { "retry-after": "5" },
    message: "the server has all the connections that it takes",
  },
  "too-many-of-address": {
    status: "429 Too Many Requests",
    headers: { "retry-after": "5" },
    message: "the address has all the connections that it may have",
  },
  "too-many-upgrades": {
    status: "429 Too Many Requests",
    headers: { "retry-after": "1" },
    message: "more connections were asked for in this second than are let in",
  },
} as const satisfies Record<string, object>;

/** Answers, and closes the socket. */
export function refused(response: HttpResponse, code: Refused): void {
  const { status, headers, message } = answers[code];
  response.writeStatus(status);
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
  response
    .writeHeader("content-type", "application/json")
    .end(JSON.stringify({ code, message }), true);
}
