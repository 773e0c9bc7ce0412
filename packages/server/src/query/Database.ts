/**
 * SQL from outside, answered from the table `flights`: one `SELECT` at a time, as a stream.
 *
 * It guarantees, for any statement whatever:
 * - it reads the table and cannot reach a file, a network, a setting or another table;
 * - rows are pulled: what nobody asked for is not computed, and a slow reader costs one batch here
 *   and one chunk in the engine;
 * - the time it executes and the memory it takes are bounded, and so is the damage: the server is
 *   another process than the one that executes statements, and outlives it.
 *
 * @example
 * const database = await Database.open();
 * const rows = await database.query("select origin, delay from flights where delay > 60");
 * for (let batch = await rows.next(); batch; batch = await rows.next()) console.log(batch.length);
 * await database.close();
 */
import { Engine } from "./Engine.js";
import type { EngineAnswer, EngineLimits } from "./EngineMessage.js";
import { QueryError } from "./QueryError.js";
import { type Batches, EngineResults, type Rows } from "./Rows.js";

export type { Cell } from "./Cell.js";
export type { Column } from "./EngineMessage.js";
export { QueryError, type QueryErrorCode } from "./QueryError.js";
export type { Batches, Rows } from "./Rows.js";

export interface DatabaseOptions {
  /** What all queries together may use inside DuckDB, as a DuckDB size. Default `512MB`. */
  readonly memoryLimit?: string;
  /**
   * DuckDB threads, 1 to 256. Default 1: a query runs on one thread, and several run side by side.
   * With more, DuckDB works ahead between the calls of a query, where no time limit counts it.
   */
  readonly threads?: number;
  /** How long one query may execute, 1 to 86,400,000. Default 30,000. Reading does not count. */
  readonly timeLimitMillis?: number;
  /** Gives the opening up; it fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface QueryOptions {
  /** Rows in every batch but the last, 1 to 10,000. Default 500. */
  readonly batchRows?: number;
  /** Gives the query up while it is checked and planned; afterwards there is `Rows.close`. */
  readonly signal?: AbortSignal;
}

export class Database {
  readonly #limits: EngineLimits;
  #engine: Promise<Engine>;
  #lastQuery = 0;
  /** Aborted when it is closed. */
  readonly #closing = new AbortController();

  private constructor(limits: EngineLimits, engine: Engine) {
    this.#limits = limits;
    this.#engine = Promise.resolve(engine);
  }

  /** Starts the engine and loads the table. Throws a `RangeError` for an option out of range. */
  static async open(options: DatabaseOptions = {}): Promise<Database> {
    const limits = {
      memoryLimit: sized("memoryLimit", options.memoryLimit ?? "512MB"),
      threads: inRange("threads", options.threads ?? 1, 256),
      timeLimitMillis: inRange("timeLimitMillis", options.timeLimitMillis ?? 30_000, 86_400_000),
    };
    return new Database(limits, await Engine.start(limits, options.signal));
  }

  /**
   * Checks and plans one `SELECT` of at most 16,384 characters; it runs when rows are asked for.
   *
   * Fails with a `QueryError`. The rows must be read to their end or closed.
   */
  query(sql: string, options: QueryOptions = {}): Promise<Rows> {
    return this.#open(sql, options, undefined, ({ rows }) => rows && JSON.parse(rows));
  }

  /** The same, in `batch` messages of the query that its client calls `id`. */
  stream(
    sql: string,
    { id, ...options }: QueryOptions & { readonly id: string },
  ): Promise<Batches> {
    return this.#open(sql, options, id, ({ batches }) => batches);
  }

  async #open<A>(
    sql: string,
    options: QueryOptions,
    id: string | undefined,
    read: (answer: EngineAnswer) => A | undefined,
  ): Promise<EngineResults<A>> {
    const batchRows = inRange("batchRows", options.batchRows ?? 500, 10_000);
    const engine = await this.#running();
    this.#lastQuery += 1;
    const query = this.#lastQuery;
    const giveUp = () => void engine.close(query);
    options.signal?.addEventListener("abort", giveUp, { once: true });
    try {
      const opening = engine.open(query, { sql, batchRows, id });
      if (options.signal?.aborted) giveUp();
      return new EngineResults({ engine, query, columns: await opening, read });
    } finally {
      options.signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Ends the engine, and with it all queries. Resolves when its process and its files are gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    const engine = await this.#engine.catch(() => undefined);
    await engine?.stop();
  }

  /** The engine; a new one where the last has died. Those who come meanwhile wait for the same. */
  #running(): Promise<Engine> {
    this.#engine = this.#engine.then(
      (engine) => (engine.isRunning ? engine : this.#replace(engine)),
      () => this.#replace(),
    );
    return this.#engine;
  }

  async #replace(last?: Engine): Promise<Engine> {
    const { signal } = this.#closing;
    if (signal.aborted) throw closed();
    await last?.stop();
    return Engine.start(this.#limits, signal).catch((cause) => {
      if (signal.aborted) throw closed();
      // Its words are for the operator: they can hold a path of this machine.
      console.error("the query engine cannot be started again:", cause);
      throw interrupted("The query engine cannot be started again now; try again later.");
    });
  }
}

function closed(): QueryError {
  return interrupted("The database is closed.");
}

function interrupted(message: string): QueryError {
  return new QueryError({ code: "interrupted", message });
}

function inRange(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(`${name} (${value}) must be an integer from 1 to ${max}`);
}

function sized(name: string, value: string): string {
  if (/^\d+(\.\d+)?\s*[KMGT]i?B$/i.test(value)) return value;
  throw new RangeError(`${name} (${value}) must be a size, such as 512MB or 2GiB`);
}
