/**
 * Flow control for a uWebSockets.js server: it wraps the behaviour of a route and gives every socket that
 * opens on it a connection with a bounded outbox.
 *
 * What it sees to: nothing is sent from inside a socket's own callbacks; writes are corked and fair; the
 * socket's own buffer stays shallow, so that the overflow strategy can still reach what is queued; nothing
 * is called on a socket that has closed; a handler that throws costs its own connection and no other.
 */

import type { WebSocket, WebSocketBehavior } from "uWebSockets.js";
import { type ConfigurationError, configuration, type Inspect, speaks } from "@sluice/core";
import type { CloseOptions, ConnectionRegistry } from "@sluice/runtime";
import {
  type BroadcastResult,
  Hub,
  type HubConnection,
  type HubOptions,
  type Message,
} from "@sluice/runtime/adapter";
import { Context, Effect, type Scope } from "effect";
import type { UwsTransport } from "./UwsTransport.js";
import { type About, wrapped } from "./wrapped.js";

/** A connection of a uWebSockets.js server. */
export type UwsConnection = HubConnection;

/** How a route's connections behave; its functions are told the socket when it opens. */
export type SluiceOptions<UserData = unknown> = HubOptions<About<UserData>>;

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
export class Sluice<UserData = unknown> {
  /** Everyone who is connected. See `lingering` for whom that does not count any more. */
  readonly connections: ConnectionRegistry<UwsConnection>;

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
    this.#options = options;
    this.#hub = new Hub(options, context, {
      stranger: "was its route's behaviour wrapped?",
      isLateUse,
    });
    this.connections = this.#hub.connections;
  }

  /** The same as a scoped effect: when the scope closes, all connections are closed in order. */
  static readonly make = Effect.fnUntraced(function* <UserData = unknown>(
    options: SluiceOptions<UserData> = {},
  ): Effect.fn.Return<Sluice<UserData>, ConfigurationError, Scope.Scope> {
    const context = yield* Effect.context<never>();
    return yield* Effect.acquireRelease(
      Effect.try({
        try: () => new Sluice(options, context),
        catch: (error) => error as ConfigurationError,
      }),
      (sluice) => Effect.promise(() => sluice.close({ code: 1001, reason: "going away" })),
    );
  });

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
    const { configuration: own, compress = false } = this.#options;
    const maxBytes = typeof own === "function" ? undefined : configuration(own).maxBytes;
    return wrapped(this.#hub, { compress, maxBytes }, given);
  }

  /**
   * The connection of a socket, also after it has closed: a handler that awaits may find its client gone, and what
   * it then sends is refused as `closed`, which is no error of the handler.
   *
   * @throws {Error} for a socket that never was open on a route of this `Sluice`.
   */
  of(socket: WebSocket<UserData>): UwsConnection {
    return this.#hub.of(socket);
  }

  /** The connection of a socket while that is open; undefined for any other. */
  find(socket: WebSocket<UserData>): UwsConnection | undefined {
    return this.#hub.find(socket);
  }

  /**
   * How many connections have closed in order whose sockets are still there, for at most a minute, because their
   * clients have not read all that is on its way to them.
   */
  get lingering(): number {
    return this.#hub.lingering;
  }

  /**
   * Offers a message to everyone; it is encoded, or copied, once for all of them, and its caller may do with it
   * afterwards what it likes.
   */
  broadcast(message: Message): BroadcastResult {
    return this.#hub.broadcast(message);
  }

  /**
   * Closes everyone in order: each flushes what is queued, and its client reads what is on its way, for at most its
   * `closeTimeoutMillis`. Whoever connects afterwards is closed at once with 1001.
   *
   * Rejects with a `RangeError` or a `TypeError` for a code or a reason that cannot be sent; nothing has changed then.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#hub.close(options);
  }

  /** For `JSON.stringify`: everyone who is connected. */
  toJSON(): object {
    return this.#hub.toJSON();
  }

  /** What `console.log` prints: whether it is closed, how many are connected, and the first of them. */
  [speaks](_depth: number, options: object, inspect: Inspect): string {
    return this.#hub.shown(options, inspect);
  }
}

/** Whether an error says that a socket was used after it had closed: its client left while a handler awaited. */
function isLateUse(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Invalid access of closed");
}
