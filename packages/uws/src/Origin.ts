/** Keeps the pages of other origins out, before a request is upgraded. */
import type {
  HttpRequest,
  HttpResponse,
  us_socket_context_t,
  WebSocketBehavior,
} from "uWebSockets.js";
import { mustBeFunction } from "@sluice/core";
import {
  type HeaderValues,
  type OriginOptions,
  OriginPolicy,
  type OriginVerdict,
  refusalOf,
} from "@sluice/runtime/adapter";

/** Decides whose page a request comes from. */
export class OriginRule extends OriginPolicy {
  judge(request: HttpRequest): OriginVerdict {
    return this.decide(headersOf(request));
  }
}

type Upgrade = NonNullable<WebSocketBehavior<unknown>["upgrade"]>;

/**
 * Puts a guard before the `upgrade` handler of a route: pages of this server pass, those of `allow`, and
 * programs, which send no `Origin`; a page of anybody else is refused with 403 and a structured error.
 * Without a handler of your own, those who pass are upgraded, with no user data.
 *
 * The scheme is not compared: a server cannot know whether a proxy before it ended TLS.
 *
 * @throws {ConfigurationError} when the options are not valid.
 *
 * @example
 * ```ts
 * import { Sluice, sameOrigin } from "@sluice/uws";
 * import { App } from "uWebSockets.js";
 *
 * const sluice = new Sluice();
 * App().ws("/feed", sluice.wrap({ upgrade: sameOrigin({ allow: ["https://example.org"] }) }));
 * ```
 */
export function sameOrigin(options: OriginOptions = {}, upgrade: Upgrade = justUpgrade): Upgrade {
  const rule = new OriginRule(options);
  mustBeFunction(upgrade, "upgrade");
  return (response, request, context) => {
    if (rule.judge(request) !== "foreign") return upgrade(response, request, context);
    refuseOrigin(response, request);
  };
}

/** Answers with 403 and `{ code: "foreign-origin", message }`. */
export function refuseOrigin(response: HttpResponse, request: HttpRequest): void {
  response
    .writeStatus("403 Forbidden")
    .writeHeader("content-type", "application/json")
    .end(refusalOf(headersOf(request)));
}

/** Upgrades whoever asks, with no user data. */
export function justUpgrade(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  response.upgrade(
    {},
    request.getHeader("sec-websocket-key"),
    request.getHeader("sec-websocket-protocol"),
    request.getHeader("sec-websocket-extensions"),
    context,
  );
}

/** `getHeader` shows the first of several only, and takes one that is empty for none. */
function headersOf(request: HttpRequest): HeaderValues {
  const headers: Array<readonly [string, string]> = [];
  request.forEach((name, value) => headers.push([name, value]));
  return (wanted) => headers.filter(([name]) => name === wanted).map(([, value]) => value);
}
