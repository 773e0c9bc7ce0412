/** The flights of a reel, gathered by the minute in which they leave: each minute is a message of the feed. */
import type { Flight } from "./FlightReel.js";

/** The flights of a minute, or a part of them. */
export interface Minute {
  /** ISO 8601, without a zone. */
  readonly time: string;
  readonly flights: ReadonlyArray<Omit<Flight, "date">>;
}

/** Flights of one minute beyond which it becomes two: so a message has at most 8 KB. */
export const maxFlights = 100;

export class Timetable {
  readonly #reel: { next(): Promise<ReadonlyArray<Flight>> };
  #batch: ReadonlyArray<Flight> = [];
  #at = 0;
  /** The batch after this one: read while this one is used. */
  #ahead: Promise<ReadonlyArray<Flight>> | undefined;
  #time = "";
  #flights: Array<Omit<Flight, "date">> = [];

  constructor(reel: { next(): Promise<ReadonlyArray<Flight>> }) {
    this.#reel = reel;
  }

  /** The next minute in which flights leave. After a failure the next call goes on at the same place. */
  async next(): Promise<Minute> {
    for (;;) {
      const flight = this.#batch[this.#at];
      if (flight === undefined) await this.#turn();
      else if (this.#ends(flight.date)) return this.#take();
      else this.#add(flight);
    }
  }

  async #turn(): Promise<void> {
    const batch = this.#ahead ?? this.#reel.next();
    this.#ahead = undefined;
    this.#batch = await batch;
    this.#at = 0;
    this.#ahead = this.#reel.next();
    // Its failure is met when its turn comes.
    this.#ahead.catch(() => {});
  }

  #ends(date: string): boolean {
    const { length } = this.#flights;
    return length === maxFlights || (length > 0 && date !== this.#time);
  }

  #add({ date, ...flight }: Flight): void {
    this.#time = date;
    this.#flights.push(flight);
    this.#at++;
  }

  #take(): Minute {
    const minute = { time: this.#time, flights: this.#flights };
    this.#flights = [];
    return minute;
  }
}
