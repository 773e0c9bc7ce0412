/**
 * `WS /feed?policy=…&maxMessages=…`: whoever connects hears the feed, under the overflow strategy of their choice, with
 * an outbox of so many messages.
 */
import type { TemplatedApp, WebSocket } from "uWebSockets.js";
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  type OverflowStrategy,
  overflowStrategies,
} from "@sluice/core";
import type { Bus } from "@sluice/runtime/adapter";
import { type Frame, Sluice } from "@sluice/uws";
import type { Context } from "effect";
import type { ConnectionBook } from "../ConnectionBook.js";
import { type Entry, wrap } from "../Entry.js";
import { patient } from "../Guests.js";
import type { Offer, Visitor } from "../Visitor.js";

/**
 * More than a second of the feed. A stalled client costs 2,048 references, and all of them together one set of
 * messages, of 8 KB at the most and 1 KB as a rule.
 *
 * A client that shows no progress for a minute is closed, whatever its strategy: see `QueryRoute`.
 */
const limits = {
  maxMessages: 2_048,
  maxBytes: 4_194_304,
  stallTimeoutMillis: 30_000,
  evictTimeoutMillis: 60_000,
} as const satisfies ConfigurationOptions;

const offer: Offer = {
  path: "/feed",
  policies: overflowStrategies,
  policy: "drop-oldest",
  maxMessages: limits.maxMessages,
  hasChoice: true,
};

/** Whoever makes the feed, and is told who listens to it. */
export interface FeedMaker {
  join(): void;
  leave(): void;
  /** Resolves when the last message has been sent. */
  stop(): Promise<void>;
}

/** The feed's connections and what runs them. */
export interface FeedRoute<F> {
  readonly feed: F;
  readonly sluice: Sluice<Visitor>;
}

/** Adds `/feed` to an app. What the feed is made by is given how its messages are sent. */
export function routeFeed<F extends FeedMaker>(
  app: TemplatedApp,
  book: ConnectionBook,
  { context, entry, bus, make }: FeedRouteOptions<F>,
): FeedRoute<F> {
  const choose = (socket: WebSocket<Visitor>) => {
    const { policy, maxMessages, isGuest } = socket.getUserData();
    return settings(policy, maxMessages, isGuest);
  };
  const sluice = new Sluice<Visitor>({ app, configuration: choose, bus }, context);
  const broadcast = (message: Frame) =>
    bus === undefined ? sluice.broadcast(message) : sluice.publish(channel, message);
  const feed = make(broadcast);
  app.ws<Visitor>(
    "/feed",
    wrap(sluice, entry, offer, {
      maxPayloadLength: 1_024,
      open: (socket) => {
        book.enter(sluice.of(socket), socket.getUserData());
        if (bus !== undefined) sluice.of(socket).subscribe(channel);
        feed.join();
      },
      message: (socket) => void sluice.of(socket).offer(noMessages),
      close: () => feed.leave(),
    }),
  );
  return { feed, sluice };
}

export interface FeedRouteOptions<F> {
  readonly context: Context.Context<never>;
  readonly entry: Entry;
  readonly make: (broadcast: (message: Frame) => void) => F;
  /** To other servers, or threads, that have the same feed. */
  readonly bus?: Bus | undefined;
}

/** What goes to others too. */
export const channel = "feed";

const noMessages = JSON.stringify({
  type: "error",
  code: "unexpected-message",
  message: "/feed takes no messages: choose a policy in the query string, and read",
});

/** Settings that were asked for, each once: there are five strategies, 2,048 numbers and two kinds of guest. */
const known = new Map<string, Configuration>();

function settings(
  overflow: OverflowStrategy,
  maxMessages: number,
  isGuest: boolean,
): Configuration {
  const key = `${overflow} ${maxMessages} ${isGuest}`;
  const found =
    known.get(key) ?? (isGuest ? patient : configuration)({ ...limits, overflow, maxMessages });
  known.set(key, found);
  return found;
}
