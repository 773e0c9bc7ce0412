/**
 * The flights in time order, over and over, read as they are asked for.
 *
 * A place among them is a row number: after a failure the reel goes on where it was.
 */

/** Where a reel has its flights from. */
export interface FlightSource {
  /** The flights from a row on, in time order. */
  read(row: number): Promise<FlightCursor>;
}

export interface FlightCursor {
  /** The next flights, at least one; undefined at the end. */
  next(): Promise<ReadonlyArray<Flight> | undefined>;
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

export class FlightReel {
  readonly #source: FlightSource;
  #row = 0;
  #cursor: FlightCursor | undefined;

  constructor(source: FlightSource) {
    this.#source = source;
  }

  /** The next flights, at least one. After a failure the next call goes on at the same place. */
  async next(): Promise<ReadonlyArray<Flight>> {
    try {
      return await this.#read();
    } catch (error) {
      this.#cursor = undefined;
      throw error;
    }
  }

  async #read(): Promise<ReadonlyArray<Flight>> {
    for (;;) {
      this.#cursor ??= await this.#source.read(this.#row);
      const flights = await this.#cursor.next();
      if (flights !== undefined) {
        this.#row += flights.length;
        return flights;
      }
      this.#cursor = undefined;
      if (this.#row === 0) throw new Error("there are no flights");
      this.#row = 0;
    }
  }
}
