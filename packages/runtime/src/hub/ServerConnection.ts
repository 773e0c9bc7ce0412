/** A connection of a WebSocket server: one that can be subscribed to channels. */
import { kindOf } from "@sluice/core";
import type { Holder } from "../actor/Holder.js";
import type { Message } from "../adapter/Message.js";
import { ChannelError } from "../channels/ChannelError.js";
import type { Resumed, Resumption } from "../history/Resumption.js";
import type { IncomingStatistics } from "../incoming/IncomingCounts.js";
import type { Arrivals } from "../snapshot/Arrivals.js";
import { type Joined, type JoinOptions, notBegun } from "../snapshot/JoinOptions.js";
import { PlainConnection } from "../view/PlainConnection.js";

/** What a connection asks of its server. */
export interface Subscribing {
  readonly subscriptions: ReadonlyArray<string>;
  /** There is one if its server paces what comes in. */
  readonly inbox: { readonly statistics: IncomingStatistics } | undefined;
  subscribe(channel: string): boolean;
  unsubscribe(channel: string): boolean;
  /** Ways to channels that begin with something else than what is live. */
  readonly arrivals: Pick<Arrivals, "resume" | "join">;
}

let serverOf: (connection: ServerConnection) => Subscribing;

/** Of a connection without a server: it is subscribed to nothing. */
const alone: Subscribing = {
  subscriptions: [],
  inbox: undefined,
  subscribe: () => false,
  unsubscribe: () => false,
  arrivals: {
    resume: ({ channel }) => {
      throw new ChannelError({ reason: "no-history", channel });
    },
    join: (_channel, options) => notBegun(options),
  },
};

export class ServerConnection extends PlainConnection<Message> {
  readonly #server: Subscribing;

  /** Made by the hub of a server. */
  constructor(holder: Holder<Message>, server: Subscribing = alone) {
    super(holder);
    this.#server = server;
  }

  /**
   * From now on what is published on a channel comes to it too, as if it were offered. A pattern stands for all channels
   * whose names it matches, also those to come: `prices.*` has `prices.eur`, `events.**` has `events`, `events.a` and
   * `events.a.b`. A message comes once, however many subscriptions have its channel.
   *
   * Answers whether that is new. A connection that is closing is subscribed to nothing any more.
   *
   * @throws {ChannelError} for what is neither a name nor a pattern, and when there would be too many channels or
   * subscriptions; nothing has changed then.
   *
   * @example
   * ```ts
   * import type { HubConnection } from "@sluice/runtime/adapter";
   *
   * const join = (connection: HubConnection, room: string) => connection.subscribe(`rooms.${room}`);
   * ```
   */
  subscribe(channel: string): boolean {
    return this.#server.subscribe(channel);
  }

  /**
   * Subscribes it to a channel that has a history, and gives it what it missed before that: what was published after its
   * place, in order, and then live, without a hole and without an overlap. Without a place it is told what its place is now.
   * What can no longer be had it is told exactly: see `channels.wire`.
   *
   * What it missed takes only what room its outbox has, and waits for more, whatever its strategy. A second resume of the
   * channel, `unsubscribe` and the end of the connection end it; nothing more comes of it then.
   *
   * @throws {ConfigurationError} for what is no resumption. @throws {ChannelError} for a channel without history, one that
   * comes to it by a pattern already, and when there would be too many. Nothing has changed then.
   *
   * @example
   * ```ts
   * import { channelRequest, type HubConnection } from "@sluice/runtime/adapter";
   *
   * const answer = (connection: HubConnection, text: string) => {
   *   const request = channelRequest(text);
   *   if (request?.type === "subscribe") void connection.resume(request.from);
   *   if (request?.type === "unsubscribe") connection.unsubscribe(request.channel);
   * };
   * ```
   */
  resume(resumption: Resumption): Promise<Resumed> {
    return this.#server.arrivals.resume(resumption);
  }

  /**
   * Subscribes it to a channel after a snapshot: the messages of a source, and then what has been published since the call,
   * in order. The call is the cut, and a function that makes the source is called in it: what it takes hold of there is what
   * the channel had led to so far. What is published from then on is held back for this connection, within the limits of the
   * channel (those of the connection if it has none), and goes out after all of the snapshot; what they lose is counted.
   *
   * The source is asked for more only while there is room below the first mark of an outbox of its own, in which nothing is
   * lost to other messages. Resolves when the channel is live: all that was held has gone out. A second `join` or `resume`
   * of the channel, `unsubscribe` and the end of the connection end it, and its source: nothing more comes of it then, and
   * `isLive` is false.
   *
   * Rejects with a `SnapshotError`, whose `cause` is what the source threw, when that fails or gives what cannot be sent.
   * The connection is not subscribed then: what was taken of the snapshot goes out, what was held back is dropped and counts
   * as `closed`.
   *
   * @throws {ConfigurationError} for what is no source. @throws {ChannelError} for what is no name of a channel, one that
   * comes to it by a pattern already, and when there would be too many. Nothing has changed then.
   *
   * @example
   * ```ts
   * import type { HubConnection } from "@sluice/runtime/adapter";
   *
   * const prices = new Map<string, number>();
   *
   * const show = async (connection: HubConnection) => {
   *   const rows = () => [...prices].map((row) => JSON.stringify(row));
   *   const { sent } = await connection.join("prices", { snapshot: rows });
   *   connection.offer(`${sent} prices, and live`);
   * };
   * ```
   */
  join(channel: string, options: JoinOptions): Promise<Joined> {
    return this.#server.arrivals.join(channel, options);
  }

  /** Takes a subscription back, named as it was given. Answers whether there was one. @throws {ChannelError} */
  unsubscribe(channel: string): boolean {
    return this.#server.unsubscribe(channel);
  }

  /** Names and patterns that it is subscribed to, in the order in which it came to them. */
  get subscriptions(): ReadonlyArray<string> {
    return this.#server.subscriptions;
  }

  /** What its client has sent, and what became of that, also after it has closed; undefined without the option `incoming`. */
  get incoming(): IncomingStatistics | undefined {
    return this.#server.inbox?.statistics;
  }

  override toJSON(): object {
    const { incoming } = this;
    return { ...super.toJSON(), ...(incoming !== undefined && { incoming }) };
  }

  static {
    serverOf = (connection) => connection.#server;
  }
}

/** What a connection asks of its server: the member that it is of. @throws {TypeError} for what is no connection. */
export function memberOf(connection: ServerConnection): Subscribing {
  if (connection instanceof ServerConnection) return serverOf(connection);
  throw new TypeError(`except must be a connection of a Sluice, not ${kindOf(connection)}`);
}
