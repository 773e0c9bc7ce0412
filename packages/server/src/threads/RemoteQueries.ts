/** The queries of a thread: the main thread, which has the engine, is asked for them, and its turns are those of all. */
import type { Batches, Column } from "../query/Database.js";
import type { Batch } from "../query/EngineMessage.js";
import type { OwnQueries, Queries } from "../query/fair.js";
import { QueryError, type QueryErrorCode } from "../query/QueryError.js";
import type { StreamOptions } from "../query/QuerySession.js";

/** `client` numbers the connections of a thread, and `query` its queries. */
export type QueryQuestion =
  | {
      readonly about: "open-query";
      readonly client: number;
      readonly address: string;
      readonly query: number;
      readonly sql: string;
      readonly id: string;
      readonly batchRows: number;
    }
  | { readonly about: "next-batches"; readonly query: number }
  | { readonly about: "close-query"; readonly query: number }
  | { readonly about: "leave"; readonly client: number };

export type QueryAnswer =
  | { readonly columns: ReadonlyArray<Column> }
  | { readonly batches: ReadonlyArray<Batch> | undefined }
  /** A `QueryError` crosses as this. */
  | { readonly failed: { readonly code: QueryErrorCode; readonly message: string } };

export class RemoteQueries implements Queries {
  readonly #ask: (question: QueryQuestion) => Promise<unknown>;
  #clients = 0;
  #queries = 0;

  constructor(ask: (question: QueryQuestion) => Promise<unknown>) {
    this.#ask = ask;
  }

  of(address: string): OwnQueries {
    const client = ++this.#clients;
    return {
      stream: (sql, options) => this.#stream(client, address, sql, options),
      leave: () => void this.#ask({ about: "leave", client }),
    };
  }

  async #stream(
    client: number,
    address: string,
    sql: string,
    { signal, id, batchRows }: StreamOptions,
  ): Promise<Batches> {
    signal.throwIfAborted();
    const query = ++this.#queries;
    const close = async () => {
      signal.removeEventListener("abort", close);
      await this.#ask({ about: "close-query", query });
    };
    signal.addEventListener("abort", close, { once: true });
    const about = { client, address, query, sql, id, batchRows };
    try {
      const { columns } = await this.#answer<{ columns: ReadonlyArray<Column> }>({
        about: "open-query",
        ...about,
      });
      const next = async () => {
        const asked = { about: "next-batches", query } as const;
        return (await this.#answer<{ batches: ReadonlyArray<Batch> | undefined }>(asked)).batches;
      };
      return { columns, next, close };
    } catch (error) {
      signal.removeEventListener("abort", close);
      throw error;
    }
  }

  async #answer<A extends QueryAnswer>(question: QueryQuestion): Promise<A> {
    const answer = (await this.#ask(question)) as QueryAnswer;
    if ("failed" in answer) throw new QueryError(answer.failed);
    return answer as A;
  }
}
