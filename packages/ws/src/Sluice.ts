/**
 * Flow control for a server of `ws`: it wraps the server and gives every socket that opens on it a connection with a
 * bounded outbox.
 *
 * What it sees to: writes are put together and fair; the socket's own buffer stays shallow, so that the overflow
 * strategy can still reach what is queued; nothing is written to a socket that closes; an error of a socket ends no
 * process; a client that does not answer ends.
 */
import type { IncomingMessage } from "node:http";
import { ConfigurationError, checkOptions, mustBeFunction } from "@sluice/core";
import type { CloseOptions } from "@sluice/runtime";
import {
  FlowControlledServer,
  Hub,
  type HubConnection,
  type HubOptions,
  scopedServer,
} from "@sluice/runtime/adapter";
import { Context, type Effect, type Scope } from "effect";
import { WebSocket, type WebSocketServer } from "ws";
import { receivedBytes } from "./Received.js";
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
export class Sluice extends FlowControlledServer<WebSocket> {
  readonly #options: SluiceOptions;
  readonly #hub: Hub<About, WsTransport>;

  /**
   * `context` has the services that its fibers run with; leave it out outside of Effect.
   *
   * @throws {ConfigurationError} when the configuration or another option is not valid.
   * @throws {TypeError} for a context that is none.
   */
  constructor(options: SluiceOptions = {}, context: Context.Context<never> = Context.empty()) {
    const hub = new Hub<About, WsTransport>(options, context, {
      stranger: "was its server wrapped?",
    });
    super(hub);
    this.#options = options;
    this.#hub = hub;
  }

  /** The same as a scoped effect: when the scope closes, all connections are closed in order. */
  static make(options: SluiceOptions = {}): Effect.Effect<Sluice, ConfigurationError, Scope.Scope> {
    return scopedServer((context) => new Sluice(options, context));
  }

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
      transport: (ends) => new WsTransport(socket, ends, { compress, asks, onDrained }),
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
    socket.on("ping", (payload: Buffer) => hub.pinged(socket, payload.length));
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
   * With the option `incoming` a listener of `message` takes its turn, and what it is called with is counted: guard one for
   * each socket, and give it to `on` as it is.
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
    const { inboxes } = this.#hub;
    return (...args) => {
      if (this.find(socket) === undefined) return;
      const handle = () => handler(...args);
      const bytes = inboxes && receivedBytes(args);
      if (bytes === undefined) this.#hub.guard(socket, handle);
      else inboxes?.take(socket, bytes, handle, () => handle);
    };
  }
}

/** The servers that are wrapped, and the sockets that have a connection, by whichever `Sluice`. */
const wrapped = new WeakSet<object>();
const taken = new WeakSet<object>();
