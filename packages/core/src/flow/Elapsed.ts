/**
 * Time that only goes forward, made of a clock that may not.
 *
 * It adds up the steps forward that its clock takes. A clock that stands still adds nothing; one that jumps
 * back adds nothing and counts on from there. So nothing expires twice or early because of a jump back, and
 * nothing waits for the clock to catch up with where it was. What is no time at all (NaN, an infinity) is
 * passed over.
 */
export class Elapsed {
  #total = 0;
  #last: number;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#last = Infinity;
    this.millis();
  }

  /** Milliseconds since the start: never fewer than at the last call. */
  millis(): number {
    const now = this.#now();
    if (Number.isFinite(now)) {
      this.#total += Math.max(0, now - this.#last);
      this.#last = now;
    }
    return this.#total;
  }
}
