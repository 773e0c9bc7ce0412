/**
 * Which pages may connect. A browser lets any site open a WebSocket to any server, with the visitor's cookies
 * and from inside the visitor's network, and says in `Origin` whose page it was: only the server can refuse.
 *
 * Decided by parsed origins, never by text: letters, default ports and addresses are as the URL standard has them.
 */

import { aBoolean, checkOptions } from "@sluice/core";

/** Whose pages are let in. */
export interface OriginOptions {
  /** Other origins that are, such as `https://example.org`; by default none. A port that is not named is the default one. */
  readonly allow?: ReadonlyArray<string> | undefined;
  /**
   * Whether a page is the server's own too when its host is that of `X-Forwarded-Host`, where a proxy that
   * rewrites `Host` leaves the name that it was reached by. True by default: a page can set no header of a
   * WebSocket's request, so only a proxy or a program can have written it, and a program needs no origin.
   */
  readonly trustProxy?: boolean | undefined;
}

/** `own`: a page of this server. `allowed`: one of the list. `none`: no page, but a program. */
export type OriginVerdict = "own" | "allowed" | "none" | "foreign";

/** What is looked at of a request: the values of a header, in the order in which they came. */
export type HeaderValues = (name: "origin" | "host" | "x-forwarded-host") => ReadonlyArray<string>;

/** Decides whose page a request comes from. */
export class OriginPolicy {
  readonly #allowed: ReadonlySet<string>;
  readonly #trustsProxy: boolean;

  /** @throws {ConfigurationError} for options that are none, and for what is not an origin. */
  constructor(options: OriginOptions = {}) {
    checkOptions(options, "origins", rules);
    this.#allowed = new Set((options.allow ?? []).map((origin) => nameOf(parsed(origin) as URL)));
    this.#trustsProxy = options.trustProxy ?? true;
  }

  /** Decides by a request's headers. */
  decide(values: HeaderValues): OriginVerdict {
    const [text, another] = values("origin");
    if (text === undefined) return "none";
    // A page sends one; who sends more wants to be two.
    const origin = another === undefined ? parsed(text) : undefined;
    if (origin === undefined) return "foreign";
    if (isOf(origin, values("host"))) return "own";
    if (this.#trustsProxy && isOf(origin, foremost(values("x-forwarded-host")))) return "own";
    return this.#allowed.has(nameOf(origin)) ? "allowed" : "foreign";
  }
}

/** What a page of somebody else is told, as JSON: `{ code: "foreign-origin", message }`. */
export function refusalOf(values: HeaderValues): string {
  const [origin, host] = [values("origin").join(", "), values("host").join(", ")];
  const message =
    `origin (${JSON.stringify(origin)}) must be of this server (${JSON.stringify(host)}), ` +
    "or be allowed by it";
  return JSON.stringify({ code: "foreign-origin", message });
}

/** Each proxy adds to the list: the first is what the browser asked for. */
function foremost([list = ""]: ReadonlyArray<string>): ReadonlyArray<string> {
  return list.split(",", 1).map((host) => host.trim());
}

/** Whether it is the one host that a request was for. What is no host and port alone, is none. */
function isOf(origin: URL, [host = "", another]: ReadonlyArray<string>): boolean {
  // Read with the origin's scheme: it says which port is the default one.
  const asked = another === undefined ? parsed(`${origin.protocol}//${host}`) : undefined;
  return asked?.host === origin.host;
}

/** Scheme, host and, it may be, a port: no user, no path, nothing that a lenient reader would overlook. */
const bare = /^[a-z][a-z0-9+.-]*:\/\/[^\s/\\?#@,]+$/i;

/** Undefined for what is no origin: `null`, a list, an address with a path. */
function parsed(text: string): URL | undefined {
  return bare.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

/** `URL.origin` is "null" for all schemes but those of the web. */
function nameOf({ protocol, host }: URL): string {
  return `${protocol}//${host.toLowerCase()}`;
}

/** What `OriginOptions` must be. */
const rules = {
  allow: [
    [
      (origin: unknown) => typeof origin === "string" && parsed(origin) !== undefined,
      "must be an origin, such as https://example.org: a scheme, a host, no path",
    ],
  ],
  trustProxy: aBoolean,
} as const;
