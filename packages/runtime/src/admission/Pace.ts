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
  /** So much more is kept: what could not come has to come yet, and does within as much time again. */
  #extraMillis = 0;
  #seenMillis: number | undefined;
  #excusedMillis = 0;

  /** `burst` is how many may pass at once; what may pass in a second, if it is left out. */
  constructor(perSecond: number, burst = perSecond) {
    this.#millisPerOne = 1_000 / perSecond;
    this.#keptMillis = burst * this.#millisPerOne;
  }

  /**
   * Whether one more may pass now; if so, it has. Of all time so far `excusedMillis` are nobody's fault who comes late: those
   * whose way was shut come at once when it is open again.
   */
  passes(nowMillis = performance.now(), excusedMillis = 0): boolean {
    this.excuse(nowMillis, excusedMillis);
    const keptMillis = this.#keptMillis + this.#extraMillis;
    const due = Math.max(this.#dueMillis, nowMillis - keptMillis) + this.#millisPerOne;
    // Sums of fractions are not exact.
    if (due > nowMillis + 1e-6) return false;
    this.#dueMillis = due;
    return true;
  }

  /** Takes note of the time so far: once before the first may come, and where a way has been opened. */
  excuse(nowMillis: number, excusedMillis: number): void {
    const shutMillis = excusedMillis - this.#excusedMillis;
    const openMillis = nowMillis - (this.#seenMillis ?? nowMillis) - shutMillis;
    this.#extraMillis = Math.max(0, this.#extraMillis - openMillis) + shutMillis;
    if (this.#seenMillis === undefined) this.#extraMillis = 0;
    this.#seenMillis = nowMillis;
    this.#excusedMillis = excusedMillis;
  }
}
