/** `WS /query`: streams the results of queries, and loses nothing. */
import type { TemplatedApp } from "uWebSockets.js";
import { setTimeout as sleep } from "node:timers/promises";
import { configuration } from "@sluice/core";
import { clientAddress, Sluice } from "@sluice/uws";
import type { Context } from "effect";
import type { ConnectionBook } from "../ConnectionBook.js";
import { type Entry, wrap } from "../Entry.js";
import { patient } from "../Guests.js";
import type { Offer, Visitor } from "../Visitor.js";
import type { Queries } from "./fair.js";
import { QuerySession } from "./QuerySession.js";
import type { TurnLimits } from "./Turns.js";

/**
 * A megabyte of results for each client, of which a window is on its way.
 *
 * A client that gives no sign of reading for half a minute is reported as stalled, and after a minute it is closed as a
 * slow consumer. Whoever answers pings gives such a sign every 16 KiB or sooner. For whoever does not, the kernel
 * holds some 4 MB, and shows that it was read only in steps of about 1.5 MB (measured on loopback): there less than
 * 25 KB/s cannot be told from nothing. So is one that in a minute and a half makes no room for one batch. Either way
 * its queries end.
 */
const options = {
  overflow: "block",
  maxMessages: 1_024,
  maxBytes: 1_048_576,
  maxWaiters: 64,
  stallTimeoutMillis: 30_000,
  evictTimeoutMillis: 60_000,
  blockTimeoutMillis: 90_000,
  // With what the last messages may take it is five seconds.
  closeTimeoutMillis: 4_000,
} as const;

/** What the last messages of queries may take, when the server stops, until they are in the outboxes. */
const lastWordsMillis = 1_000;

/** An address leaves a quarter of the engine to others. No more calls run than the engine has threads for. */
export const turnLimits: TurnLimits = {
  running: 16,
  perConnection: 2,
  perAddress: 12,
  waiting: 256,
  patienceMillis: 3_000,
};

/** Nothing of a result may be lost, and a megabyte is enough: there is nothing to choose. */
const offer: Offer = {
  path: "/query",
  policies: [options.overflow],
  policy: options.overflow,
  maxMessages: options.maxMessages,
  hasChoice: false,
};

const settings = configuration(options);
const guestSettings = patient(options);

/** The largest message that a client may send, in bytes; uWebSockets.js cuts off who sends a larger one. */
export const maxMessageBytes = 65_536;

/** The query connections, and what runs on them. */
export interface QueryRoute {
  readonly sluice: Sluice<Visitor>;
  /** Ends all queries, each with a last message: their connections are about to be closed. Takes a second at most. */
  readonly stop: () => Promise<void>;
}

/** Adds `/query` to an app. */
export function routeQuery(
  app: TemplatedApp,
  book: ConnectionBook,
  queries: Queries,
  context: Context.Context<never>,
  entry: Entry,
): QueryRoute {
  const sluice = new Sluice<Visitor>(
    { configuration: (socket) => (socket.getUserData().isGuest ? guestSettings : settings) },
    context,
  );
  const sessions = new Map<string, QuerySession>();
  let isStopping = false;
  app.ws<Visitor>(
    "/query",
    wrap(sluice, entry, offer, {
      maxPayloadLength: maxMessageBytes,
      open: (socket) => {
        const connection = sluice.of(socket);
        const own = queries.of(clientAddress(socket));
        const session = new QuerySession(connection, own);
        if (isStopping) void session.stop();
        book.enter(connection, socket.getUserData());
        sessions.set(connection.id, session);
        connection.onClosed(() => {
          session.end();
          own.leave();
          sessions.delete(connection.id);
        });
      },
      message: (socket, message, isBinary) =>
        sessions
          .get(sluice.of(socket).id)
          ?.receive(isBinary ? undefined : Buffer.from(message).toString()),
    }),
  );
  return {
    sluice,
    stop: async () => {
      isStopping = true;
      const said = Promise.all(Array.from(sessions.values(), (session) => session.stop()));
      await Promise.race([said, sleep(lastWordsMillis, undefined, { ref: false })]);
      for (const session of sessions.values()) session.end();
    },
  };
}
