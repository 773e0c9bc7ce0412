/** So many a second, and at most so many at once: time that was not used is kept for one second. */
export class Pace {
  readonly #millisPerOne: number;
  /** When all that have passed would have passed, one after the other at an even pace. */
  #dueMillis = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#millisPerOne = 1_000 / perSecond;
  }

  /** Whether one more may pass now; if so, it has. */
  passes(nowMillis = performance.now()): boolean {
    const due = Math.max(this.#dueMillis, nowMillis - 1_000) + this.#millisPerOne;
    // Sums of fractions are not exact.
    if (due > nowMillis + 1e-6) return false;
    this.#dueMillis = due;
    return true;
  }
}
