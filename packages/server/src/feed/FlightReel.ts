/**
 * The flights in time order, over and over, read from the database as they are asked for.
 *
 * The table lies in time order, so a place in it is a row number: nothing is held open while nobody reads,
 * and when the engine is replaced under a query the reel goes on where it was.
 */
import type { Cell, Rows } from "../query/Database.js";

/** The part of a database that a reel needs. */
export interface FlightSource {
  query(sql: string, options: { readonly batchRows: number }): Promise<Rows>;
}

export interface Flight {
  /** ISO 8601, without a zone. */
  readonly date: string;
  /** Minutes late; negative is early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** Rows of one query: at the feed's rate a fraction of a second, and a few milliseconds to read. */
const chunkRows = 5_000;
const batchRows = 1_000;

export class FlightReel {
  readonly #source: FlightSource;
  #row = 0;
  #chunkStart = 0;
  #rows: Rows | undefined;

  constructor(source: FlightSource) {
    this.#source = source;
  }

  /** The next flights, at least one. After a failure the next call goes on at the same place. */
  async next(): Promise<ReadonlyArray<Flight>> {
    try {
      return await this.#read();
    } catch (error) {
      this.#rows = undefined;
      throw error;
    }
  }

  async #read(): Promise<ReadonlyArray<Flight>> {
    for (;;) {
      this.#rows ??= await this.#open();
      const batch = await this.#rows.next();
      if (batch !== undefined) {
        this.#row += batch.length;
        return batch.map(flightOf);
      }
      this.#rows = undefined;
      if (this.#row > this.#chunkStart) continue;
      if (this.#row === 0) throw new Error("the table flights is empty");
      this.#row = 0;
    }
  }

  #open(): Promise<Rows> {
    this.#chunkStart = this.#row;
    return this.#source.query(chunkSql(this.#row), { batchRows });
  }
}

function chunkSql(row: number): string {
  return (
    "select date, delay, distance, origin, destination from flights " +
    `where rowid between ${row} and ${row + chunkRows - 1} order by rowid`
  );
}

function flightOf([date, delay, distance, origin, destination]: ReadonlyArray<Cell>): Flight {
  return { date, delay, distance, origin, destination } as Flight;
}
