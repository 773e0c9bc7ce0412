/**
 * Flow control for a uWebSockets.js server: it wraps the behaviour of a route and gives every socket that
 * opens on it a connection with a bounded outbox.
 *
 * What it sees to: nothing is sent from inside a socket's own callbacks; writes are corked and fair; the
 * socket's own buffer stays shallow, so that the overflow strategy can still reach what is queued; nothing
 * is called on a socket that has closed; a handler that throws costs its own connection and no other.
 */

import type {
  HttpRequest,
  HttpResponse,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from "uWebSockets.js";
import {
  type Configuration,
  ConfigurationError,
  type ConfigurationOptions,
  configuration,
} from "@sluice/core";
import {
  Actor,
  assessing,
  type CloseInfo,
  type CloseOptions,
  ConnectionRegistry,
  Flusher,
  PlainConnection,
  SendError,
} from "@sluice/runtime";
import { Context, Effect, type Fiber, type Scope } from "effect";
import { byteLength, Frame, type Message } from "./Frame.js";
import { UwsTransport } from "./UwsTransport.js";

/** A connection of a uWebSockets.js server. */
export type UwsConnection = PlainConnection<Message>;

/** How a route's connections behave. */
export interface SluiceOptions<UserData = unknown> {
  /** For all connections alike, or by the socket when it opens. */
  readonly configuration?:
    | ConfigurationOptions
    | ((socket: WebSocket<UserData>) => ConfigurationOptions);
  /** Whether messages are compressed, if the behaviour has a compressor; false by default. */
  readonly compress?: boolean;
  /**
   * Told of what a handler threw; by default it is logged. The connection is closed with 1011. A `SendError`
   * of its own connection is no error of the handler: that connection is closed as a slow consumer.
   */
  readonly onError?: (error: unknown, connection: UwsConnection | undefined) => void;
}

/** An open socket's two sides: the one that its callbacks speak to, and the one that users get. */
interface Opened {
  readonly actor: Actor<Message>;
  readonly connection: UwsConnection;
}

/** What became of a broadcast, in connections. */
export interface BroadcastResult {
  readonly accepted: number;
  readonly rejected: number;
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
export class Sluice<UserData = unknown> {
  /** Everyone who is connected. */
  readonly connections = new ConnectionRegistry<UwsConnection>();

  readonly #options: SluiceOptions<UserData>;
  readonly #configurationOf: (socket: WebSocket<UserData>) => Configuration;
  readonly #context: Context.Context<never>;
  readonly #flusher = new Flusher();
  readonly #opened = new Map<WebSocket<UserData>, Opened>();
  /** The actors of all that are open; made anew after one has come or gone. */
  #everyone: ReadonlyArray<Actor<Message>> | undefined;
  #assessing: Fiber.Fiber<never> | undefined;
  #isClosed = false;

  /**
   * `context` has the services that its fibers run with; leave it out outside of Effect.
   *
   * @throws {ConfigurationError} when the configuration is not valid.
   */
  constructor(
    options: SluiceOptions<UserData> = {},
    context: Context.Context<never> = Context.empty(),
  ) {
    refuseUnknown(options);
    this.#options = options;
    this.#context = context;
    const given = options.configuration;
    if (typeof given === "function") {
      this.#configurationOf = (socket) => configuration(given(socket));
    } else {
      const fixed = configuration(given);
      this.#configurationOf = () => fixed;
    }
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
   * @throws {ConfigurationError} when the behaviour asks uWebSockets.js to close slow consumers itself.
   */
  wrap(behavior: WebSocketBehavior<UserData> = {}): WebSocketBehavior<UserData> {
    refuseConflicts(behavior);
    const { open, message, drain, dropped, close, ping, pong, subscription, upgrade } = behavior;
    const guarded = <A extends ReadonlyArray<unknown>>(
      handler: ((socket: WebSocket<UserData>, ...args: A) => unknown) | undefined,
    ) =>
      handler &&
      ((socket: WebSocket<UserData>, ...args: A) =>
        this.#guard(socket, () => handler(socket, ...args)));
    return {
      maxBackpressure: defaultMaxBackpressure,
      ...behavior,
      ...defined({
        upgrade:
          upgrade &&
          ((response: HttpResponse, request: HttpRequest, context: us_socket_context_t) =>
            this.#guardUpgrade(response, () => upgrade(response, request, context))),
        message: guarded(message),
        ping: guarded(ping),
        pong: guarded(pong),
        dropped: guarded(dropped),
        subscription: guarded(subscription),
      }),
      open: (socket) => {
        if (this.#open(socket) && open) this.#guard(socket, () => open(socket));
      },
      drain: (socket) => {
        this.#opened.get(socket)?.actor.drained();
        if (drain && this.#opened.has(socket)) this.#guard(socket, () => drain(socket));
      },
      close: (socket, code, reason) => {
        const opened = this.#opened.get(socket);
        if (opened === undefined) return;
        opened.actor.disconnected(code, Buffer.from(reason).toString());
        if (close) this.#guard(socket, () => close(socket, code, reason));
        this.#forget(socket);
      },
    };
  }

  /**
   * The connection of a socket.
   *
   * @throws {Error} for a socket that is not open on a route of this `Sluice`.
   */
  of(socket: WebSocket<UserData>): UwsConnection {
    const connection = this.#opened.get(socket)?.connection;
    if (connection === undefined) {
      throw new Error("this socket is not open, or its route's behaviour was not wrapped");
    }
    return connection;
  }

  /** Offers a message to everyone; it is encoded once for all of them. */
  broadcast(message: Message): BroadcastResult {
    // Encoded and sized once; and an array is walked faster than a map.
    const frame = typeof message === "string" ? Frame.text(message) : message;
    const bytes = byteLength(frame);
    this.#everyone ??= Array.from(this.#opened.values(), ({ actor }) => actor);
    let accepted = 0;
    let rejected = 0;
    for (const actor of this.#everyone) {
      if (actor.offer(frame, bytes)._tag === "Accepted") accepted++;
      else rejected++;
    }
    return { accepted, rejected };
  }

  /**
   * Closes everyone in order: each flushes what is queued, for at most its `closeTimeoutMillis`. Whoever
   * connects afterwards is closed at once with 1001.
   */
  async close(options?: CloseOptions): Promise<void> {
    this.#isClosed = true;
    const all: Array<Promise<CloseInfo>> = [];
    for (const connection of this.connections) all.push(connection.close(options));
    await Promise.all(all);
  }

  #open(socket: WebSocket<UserData>): boolean {
    if (this.#isClosed) {
      socket.end(1001, "going away");
      return false;
    }
    try {
      const actor = new Actor<Message>({
        transport: new UwsTransport(socket, this.#options.compress ?? false),
        flusher: this.#flusher,
        sizeOf: byteLength,
        configuration: this.#configurationOf(socket),
        context: this.#context,
      });
      const connection = new PlainConnection(actor);
      this.#opened.set(socket, { actor, connection });
      this.#everyone = undefined;
      this.connections.add(connection);
      this.#assessing ??= Effect.runForkWith(this.#context)(assessing(this.connections));
      return true;
    } catch (error) {
      socket.end(1011, "internal error");
      this.#report(error, undefined);
      return false;
    }
  }

  #forget(socket: WebSocket<UserData>): void {
    const opened = this.#opened.get(socket);
    if (opened !== undefined) this.connections.remove(opened.connection);
    this.#opened.delete(socket);
    this.#everyone = undefined;
    if (this.#opened.size > 0) return;
    this.#assessing?.interruptUnsafe();
    this.#assessing = undefined;
  }

  /** Runs a handler: what it throws, now or later, closes its own connection and is reported. */
  #guard(socket: WebSocket<UserData>, handler: () => unknown): void {
    const connection = this.#opened.get(socket)?.connection;
    const failed = (error: unknown) => {
      if (error instanceof SendError && error.connection === connection?.id) {
        // Not the handler's fault: its client has gone, or is too slow.
        connection.evict();
        return;
      }
      connection?.evict({ code: 1011, reason: "internal error" });
      this.#report(error, connection);
    };
    attempt(handler, failed);
  }

  #guardUpgrade(response: HttpResponse, handler: () => unknown): void {
    const failed = (error: unknown) => {
      this.#report(error, undefined);
      try {
        response.close();
      } catch {
        // It has been answered or has gone: there is nothing left to close.
      }
    };
    attempt(handler, failed);
  }

  #report(error: unknown, connection: UwsConnection | undefined): void {
    const { onError } = this.#options;
    if (onError === undefined) this.#log(error, connection);
    else
      attempt(
        () => onError(error, connection),
        (another) => this.#log(another, connection),
      );
  }

  #log(error: unknown, connection: UwsConnection | undefined): void {
    const who = connection === undefined ? "a socket" : `connection ${connection.id}`;
    Effect.runForkWith(this.#context)(Effect.logError(`a handler of ${who} failed`, error));
  }
}

/**
 * What uWebSockets.js may buffer for a socket before it drops by itself. The outbox stops handing over at the
 * first byte of pressure, so this is never reached by what it sends.
 */
const defaultMaxBackpressure = 1024 * 1024;

/** Runs a handler that may throw now or reject later. */
function attempt(handler: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = handler();
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}

function refuseUnknown(options: object): void {
  const problems = Object.entries(options)
    .filter(([field]) => !["configuration", "compress", "onError"].includes(field))
    .map(([field, value]) => ({ field, value, rule: "is not an option of Sluice" }));
  if (problems.length > 0) throw new ConfigurationError({ problems });
}

function refuseConflicts<UserData>(behavior: WebSocketBehavior<UserData>): void {
  if (!behavior.closeOnBackpressureLimit) return;
  throw new ConfigurationError({
    problems: [
      {
        field: "closeOnBackpressureLimit",
        value: behavior.closeOnBackpressureLimit,
        rule: 'must be false: use overflow "disconnect", which closes in order and with a reason',
      },
    ],
  });
}

function defined<T extends object>(properties: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
