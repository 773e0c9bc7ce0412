/**
 * One pass over the connections of a registry that may pause: connections come, go and count on meanwhile.
 *
 * Each connection is counted exactly once, as it was at one moment: when it was looked at, or, if it went before that,
 * when it went. So what is counted never falls from one walk to the next, if each begins after the one before has ended.
 */
import { Picture, type Pictured } from "./Picture.js";
import type { Totals } from "./Totals.js";

/** What is walked: in the order in which they came, whoever has gone left out. A `ConnectionRegistry` is that. */
export interface Walked<C> extends Iterable<C> {
  readonly size: number;
}

export class Walk<C extends Pictured> {
  readonly picture: Picture;
  readonly #ahead: Iterator<C>;
  readonly #seen = new Set<C>();
  /** Whoever was there when it began is among the first so many. So it ends, however many come. */
  #most: number;

  /** Begins with the sums of those that have gone. */
  constructor(connections: Walked<C>, gone: Totals) {
    this.picture = new Picture(gone);
    this.#ahead = connections[Symbol.iterator]();
    this.#most = connections.size;
  }

  /** Looks at so many of those that are left; answers whether none is. */
  step(count: number): boolean {
    for (let left = Math.min(count, this.#most); left > 0; left--) {
      const { value, done } = this.#ahead.next();
      if (done) return true;
      this.#most--;
      this.#seen.add(value);
      this.picture.add(value);
    }
    return this.#most === 0;
  }

  /** A connection has gone: what it had counted until then. */
  went(connection: C): void {
    if (!this.#seen.has(connection)) this.picture.addGone(connection.stats());
  }
}
