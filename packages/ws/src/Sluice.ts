/**
 * Flow control for a server of `ws`: it wraps the server and gives every socket that opens on it a connection with a
 * bounded outbox.
 *
 * What it sees to: writes are put together and fair; the socket's own buffer stays shallow, so that the overflow
 * strategy can still reach what is queued; nothing is written to a socket that closes; an error of a socket ends no
 * process; a client that does not answer ends.
 */
import type { IncomingMessage } from "node:http";
import {
  ConfigurationError,
  checkOptions,
  type Inspect,
  mustBeFunction,
  speaks,
} from "@sluice/core";
import type { CloseOptions, ConnectionRegistry } from "@sluice/runtime";
import {
  type BroadcastResult,
  Hub,
  type HubConnection,
  type HubOptions,
  type Message,
} from "@sluice/runtime/adapter";
import { Context, Effect, type Scope } from "effect";
import { WebSocket, type WebSocketServer } from "ws";
import { type RouteOptions, routeRules } from "./RouteOptions.js";
import { standIn } from "./StandIn.js";
import { WsTransport } from "./WsTransport.js";

/** A connection of a `ws` server. */
export type WsConnection = HubConnection;

/** What the functions of the options are told of a socket. */
type About = readonly [socket: WebSocket, request: IncomingMessage | undefined];

/** How a server's connections behave; its functions are told the socket when it opens, and its request. */
export type SluiceOptions = HubOptions<About>;

/**
 * Flow control for the connections of a server.
 *
 * @example
 * ```ts
 * import { Sluice } from "@sluice/ws";
 * import { WebSocketServer } from "ws";
 *
 * const sluice = new Sluice({ configuration: { overflow: "drop-oldest" } });
 * const server = sluice.wrap(new WebSocketServer({ port: 9001 }));
 * server.on("connection", (socket) => void sluice.of(socket).offer("welcome"));
 * setInterval(() => sluice.broadcast("tick"), 1000);
 * ```
 */
export class Sluice {
  /** Everyone who is connected. See `lingering` for whom that does not count any more. */
  readonly connections: ConnectionRegistry<WsConnection>;

  readonly #options: SluiceOptions;
  readonly #hub: Hub<About, WsTransport>;

  /**
   * `context` has the services that its fibers run with; leave it out outside of Effect.
   *
   * @throws {ConfigurationError} when the configuration or another option is not valid.
   * @throws {TypeError} for a context that is none.
   */
  constructor(options: SluiceOptions = {}, context: Context.Context<never> = Context.empty()) {
    this.#options = options;
    this.#hub = new Hub(options, context, { stranger: "was its server wrapped?" });
    this.connections = this.#hub.connections;
  }

  /** The same as a scoped effect: when the scope closes, all connections are closed in order. */
  static readonly make = Effect.fnUntraced(function* (
    options: SluiceOptions = {},
  ): Effect.fn.Return<Sluice, ConfigurationError, Scope.Scope> {
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
   * Gives every socket that opens on a server its connection, before any `connection` listener hears of it: there
   * `of` has it. Returns the server.
   *
   * A socket that is refused, because this `Sluice` is closed or its configuration is wrong, is closed with 1001 or
   * 1011. Your listener hears of it all the same: its connection has closed, and takes nothing.
   *
   * @throws {ConfigurationError} when the server is wrapped already, or an option is not valid.
   */
  wrap<S extends WebSocketServer>(server: S, options: RouteOptions = {}): S {
    checkOptions(options, "wrap", routeRules);
    if (wrapped.has(server)) {
      const rule = "is wrapped already: one Sluice serves all of its sockets";
      throw new ConfigurationError({ problems: [{ field: "server", value: "a server", rule }] });
    }
    wrapped.add(server);
    server.prependListener("connection", (socket: WebSocket, request: IncomingMessage) => {
      this.open(socket, request, options);
    });
    return server;
  }

  /**
   * Gives a single socket its connection: of a server that emits no `connection`, or one that you have otherwise.
   * Returns the connection, which has closed if the socket has, or is refused.
   *
   * @throws {Error} for a socket that has a connection already.
   * @throws {ConfigurationError} when an option is not valid.
   */
  open(
    socket: WebSocket,
    request?: IncomingMessage | undefined,
    options: RouteOptions = {},
  ): WsConnection {
    checkOptions(options, "open", routeRules);
    if (taken.has(socket)) throw new Error("this socket has a connection already");
    taken.add(socket);
    const hub = this.#hub;
    const { idleTimeout = 120, sendPingsAutomatically: asks = true } = options;
    const { compress = false } = this.#options;
    // Without a listener to its errors a socket would end the process; its end is told besides.
    socket.on("error", () => {});
    let refusal: CloseOptions | undefined;
    const onDrained = (hasRead: boolean) => hub.drained(socket, hasRead);
    const isOpen = () => socket.readyState === WebSocket.OPEN;
    hub.open([socket, request], {
      transport: (ends) => new WsTransport(socket, { ...ends, compress, asks, onDrained }),
      refuse: (code, reason) => {
        refusal = { code, reason };
        socket.close(code, reason);
      },
      isOpen,
      idleTimeoutMillis: idleTimeout * 1_000,
    });
    if (!hub.knows(socket)) {
      hub.remember(socket, standIn(refusal));
      return hub.of(socket);
    }
    socket.on("pong", (payload: Buffer) => void hub.pong(socket, payload));
    socket.on("close", (code: number, reason: Buffer) => {
      hub.closed(socket, { code, reason: reason.toString(), by: "peer" });
    });
    return hub.of(socket);
  }

  /**
   * A handler of a socket that costs its own connection and no other, whatever it throws, now or later: it is closed
   * with 1011 and reported, as `onError` says. Once the connection has closed, the handler is not called.
   *
   * @example
   * ```ts
   * import { Sluice } from "@sluice/ws";
   * import { WebSocketServer } from "ws";
   *
   * const sluice = new Sluice();
   * const server = sluice.wrap(new WebSocketServer({ port: 9001 }));
   * server.on("connection", (socket) => {
   *   const echo = async (data: Buffer) => void (await sluice.of(socket).send(data));
   *   socket.on("message", sluice.guard(socket, echo));
   * });
   * ```
   */
  guard<A extends ReadonlyArray<unknown>>(
    socket: WebSocket,
    handler: (...args: A) => unknown,
  ): (...args: A) => void {
    mustBeFunction(handler, "handler");
    return (...args) => {
      if (this.find(socket) !== undefined) this.#hub.guard(socket, () => handler(...args));
    };
  }

  /**
   * The connection of a socket, also after it has closed: a handler that awaits may find its client gone, and what
   * it then sends is refused as `closed`, which is no error of the handler.
   *
   * @throws {Error} for a socket that never was open on a server of this `Sluice`.
   */
  of(socket: WebSocket): WsConnection {
    return this.#hub.of(socket);
  }

  /** The connection of a socket while that is open; undefined for any other. */
  find(socket: WebSocket): WsConnection | undefined {
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
   * Offers a message to everyone; it is encoded, or copied, and framed once for all of them, and its caller may do
   * with it afterwards what it likes.
   */
  broadcast(message: Message): BroadcastResult {
    return this.#hub.broadcast(message);
  }

  /**
   * Closes everyone in order: each flushes what is queued, and its client reads what is on its way, for at most its
   * `closeTimeoutMillis`. Whoever connects afterwards is closed at once with 1001. The server itself is yours to close.
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

/** The servers that are wrapped, and the sockets that have a connection, by whichever `Sluice`. */
const wrapped = new WeakSet<object>();
const taken = new WeakSet<object>();
