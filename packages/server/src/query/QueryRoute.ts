/** `WS /query`: streams the results of queries, and loses nothing. */
import type { TemplatedApp } from "uWebSockets.js";
import { configuration } from "@sluice/core";
import { Sluice } from "@sluice/uws";
import type { ConnectionBook } from "../ConnectionBook.js";
import { admit, type Visitor } from "../Visitor.js";
import { QuerySession, type QuerySource } from "./QuerySession.js";

/**
 * A megabyte of results on the way to each client. The kernel's buffers hold some 4 MB more and let go of
 * them in large steps: at 50 KB/s a client that reads steadily may show no progress for half a minute.
 *
 * So a client that takes nothing at all for a minute is closed as a slow consumer, and so is one that trickles:
 * that makes no room for one batch within a minute and a half. Either way its queries end.
 */
const settings = configuration({
  overflow: "block",
  maxMessages: 1_024,
  maxBytes: 1_048_576,
  maxWaiters: 64,
  evictTimeoutMillis: 60_000,
  blockTimeoutMillis: 90_000,
});

/** The largest message that a client may send, in bytes; uWebSockets.js cuts off who sends a larger one. */
export const maxMessageBytes = 65_536;

/** The query connections, and what runs on them. */
export interface QueryRoute {
  readonly sluice: Sluice<Visitor>;
  /** Queries running on all connections. */
  readonly running: () => number;
  /** Ends all queries: their connections are about to be closed. */
  readonly end: () => void;
}

/** Adds `/query` to an app. */
export function routeQuery(
  app: TemplatedApp,
  book: ConnectionBook,
  source: QuerySource,
): QueryRoute {
  const sluice = new Sluice<Visitor>({ configuration: settings });
  const sessions = new Map<string, QuerySession>();
  app.ws<Visitor>(
    "/query",
    sluice.wrap({
      maxPayloadLength: maxMessageBytes,
      upgrade: (response, request, context) =>
        admit(response, request, context, { path: "/query", policy: "block", choosable: false }),
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
    running: () => [...sessions.values()].reduce((sum, session) => sum + session.size, 0),
    end: () => {
      for (const session of sessions.values()) session.end();
    },
  };
}
