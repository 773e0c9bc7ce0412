/** What the `Sluice` of every adapter is to its users: everyone who is connected, whatever library serves the sockets. */
import { type ConfigurationError, type Inspect, type Label, speaks } from "@sluice/core";
import { type Context, Effect, type Scope } from "effect";
import type { CloseOptions } from "../actor/CloseInfo.js";
import type { Message } from "../adapter/Message.js";
import type { BudgetUse } from "../budget/MemoryBudget.js";
import type { BusStatistics } from "../bus/Bus.js";
import type { ChannelLimit } from "../channels/ChannelLimits.js";
import type { ChannelView } from "../channels/ChannelView.js";
import type { PublishOptions } from "../channels/Publisher.js";
import type { PublishResult } from "../channels/PublishResult.js";
import type { IncomingStatistics } from "../incoming/IncomingCounts.js";
import type { ConnectionRegistry } from "./ConnectionRegistry.js";
import type { Evictions } from "./Evictions.js";
import type { Hub } from "./Hub.js";
import type { HubConnection } from "./HubOptions.js";

/** What of a `Hub` its users are given. */
type Doors<Socket extends object> = Pick<
  Hub<readonly [Socket]>,
  "connections" | "lingering" | "of" | "find" | "publisher" | "close" | "toJSON" | "shown"
>;

/** Flow control for the connections of a server; an adapter's `Sluice` extends it. */
export abstract class FlowControlledServer<Socket extends object> {
  /** Everyone who is connected. See `lingering` for whom that does not count any more. */
  readonly connections: ConnectionRegistry<HubConnection>;

  readonly #hub: Doors<Socket>;

  constructor(hub: Doors<Socket>) {
    this.#hub = hub;
    this.connections = hub.connections;
  }

  /**
   * The connection of a socket, also after it has closed: a handler that awaits may find its client gone, and what
   * it then sends is refused as `closed`, which is no error of the handler.
   *
   * @throws {Error} for a socket that never was open on a server of this `Sluice`.
   */
  of(socket: Socket): HubConnection {
    return this.#hub.of(socket);
  }

  /** The connection of a socket while that is open; undefined for any other. */
  find(socket: Socket): HubConnection | undefined {
    return this.#hub.find(socket);
  }

  /**
   * How many connections have closed in order whose sockets are still there, for at most a minute, because their
   * clients have not read all that is on its way to them.
   */
  get lingering(): number {
    return this.#hub.lingering;
  }

  /** How much of `maxTotalBytes` is used; undefined if that is off. */
  get budget(): BudgetUse | undefined {
    return this.connections.budget?.use;
  }

  /** What clients have sent, those that have gone included, and what became of that; undefined without the option `incoming`. */
  get incoming(): IncomingStatistics | undefined {
    return this.connections.inboxes?.statistics;
  }

  /** Who was cut off lately, when and why, and how many in all: see `connections.onEvicted` to hear of each. */
  get evictions(): Evictions {
    return this.connections.evictions;
  }

  /**
   * Offers a message to everyone; it is encoded, or copied, once for all of them, and its caller may do with it
   * afterwards what it likes. A label says what it means: see `offer` of a connection.
   */
  broadcast(message: Message, options?: PublishOptions | Label<Message>): PublishResult {
    return this.#hub.publisher.broadcast(message, options);
  }

  /**
   * Offers a message to every connection that is subscribed to a channel: see `subscribe` of a connection. Says how many
   * have taken it, and why others have not. Nobody is subscribed to a channel that there is not. A bus gives it to the
   * members on other nodes too; one that orders the channel gives it to all of them, and `stored` says when it has it.
   *
   * A label says what it means: see `offer` of a connection. Where there are several nodes, `channels.labels` says it on all.
   *
   * @throws {ChannelError} for what is no name of a channel; a pattern is none.
   * @throws {ConfigurationError} for a label that is none.
   */
  publish(
    channel: string,
    message: Message,
    options?: PublishOptions | Label<Message>,
  ): PublishResult {
    return this.#hub.publisher.publish(channel, message, options);
  }

  /** Channels that somebody is subscribed to, and how many. */
  get channels(): ReadonlyArray<ChannelView> {
    return this.#hub.publisher.channels;
  }

  /**
   * Changes some of the limits that `channels.limits` has for a name or a pattern, for what comes from then on. Nothing is lost
   * by that.
   *
   * @throws {ConfigurationError} for limits that are not valid, and for what `channels.limits` does not name.
   */
  limitChannel(pattern: string, limit: ChannelLimit): void {
    this.#hub.publisher.limit(pattern, limit);
  }

  /** What its bus has done, and how often it has failed; undefined without one. */
  get bus(): (BusStatistics & { readonly failures: number }) | undefined {
    return this.#hub.publisher.bus?.statistics;
  }

  /** How many connections a message on a channel would reach. @throws {ChannelError} for what is no name. */
  subscribers(channel: string): number {
    return this.#hub.publisher.subscribers(channel);
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

/**
 * A server as a scoped effect: it runs with the services of the effect, and when the scope closes, all connections
 * are closed in order with 1001. Fails with the `ConfigurationError` that `open` throws.
 */
export const scopedServer = Effect.fnUntraced(function* <
  S extends { close(options: CloseOptions): Promise<void> },
>(
  open: (context: Context.Context<never>) => S,
): Effect.fn.Return<S, ConfigurationError, Scope.Scope> {
  const context = yield* Effect.context<never>();
  return yield* Effect.acquireRelease(
    Effect.try({ try: () => open(context), catch: (error) => error as ConfigurationError }),
    (server) => Effect.promise(() => server.close({ code: 1001, reason: "going away" })),
  );
});
