/**
 * One who follows everyone: visits whoever is there and whoever comes, and leaves each again when it goes or when the
 * following stops. What fails in a visit or a leave goes to `failed` and stays in its own room.
 */
import { attempt, type Failed } from "../actor/Attempt.js";

/** Called with each; what it returns is called when that one goes, or the following stops. */
export type Visit<C> = (one: C) => (() => void) | undefined;

export class Following<C> {
  readonly #visit: Visit<C>;
  readonly #failed: Failed;
  /** Of everyone who was visited: undefined while the visit lasts. */
  readonly #leaves = new Map<C, (() => void) | undefined>();
  #isOver = false;

  constructor(visit: Visit<C>, failed: Failed) {
    this.#visit = visit;
    this.#failed = failed;
  }

  came(one: C): void {
    if (this.#isOver || this.#leaves.has(one)) return;
    this.#leaves.set(one, undefined);
    attempt(() => {
      const leave = this.#visit(one);
      if (typeof leave !== "function") return leave;
      // It may have gone while it was visited.
      if (!this.#leaves.has(one)) return leave();
      this.#leaves.set(one, leave);
    }, this.#failed);
  }

  went(one: C): void {
    const leave = this.#leaves.get(one);
    this.#leaves.delete(one);
    if (leave !== undefined) attempt(leave, this.#failed);
  }

  stop(): void {
    this.#isOver = true;
    for (const one of [...this.#leaves.keys()]) this.went(one);
  }
}
