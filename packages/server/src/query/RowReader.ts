/**
 * The rows of one DuckDB chunk, converted one at a time, as they are asked for.
 *
 * A batch ends where its reader wants it to, not where DuckDB's chunk ends; what is left of the
 * chunk waits here unconverted, and nothing is copied.
 */
import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import { type Cell, cell } from "./Cell.js";

export class RowReader {
  /** Held, because its columns do not hold it: when it is collected, DuckDB takes back the memory that they read. */
  readonly #chunk: DuckDBDataChunk;
  readonly #columns: ReadonlyArray<DuckDBVector>;
  #row = 0;

  constructor(chunk: DuckDBDataChunk) {
    this.#chunk = chunk;
    this.#columns = Array.from({ length: chunk.columnCount }, (_, index) =>
      chunk.getColumnVector(index),
    );
  }

  get hasNext(): boolean {
    return this.#row < this.#chunk.rowCount;
  }

  next(): ReadonlyArray<Cell> {
    const row = this.#row++;
    return this.#columns.map((column) => cell(column.getItem(row)));
  }
}
