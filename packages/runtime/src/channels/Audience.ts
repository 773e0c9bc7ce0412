/** Whoever a message for many is for: those that keep up as a cohort, and those that are behind one by one. */
import type { Limited } from "../actor/Lanes.js";
import type { Cohort } from "./Cohort.js";
import type { Subscriber } from "./PublishResult.js";
import type { Reader } from "./Reader.js";

/** Whoever may read with a cohort. */
export interface Listener extends Subscriber {
  readonly reader: Reader | undefined;
}

export class Audience<S extends Listener> {
  /** There is none before somebody is invited to read. */
  cohort: Cohort | undefined;
  /** Those of what waits at who is behind, where they are its own. */
  readonly limits: Limited | undefined;
  readonly #everyone: () => ReadonlyArray<S>;
  #behind: ReadonlyArray<S> = [];
  #seen: ReadonlyArray<S> | undefined;
  #changes = 0;

  /** `everyone` is another array when somebody has come or gone. */
  constructor(everyone: () => ReadonlyArray<S>, limits?: Limited) {
    this.#everyone = everyone;
    this.limits = limits;
  }

  get everyone(): ReadonlyArray<S> {
    return this.#everyone();
  }

  /** Those whose outboxes are given what is published. */
  get behind(): ReadonlyArray<S> {
    const everyone = this.#everyone();
    const cohort = this.cohort;
    if (cohort === undefined || cohort.readers.size === 0) return everyone;
    if (this.#seen !== everyone || this.#changes !== cohort.changes) {
      this.#seen = everyone;
      this.#changes = cohort.changes;
      this.#behind = everyone.filter(
        ({ reader }) => reader === undefined || !cohort.readers.has(reader),
      );
    }
    return this.#behind;
  }
}
