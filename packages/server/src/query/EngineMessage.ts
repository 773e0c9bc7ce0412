/**
 * What the server and its engine process say to each other.
 *
 * Every request carries a `call`, and gets exactly one reply with the same `call`, unless the engine
 * dies first.
 */

export type QueryErrorCode =
  | "not-a-select"
  | "multiple-statements"
  | "sql"
  | "forbidden"
  | "timeout"
  | "out-of-memory"
  | "interrupted";

/** A column of a result: `type` is DuckDB's name, such as `BIGINT` or `DECIMAL(4,1)[]`. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface EngineLimits {
  /** A DuckDB size, such as `512MB`: what all queries together may use inside DuckDB. */
  readonly memoryLimit: string;
  /** DuckDB threads, 1 or more. */
  readonly threads: number;
  /** How long one query may execute, 1 or more. The time its reader takes does not count. */
  readonly timeLimitMillis: number;
}

/** The engine's only argument, as JSON. */
export interface EngineStart extends EngineLimits {
  /** An empty private directory for the database file. */
  readonly directory: string;
}

export type EngineRequest = QueryRequest | NextRequest | CloseRequest;

export interface QueryRequest {
  readonly kind: "query";
  readonly call: number;
  readonly query: number;
  readonly sql: string;
  readonly batchRows: number;
  /** What the client calls it, if its rows are to be `batch` messages. */
  readonly id?: string | undefined;
}

export interface NextRequest {
  readonly kind: "next";
  readonly call: number;
  readonly query: number;
}

export interface CloseRequest {
  readonly kind: "close";
  readonly call: number;
  readonly query: number;
}

export type EngineReply =
  | { readonly kind: "ready" }
  /** The engine has exceeded a limit, and dies after a few last replies. */
  | { readonly kind: "dying" }
  | ({ readonly kind: "answered"; readonly call: number } & EngineAnswer)
  | {
      readonly kind: "refused";
      readonly call: number;
      readonly code: QueryErrorCode;
      readonly message: string;
    };

export interface EngineAnswer {
  /** To `query`. */
  readonly columns?: ReadonlyArray<Column>;
  /** To `next`, of a query without an id: a JSON array of arrays; without it the result has ended. */
  readonly rows?: string | undefined;
  /** To `next`, of a query with an id; without it the result has ended. */
  readonly batches?: ReadonlyArray<Batch> | undefined;
}

/**
 * A `batch` message: made once, in the engine, as it goes to the client. It is a string, for strings lie on the heap:
 * the server lets go of thousands a second, and buffers of their own would have it collect garbage for half of its time.
 */
export interface Batch {
  readonly text: string;
  readonly rows: number;
}
