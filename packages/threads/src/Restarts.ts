/** How long a thread that has ended stays away: longer each time, while it ends again within a minute. */
const leastMillis = 100;
const mostMillis = 30_000;
const calmMillis = 60_000;

export class Restarts {
  readonly #ends = new Map<number, { readonly count: number; readonly atMillis: number }>();

  delayMillis(index: number, nowMillis = performance.now()): number {
    const before = this.#ends.get(index);
    const isCalm = before === undefined || nowMillis - before.atMillis > calmMillis;
    const count = isCalm ? 0 : before.count + 1;
    this.#ends.set(index, { count, atMillis: nowMillis });
    return Math.min(mostMillis, leastMillis * 2 ** Math.min(count, 20));
  }
}
