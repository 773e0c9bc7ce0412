/**
 * The rows of one query, pulled batch by batch from the engine.
 *
 * It guarantees that a batch is computed only after it was asked for.
 */
import type { Cell } from "./Cell.js";
import type { Engine } from "./Engine.js";
import type { Column } from "./EngineMessage.js";
import { QueryError } from "./QueryError.js";

export interface Rows {
  readonly columns: ReadonlyArray<Column>;
  /**
   * The next batch: exactly `batchRows` rows, fewer in the last one; `undefined` at the end.
   *
   * Fails with a `QueryError`, and from then on with the same one. One call at a time.
   */
  next(): Promise<ReadonlyArray<ReadonlyArray<Cell>> | undefined>;
  /** Interrupts the query if it runs and frees what it holds; it may be called at any time. */
  close(): Promise<void>;
}

type State =
  | { readonly _tag: "open" }
  | { readonly _tag: "ended" }
  | { readonly _tag: "failed"; readonly error: unknown };

export class EngineRows implements Rows {
  readonly columns: ReadonlyArray<Column>;
  readonly #engine: Engine;
  readonly #query: number;
  #state: State = { _tag: "open" };
  #asking = false;
  #closing: Promise<void> | undefined;

  constructor(options: {
    readonly engine: Engine;
    readonly query: number;
    readonly columns: ReadonlyArray<Column>;
  }) {
    this.columns = options.columns;
    this.#engine = options.engine;
    this.#query = options.query;
  }

  async next(): Promise<ReadonlyArray<ReadonlyArray<Cell>> | undefined> {
    switch (this.#state._tag) {
      case "open":
        return this.#ask();
      case "ended":
        return undefined;
      case "failed":
        throw this.#state.error;
      default:
        return this.#state satisfies never;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #ask(): Promise<ReadonlyArray<ReadonlyArray<Cell>> | undefined> {
    if (this.#asking) throw new Error("next() was called before the last call had settled");
    this.#asking = true;
    try {
      const rows = await this.#engine.next(this.#query);
      if (rows !== undefined) return JSON.parse(rows);
      this.#state = { _tag: "ended" };
      return undefined;
    } catch (error) {
      this.#state = { _tag: "failed", error };
      throw error;
    } finally {
      this.#asking = false;
    }
  }

  async #close(): Promise<void> {
    if (this.#state._tag !== "open") return;
    const error = new QueryError({ code: "interrupted", message: "The query was closed." });
    this.#state = { _tag: "failed", error };
    await this.#engine.close(this.#query);
  }
}
