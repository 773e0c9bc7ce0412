/** `WS /feed?policy=…`: whoever connects hears the feed, under the overflow strategy of their choice. */
import type { TemplatedApp, WebSocket } from "uWebSockets.js";
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  type OverflowStrategy,
  overflowStrategies,
} from "@sluice/core";
import { Sluice } from "@sluice/uws";
import type { Context } from "effect";
import type { ConnectionBook } from "../ConnectionBook.js";
import { admit, type Visitor } from "../Visitor.js";
import { Feed, type FeedOptions } from "./Feed.js";

/**
 * More than a second of the feed. A stalled client costs 2,048 references, and all of them together one set of
 * messages, of 8 KB at the most and 1 KB as a rule.
 *
 * A client that shows no progress for a minute is closed, whatever its strategy: see `QueryRoute`.
 */
const limits: ConfigurationOptions = {
  maxMessages: 2_048,
  maxBytes: 4_194_304,
  stallTimeoutMillis: 30_000,
  evictTimeoutMillis: 60_000,
};

const configurations = Object.fromEntries(
  overflowStrategies.map((overflow) => [overflow, configuration({ ...limits, overflow })]),
) as Record<OverflowStrategy, Configuration>;

/** The feed's connections and what runs them. */
export interface FeedRoute {
  readonly feed: Feed;
  readonly sluice: Sluice<Visitor>;
}

/** Adds `/feed` to an app. */
export function routeFeed(
  app: TemplatedApp,
  book: ConnectionBook,
  {
    context,
    ...options
  }: Omit<FeedOptions, "broadcast"> & { readonly context: Context.Context<never> },
): FeedRoute {
  const choose = (socket: WebSocket<Visitor>) => configurations[socket.getUserData().policy];
  const sluice = new Sluice<Visitor>({ configuration: choose }, context);
  const feed = new Feed({ ...options, broadcast: (message) => sluice.broadcast(message) });
  app.ws<Visitor>(
    "/feed",
    sluice.wrap({
      maxPayloadLength: 1_024,
      upgrade: (response, request, context) =>
        admit(response, request, context, {
          path: "/feed",
          policy: "drop-oldest",
          choosable: true,
        }),
      open: (socket) => {
        book.enter(sluice.of(socket), socket.getUserData());
        feed.join();
      },
      message: (socket) => void sluice.of(socket).offer(noMessages),
      close: () => feed.leave(),
    }),
  );
  return { feed, sluice };
}

const noMessages = JSON.stringify({
  type: "error",
  code: "unexpected-message",
  message: "/feed takes no messages: choose a policy in the query string, and read",
});
