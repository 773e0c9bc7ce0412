/**
 * The results of one query, pulled batch by batch from the engine: as rows, or as the messages that carry them.
 *
 * It guarantees that a batch is computed only after it was asked for.
 */
import type { Cell } from "./Cell.js";
import type { Engine } from "./Engine.js";
import type { Batch, Column, EngineAnswer } from "./EngineMessage.js";
import { QueryError } from "./QueryError.js";

/** What `A` is made of: exactly `batchRows` rows, fewer in the last one. */
interface Results<A> {
  readonly columns: ReadonlyArray<Column>;
  /**
   * The next rows; `undefined` at the end.
   *
   * Fails with a `QueryError`, and from then on with the same one. One call at a time.
   */
  next(): Promise<A | undefined>;
  /** Interrupts the query if it runs and frees what it holds; it may be called at any time. */
  close(): Promise<void>;
}

export type Rows = Results<ReadonlyArray<ReadonlyArray<Cell>>>;

/** The rows as `batch` messages, numbered from 0. They were made in the engine, and are not looked into here. */
export type Batches = Results<ReadonlyArray<Batch>>;

type State =
  | { readonly _tag: "open" }
  | { readonly _tag: "ended" }
  | { readonly _tag: "failed"; readonly error: unknown };

export class EngineResults<A> implements Results<A> {
  readonly columns: ReadonlyArray<Column>;
  readonly #engine: Engine;
  readonly #query: number;
  readonly #read: (answer: EngineAnswer) => A | undefined;
  #state: State = { _tag: "open" };
  #asking = false;
  #closing: Promise<void> | undefined;

  constructor(options: {
    readonly engine: Engine;
    readonly query: number;
    readonly columns: ReadonlyArray<Column>;
    readonly read: (answer: EngineAnswer) => A | undefined;
  }) {
    this.columns = options.columns;
    this.#engine = options.engine;
    this.#query = options.query;
    this.#read = options.read;
  }

  async next(): Promise<A | undefined> {
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

  async #ask(): Promise<A | undefined> {
    if (this.#asking) throw new Error("next() was called before the last call had settled");
    this.#asking = true;
    try {
      const results = this.#read(await this.#engine.next(this.#query));
      if (results !== undefined) return results;
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
