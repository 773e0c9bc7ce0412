/**
 * How long to wait before the next try: twice as long at each, up to a limit, and of that a part by chance, from a half to
 * all, so that not all who were thrown out together come back together.
 */
export class Backoff {
  readonly #minMillis: number;
  readonly #maxMillis: number;
  readonly #random: () => number;
  /** What the latest was drawn from; 0 before the first. */
  #millis = 0;

  constructor(minMillis: number, maxMillis: number, random: () => number) {
    this.#minMillis = minMillis;
    this.#maxMillis = maxMillis;
    this.#random = random;
  }

  /** The connection has been open for so long: 0 if it has not. One that has lasted begins anew. */
  next(openMillis: number): number {
    const isLasting = openMillis > Math.max(this.#minMillis, this.#millis);
    const doubled = isLasting ? this.#minMillis : Math.max(this.#minMillis, this.#millis * 2);
    this.#millis = Math.min(doubled, this.#maxMillis);
    return this.#millis * (0.5 + this.#random() / 2);
  }
}
