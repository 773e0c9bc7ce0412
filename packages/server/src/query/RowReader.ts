/**
 * The rows of one DuckDB chunk, converted one at a time, as they are asked for.
 *
 * A batch ends where its reader wants it to, not where DuckDB's chunk ends; what is left of the
 * chunk waits here unconverted, and nothing is copied.
 */
import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import { type Cell, cell } from "./Cell.js";

export class RowReader {
  /** The chunk is held, because its columns do not hold it: when it is collected, DuckDB takes back what they read. */
  readonly #held: {
    readonly chunk: DuckDBDataChunk;
    readonly columns: ReadonlyArray<DuckDBVector>;
  };
  /** Asked once: it is a question to DuckDB. */
  readonly #rowCount: number;
  #row = 0;

  constructor(chunk: DuckDBDataChunk) {
    const columns = Array.from({ length: chunk.columnCount }, (_, index) =>
      chunk.getColumnVector(index),
    );
    this.#held = { chunk, columns };
    this.#rowCount = chunk.rowCount;
  }

  get hasNext(): boolean {
    return this.#row < this.#rowCount;
  }

  next(): ReadonlyArray<Cell> {
    const row = this.#row++;
    return this.#held.columns.map((column) => cell(column.getItem(row)));
  }
}
