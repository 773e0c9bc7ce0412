/**
 * Who was cut off, when and why: the latest, and how many for each reason. It is there when the connections are gone.
 * It keeps so many; of those before them only the count remains.
 */
import type { Eviction } from "../actor/Eviction.js";
import { type Rung, rungs } from "../actor/Rung.js";

/** So many are kept. */
const mostKept = 256;

export class Evictions {
  readonly #counts = Object.fromEntries(rungs.map((rung) => [rung, 0])) as Record<Rung, number>;
  readonly #latest: Array<Eviction> = [];

  /** How many there were, for each rung. */
  get counts(): Readonly<Record<Rung, number>> {
    return { ...this.#counts };
  }

  /** The latest 256, in the order in which the connections went. */
  get latest(): ReadonlyArray<Eviction> {
    return [...this.#latest];
  }

  /** @internal */
  note(eviction: Eviction): void {
    this.#counts[eviction.rung]++;
    this.#latest.push(eviction);
    if (this.#latest.length > mostKept) this.#latest.shift();
  }

  toJSON(): object {
    return { counts: this.counts, latest: this.latest };
  }
}
