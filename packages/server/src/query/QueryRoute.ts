/** `WS /query`: streams the results of queries, and loses nothing. */
import type { TemplatedApp } from "uWebSockets.js";
import { configuration } from "@sluice/core";
import { type OriginOptions, Sluice, sameOrigin } from "@sluice/uws";
import type { Context } from "effect";
import type { ConnectionBook } from "../ConnectionBook.js";
import { type Guests, patient } from "../Guests.js";
import { admit, type Visitor } from "../Visitor.js";
import { QuerySession, type QuerySource } from "./QuerySession.js";

/**
 * A megabyte of results on the way to each client. The kernel holds some 4 MB more, and shows that a client has
 * read only in steps of about 1.5 MB (measured on loopback): at 50 KB/s one step takes half a minute.
 *
 * So a client that shows nothing for half a minute is reported as stalled, and after a minute it is closed as a
 * slow consumer: less than 25 KB/s cannot be told from nothing. So is one that in a minute and a half makes no
 * room for one batch. Either way its queries end.
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
        admit(response, request, context, {
          path: "/query",
          policy: "block",
          choosable: false,
          isGuest: guests.isGuest(request),
        }),
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
