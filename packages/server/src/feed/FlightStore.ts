/**
 * The flights as the feed reads them: from their file, in time order, by a DuckDB of the server's own.
 *
 * It shares no process, no thread and no memory with the query engine, so that nothing which strangers ask there
 * stops the feed. It runs one statement, which is ours, and reads a chunk of it (2,048 rows) when it is asked for one.
 */
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from "@duckdb/node-api";
import { flightsFileSql } from "../FlightsFile.js";
import { RowReader } from "../query/RowReader.js";
import type { Flight, FlightCursor, FlightSource } from "./FlightReel.js";

/** Rows that are converted in one go: few, for the event loop waits meanwhile. */
const batchRows = 500;

export class FlightStore implements FlightSource {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  /** Settles when what DuckDB does has been done. */
  #busy: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(): Promise<FlightStore> {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      memory_limit: "128MB",
      temp_directory: "",
      threads: "1",
    });
    return new FlightStore(instance, await instance.connect());
  }

  async read(from: number): Promise<FlightCursor> {
    const statement = await this.#do(() => this.#connection.prepare(flightsSql));
    statement.bindBigInt(1, BigInt(from));
    const result = await this.#do(() => statement.stream());
    return new Cursor(() => this.#do(() => result.fetchChunk()));
  }

  /** Waits for what is being read. Nothing can be read afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#busy;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #do<A>(call: () => Promise<A>): Promise<A> {
    if (this.#isClosed) return Promise.reject(new Error("the flights are closed"));
    const done = call();
    this.#busy = done.catch(() => {});
    return done;
  }
}

/** With one thread, DuckDB reads a file from its beginning to its end. */
const flightsSql = `select date, delay, distance, origin, destination
  from read_parquet(${flightsFileSql()}, file_row_number = true) where file_row_number >= $1`;

type Chunk = Awaited<ReturnType<DuckDBResult["fetchChunk"]>>;

class Cursor implements FlightCursor {
  readonly #fetch: () => Promise<Chunk>;
  #reader: RowReader | undefined;

  constructor(fetch: () => Promise<Chunk>) {
    this.#fetch = fetch;
  }

  async next(): Promise<ReadonlyArray<Flight> | undefined> {
    if (!this.#reader?.hasNext) {
      const chunk = await this.#fetch();
      if (!chunk || chunk.rowCount === 0) return undefined;
      this.#reader = new RowReader(chunk);
    }
    const flights: Array<Flight> = [];
    while (flights.length < batchRows && this.#reader.hasNext) {
      const [date, delay, distance, origin, destination] = this.#reader.next();
      flights.push({ date, delay, distance, origin, destination } as Flight);
    }
    return flights;
  }
}
