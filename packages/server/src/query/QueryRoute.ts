/** `WS /query`: streams the results of queries, and loses nothing. */
import type { TemplatedApp } from "uWebSockets.js";
import { configuration } from "@sluice/core";
import { type OriginOptions, Sluice, sameOrigin } from "@sluice/uws";
import type { Context } from "effect";
import type { ConnectionBook } from "../ConnectionBook.js";
import { type Guests, patient } from "../Guests.js";
import { admit, type Offer, type Visitor } from "../Visitor.js";
import { QuerySession, type QuerySource } from "./QuerySession.js";

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
} as const;

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
  /** Ends all queries: their connections are about to be closed. */
  readonly end: () => void;
}

/** Adds `/query` to an app. */
export function routeQuery(
  app: TemplatedApp,
  book: ConnectionBook,
  source: QuerySource,
  context: Context.Context<never>,
  guests: Guests,
  origins?: OriginOptions,
): QueryRoute {
  const sluice = new Sluice<Visitor>(
    { configuration: (socket) => (socket.getUserData().isGuest ? guestSettings : settings) },
    context,
  );
  const sessions = new Map<string, QuerySession>();
  app.ws<Visitor>(
    "/query",
    sluice.wrap({
      maxPayloadLength: maxMessageBytes,
      upgrade: sameOrigin(origins, (response, request, context) =>
        admit(response, request, context, offer, guests.isGuest(request)),
      ),
      open: (socket) => {
        const connection = sluice.of(socket);
        const session = new QuerySession(connection, source);
        book.enter(connection, socket.getUserData());
        sessions.set(connection.id, session);
        connection.onClosed(() => {
          session.end();
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
    end: () => {
      for (const session of sessions.values()) session.end();
    },
  };
}
