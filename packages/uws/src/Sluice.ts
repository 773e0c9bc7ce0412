/**
 * Flow control for a uWebSockets.js server: it wraps the behaviour of a route and gives every socket that
 * opens on it a connection with a bounded outbox.
 *
 * What it sees to: nothing is sent from inside a socket's own callbacks; writes are corked and fair; the
 * socket's own buffer stays shallow, so that the overflow strategy can still reach what is queued; nothing
 * is called on a socket that has closed; a handler that throws costs its own connection and no other.
 */

import type { TemplatedApp, WebSocket, WebSocketBehavior } from "uWebSockets.js";
import { ConfigurationError, configuration, isPlainObject } from "@sluice/core";
import {
  FlowControlledServer,
  Hub,
  type HubConnection,
  type HubOptions,
  scopedServer,
} from "@sluice/runtime/adapter";
import { Context, type Effect, type Scope } from "effect";
import type { UwsTransport } from "./UwsTransport.js";
import { type About, wrapped } from "./wrapped.js";

/** A connection of a uWebSockets.js server. */
export type UwsConnection = HubConnection;

/** How a route's connections behave; its functions are told the socket when it opens. */
export interface SluiceOptions<UserData = unknown> extends HubOptions<About<UserData>> {
  /**
   * The app whose routes are wrapped. With it, what is published or broadcast goes to all that keep up by one call of the
   * app's own topics (theirs begin with `sluice`), and to the others by their outboxes. Nothing else is different.
   */
  readonly app?: TemplatedApp | undefined;
}

/**
 * Flow control for the connections of a server.
 *
 * @example
 * ```ts
 * import { Sluice } from "@sluice/uws";
 * import { App } from "uWebSockets.js";
 *
 * const sluice = new Sluice({ configuration: { overflow: "drop-oldest" } });
 * App()
 *   .ws("/feed", sluice.wrap({ open: (socket) => void sluice.of(socket).offer("welcome") }))
 *   .listen(9001, () => {});
 * setInterval(() => sluice.broadcast("tick"), 1000);
 * ```
 */
export class Sluice<UserData = unknown> extends FlowControlledServer<WebSocket<UserData>> {
  readonly #options: SluiceOptions<UserData>;
  readonly #hub: Hub<About<UserData>, UwsTransport>;

  /**
   * `context` has the services that its fibers run with; leave it out outside of Effect.
   *
   * @throws {ConfigurationError} when the configuration or another option is not valid.
   * @throws {TypeError} for a context that is none.
   */
  constructor(
    options: SluiceOptions<UserData> = {},
    context: Context.Context<never> = Context.empty(),
  ) {
    const stranger = "was its route's behaviour wrapped?";
    const { app, ...others } = options ?? {};
    // What is no plain object is refused by the hub.
    const own = isPlainObject(options) ? others : options;
    const hub = new Hub<About<UserData>, UwsTransport>(own, context, {
      stranger,
      isLateUse,
      cannotPause: "uWebSockets.js cannot pause a WebSocket",
    });
    if (app !== undefined) checkApp(app);
    super(hub);
    this.#options = options;
    this.#hub = hub;
  }

  /** The same as a scoped effect: when the scope closes, all connections are closed in order. */
  static make<UserData = unknown>(
    options: SluiceOptions<UserData> = {},
  ): Effect.Effect<Sluice<UserData>, ConfigurationError, Scope.Scope> {
    return scopedServer((context) => new Sluice(options, context));
  }

  /**
   * Wraps the behaviour of a route. Handlers keep their signatures; get a socket's connection with `of`.
   *
   * A `maxBackpressure` below what the outbox hands over is raised: over it uWebSockets.js refuses pongs and the close
   * frame, and an accepted message would be cut. Pings of its own find out what a client has read, unless
   * `sendPingsAutomatically` is false; their pongs do not reach the `pong` handler. `idleTimeout` (in seconds, 120 by
   * default) is kept by Sluice: a client that is known to be reading what it was sent is given a minute more.
   *
   * In a `dropped` handler only count: to change subscriptions there ends the process, in uWebSockets.js.
   *
   * @throws {ConfigurationError} when the behaviour is wrapped already, has a handler that is no function, or asks
   * uWebSockets.js to close slow consumers itself.
   */
  wrap(given: WebSocketBehavior<UserData> = {}): WebSocketBehavior<UserData> {
    const { configuration: own, compress = false, app } = this.#options;
    const maxBytes = typeof own === "function" ? undefined : configuration(own).maxBytes;
    return wrapped(this.#hub, { compress, maxBytes, app }, given);
  }
}

/** @throws {ConfigurationError} for what has no topics. */
function checkApp(app: TemplatedApp): void {
  if (typeof app.publish === "function" && typeof app.numSubscribers === "function") return;
  const rule = "must be an App or an SSLApp of uWebSockets.js";
  throw new ConfigurationError({ problems: [{ field: "app", value: app, rule }] });
}

/** Whether an error says that a socket was used after it had closed: its client left while a handler awaited. */
function isLateUse(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Invalid access of closed");
}
