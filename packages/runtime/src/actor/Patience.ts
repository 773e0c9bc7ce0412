/**
 * Waits a little before a flush, so that more goes out in each frame: as long as the last flush took, and no longer than a
 * limit. So it waits for nothing while there is little to do, and under pressure writing takes at most half of the time.
 */

/** The time and the timers that it lives on, in milliseconds. */
export interface PatienceTime {
  readonly now: () => number;
  readonly after: (millis: number, flush: () => void) => void;
  /** In the next turn of the event loop. */
  readonly soon: (flush: () => void) => void;
}

export class Patience {
  readonly #mostMillis: number;
  readonly #time: PatienceTime;
  #tookMillis = 0;

  /** `mostMillis` 0 is no patience. */
  constructor(mostMillis: number, time: PatienceTime = realTime()) {
    this.#mostMillis = mostMillis;
    this.#time = time;
  }

  /** Runs a flush after a while: for a `Flusher`. */
  readonly schedule = (flush: () => void): void => {
    const { now, after, soon } = this.#time;
    const timed = () => {
      const startMillis = now();
      flush();
      this.#tookMillis = now() - startMillis;
    };
    const waitMillis = Math.min(this.#tookMillis, this.#mostMillis);
    if (this.#mostMillis === 0) soon(flush);
    // A timer waits for a millisecond at least.
    else if (waitMillis < 1) soon(timed);
    else after(waitMillis, timed);
  };
}

/** As the timers are when it is made. */
const realTime = (): PatienceTime => ({
  now: () => performance.now(),
  after: (millis, flush) => void setTimeout(flush, millis),
  soon: setImmediate,
});
