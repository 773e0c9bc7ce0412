/**
 * So many a second, and at most so many at once: a token bucket. It holds no tokens but a time, from which they follow, so
 * that nothing has to fill it.
 */
export class Pace {
  readonly #millisPerOne: number;
  /** Time that was not used is kept for so long. */
  readonly #keptMillis: number;
  /** When all that have passed would have passed, one after the other at an even pace. */
  #dueMillis = Number.NEGATIVE_INFINITY;

  /** `burst` is how many may pass at once; what may pass in a second, if it is left out. */
  constructor(perSecond: number, burst = perSecond) {
    this.#millisPerOne = 1_000 / perSecond;
    this.#keptMillis = burst * this.#millisPerOne;
  }

  /** Whether one more may pass now; if so, it has. */
  passes(nowMillis = performance.now()): boolean {
    const due = Math.max(this.#dueMillis, nowMillis - this.#keptMillis) + this.#millisPerOne;
    // Sums of fractions are not exact.
    if (due > nowMillis + 1e-6) return false;
    this.#dueMillis = due;
    return true;
  }
}
