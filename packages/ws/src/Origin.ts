/** Keeps the pages of other origins out, before a request is upgraded. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  type HeaderValues,
  type OriginOptions,
  OriginPolicy,
  type OriginVerdict,
  refusalOf,
} from "@sluice/runtime/adapter";
import type { VerifyClientCallbackAsync } from "ws";

/** Decides whose page a request comes from. */
export class OriginRule extends OriginPolicy {
  judge(request: IncomingMessage): OriginVerdict {
    return this.decide(headersOf(request));
  }
}

/**
 * The `verifyClient` of a server that lets pages of its own pass, those of `allow`, and programs, which send no
 * `Origin`; a page of anybody else is refused with 403 and a structured error. A check of your own comes after it.
 *
 * The scheme is not compared: a server cannot know whether a proxy before it ended TLS.
 *
 * @throws {ConfigurationError} when the options are not valid.
 *
 * @example
 * ```ts
 * import { Sluice, sameOrigin } from "@sluice/ws";
 * import { WebSocketServer } from "ws";
 *
 * const verifyClient = sameOrigin({ allow: ["https://example.org"] });
 * const server = new Sluice().wrap(new WebSocketServer({ port: 9001, verifyClient }));
 * server.close();
 * ```
 */
export function sameOrigin(
  options: OriginOptions = {},
  verify: VerifyClientCallbackAsync = (_, pass) => pass(true),
): VerifyClientCallbackAsync {
  const rule = new OriginRule(options);
  return (about, pass) => {
    if (rule.judge(about.req) !== "foreign") return verify(about, pass);
    const body = refusalOf(headersOf(about.req));
    pass(false, 403, body, { "Content-Type": "application/json" });
  };
}

/** Answers a request to upgrade with 403 and `{ code: "foreign-origin", message }`; for servers with `noServer`. */
export function refuseOrigin(stream: Duplex, request: IncomingMessage): void {
  const body = refusalOf(headersOf(request));
  const head = [
    "HTTP/1.1 403 Forbidden",
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  stream.once("finish", () => stream.destroy());
  stream.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** `headers` shows the first of several only. */
function headersOf({ rawHeaders }: IncomingMessage): HeaderValues {
  return (wanted) =>
    rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === wanted);
}
