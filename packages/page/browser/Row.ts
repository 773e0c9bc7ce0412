/** One connection as the page knows it: what the latest snapshot says, and what follows from those before. */

import { type Age, OldestMessage } from "../src/OldestMessage.js";
import type { Advice } from "../src/Protocol.js";

/** What a snapshot says of one connection. */
export interface Reading {
  readonly atMillis: number;
  readonly route: string;
  readonly client: string;
  readonly strategy: string;
  readonly stateId: number;
  readonly state: string;
  readonly health: string;
  readonly fill: number;
  readonly delayMillis: number;
  readonly enqueued: number;
  readonly delivered: number;
  readonly deliveredBytes: number;
  readonly buffered: number;
  readonly bufferedBytes: number;
  /** Sent and not acknowledged; undefined while that is not known. */
  readonly inFlightBytes: number | undefined;
  readonly windowBytes: number | undefined;
  readonly roundTripMillis: number | undefined;
  readonly losses: ReadonlyMap<string, number>;
  readonly advice: Advice;
}

/** Seconds that are remembered of everyone: what a timeline starts with. */
const maxPast = 90;

export class Row {
  readonly id: string;
  /** In the order of arrival. */
  readonly place: number;
  reading: Reading;
  lost = 0;
  deliveredPerSecond = 0;
  bytesPerSecond = 0;
  lostPerSecond = 0;
  age: Age | undefined;

  readonly #oldest = new OldestMessage();
  // Rings: 5,000 connections remember a minute and a half in 3 MB.
  readonly #pastMillis = new Float64Array(maxPast);
  readonly #pastFill = new Uint16Array(maxPast);
  readonly #pastState = new Uint8Array(maxPast);
  #looks = 0;

  constructor(id: string, place: number, reading: Reading) {
    this.id = id;
    this.place = place;
    this.reading = reading;
    this.lost = lossOf(reading);
    this.#remember(reading);
  }

  /** The next snapshot. */
  update(reading: Reading): void {
    const before = this.reading;
    const seconds = (reading.atMillis - before.atMillis) / 1000;
    const lost = lossOf(reading);
    if (seconds > 0) {
      this.deliveredPerSecond = (reading.delivered - before.delivered) / seconds;
      this.bytesPerSecond = (reading.deliveredBytes - before.deliveredBytes) / seconds;
      this.lostPerSecond = (lost - this.lost) / seconds;
    }
    this.lost = lost;
    this.reading = reading;
    this.#remember(reading);
  }

  /** What it was like, a moment a second, the oldest first. */
  past(): ReadonlyArray<{
    readonly atMillis: number;
    readonly fill: number;
    readonly state: number;
  }> {
    const count = Math.min(this.#looks, maxPast);
    return Array.from({ length: count }, (_, n) => {
      const at = (this.#looks - count + n) % maxPast;
      return {
        atMillis: this.#pastMillis[at] as number,
        fill: (this.#pastFill[at] as number) / 1000,
        state: this.#pastState[at] as number,
      };
    });
  }

  #remember({ atMillis, fill, stateId, enqueued, buffered }: Reading): void {
    const at = this.#looks++ % maxPast;
    this.#pastMillis[at] = atMillis;
    this.#pastFill[at] = fill * 1000;
    this.#pastState[at] = stateId;
    this.age = this.#oldest.look(atMillis, enqueued, buffered);
  }
}

function lossOf({ losses }: Reading): number {
  let lost = 0;
  for (const messages of losses.values()) lost += messages;
  return lost;
}
