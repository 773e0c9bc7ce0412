/** Answers what threads ask of the query engine, which is one for all of them. What a thread has open ends with it. */
import type { Batches } from "../query/Database.js";
import type { OwnQueries, Queries } from "../query/fair.js";
import { QueryError } from "../query/QueryError.js";
import type { QueryAnswer, QueryQuestion } from "./RemoteQueries.js";

export class QueryDesk {
  readonly #queries: Queries;
  /** By the signal that says when a thread has ended: one that takes its place has another. */
  readonly #threads = new WeakMap<AbortSignal, ThreadQueries>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  async answer(question: QueryQuestion, ended: AbortSignal): Promise<QueryAnswer | undefined> {
    try {
      return await this.#of(ended).answer(question);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { failed: { code: error.code, message: error.message } };
    }
  }

  #of(ended: AbortSignal): ThreadQueries {
    const known = this.#threads.get(ended);
    if (known !== undefined) return known;
    const queries = new ThreadQueries(this.#queries);
    this.#threads.set(ended, queries);
    ended.addEventListener("abort", () => queries.end(), { once: true });
    return queries;
  }
}

interface OpenQuery {
  readonly abort: AbortController;
  readonly opening: Promise<Batches>;
}

class ThreadQueries {
  readonly #queries: Queries;
  readonly #clients = new Map<number, OwnQueries>();
  readonly #open = new Map<number, OpenQuery>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  async answer(question: QueryQuestion): Promise<QueryAnswer | undefined> {
    switch (question.about) {
      case "open-query": {
        const { client, address, query, sql, id, batchRows } = question;
        const own = this.#clients.get(client) ?? this.#queries.of(address);
        this.#clients.set(client, own);
        const abort = new AbortController();
        const opening = own.stream(sql, { id, batchRows, signal: abort.signal });
        this.#open.set(query, { abort, opening });
        try {
          return { columns: (await opening).columns };
        } catch (error) {
          this.#open.delete(query);
          throw closed(error, abort.signal);
        }
      }
      case "next-batches": {
        const { query } = question;
        const { abort, opening } = this.#open.get(query) ?? {};
        try {
          return { batches: await (await opening)?.next() };
        } catch (error) {
          throw closed(error, abort?.signal);
        }
      }
      case "close-query":
        return this.#close(question.query);
      case "leave":
        this.#clients.get(question.client)?.leave();
        this.#clients.delete(question.client);
        return undefined;
      default:
        return question satisfies never;
    }
  }

  /** The thread has ended. */
  end(): void {
    for (const query of [...this.#open.keys()]) void this.#close(query);
    this.#clients.clear();
  }

  async #close(query: number): Promise<undefined> {
    const { abort, opening } = this.#open.get(query) ?? {};
    this.#open.delete(query);
    abort?.abort();
    await opening?.then((results) => results.close()).catch(() => {});
  }
}

/** What ended by the thread's own wish is known there; it is said in a way that crosses. */
function closed(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true || error instanceof QueryError) return error;
  return new QueryError({ code: "interrupted", message: "The query was closed." });
}
