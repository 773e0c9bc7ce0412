/**
 * Queries that take turns, as the sessions of connections ask for them: each call of a query is a turn of its
 * connection. A query that is to give way ends with the code `gave-way`.
 */
import type { Batches } from "./Database.js";
import { QueryError } from "./QueryError.js";
import type { QuerySource, StreamOptions } from "./QuerySession.js";
import type { TakeTurn, Turns } from "./Turns.js";

/** Where the sessions of connections ask. */
export interface Queries {
  /** For a connection from an address. */
  of(address: string): OwnQueries;
}

/** The queries of one connection. */
export interface OwnQueries extends QuerySource {
  /** The connection has gone; its queries have been ended. */
  leave(): void;
}

export function fairQueries(source: QuerySource, turns: Turns): Queries {
  return {
    of: (address) => {
      const take = turns.of(address);
      return {
        stream: (sql, options) => stream(source, take, sql, options),
        leave: () => {},
      };
    },
  };
}

async function stream(
  source: QuerySource,
  take: TakeTurn,
  sql: string,
  { signal: given, ...options }: StreamOptions,
): Promise<Batches> {
  const ending = new AbortController();
  const { signal } = ending;
  const giveUp = () => ending.abort(given.reason);
  if (given.aborted) giveUp();
  given.addEventListener("abort", giveUp, { once: true });
  const claim = { signal, giveWay: () => ending.abort(gaveWay()), waitedMillis: 0 };
  const turn = async <A>(call: () => Promise<A>): Promise<A> => {
    const answer = await take(call, claim).catch((error) => {
      throw signal.aborted ? signal.reason : error;
    });
    // It has ended for that, not by itself.
    signal.throwIfAborted();
    return answer;
  };
  try {
    const results = await turn(() => source.stream(sql, { ...options, signal }));
    const close = async () => {
      given.removeEventListener("abort", giveUp);
      await results.close();
    };
    // Wakes a `next` that waits for the engine.
    signal.addEventListener("abort", () => void close(), { once: true });
    if (signal.aborted) void close();
    return { columns: results.columns, next: () => turn(() => results.next()), close };
  } catch (error) {
    given.removeEventListener("abort", giveUp);
    throw error;
  }
}

function gaveWay(): QueryError {
  const message =
    "The query was executing for long while others had no turn; try again later, with fewer queries at once.";
  return new QueryError({ code: "gave-way", message });
}
