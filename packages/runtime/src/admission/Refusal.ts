/** What a visitor is told who is not let in: a status, and a code and words that say nothing of the server. */

export type Refused = keyof typeof answers;

export interface Refusal {
  /** Of HTTP, 400 to 599. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: `{ code, message }`. */
  readonly body: string;
}

/** The answer to a visitor who is not let in. */
export function refusalFor(code: Refused): Refusal {
  const { status, headers, message } = answers[code];
  const body = JSON.stringify({ code, message });
  return { status, headers: { ...headers, "Content-Type": "application/json" }, body };
}

const answers = {
  unauthorized: {
    status: 401,
    headers: { "WWW-Authenticate": "Bearer" },
    message: "the request must have the token of this server: Authorization: Bearer …",
  },
  "too-many-connections": {
    status: 503,
    headers: { "Retry-After": "5" },
    message: "the server has all the connections that it takes",
  },
  "too-many-of-address": {
    status: 429,
    headers: { "Retry-After": "5" },
    message: "the address has all the connections that it may have",
  },
  "too-many-upgrades": {
    status: 429,
    headers: { "Retry-After": "1" },
    message: "more connections were asked for in this second than are let in",
  },
} as const satisfies Record<string, object>;
