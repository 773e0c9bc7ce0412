/** A query of a session, from its message to its end: what of it was sent, and what ends it. */
import type { Progress } from "./ServerMessage.js";

/** A `progress` message follows each time that so many more rows were sent. */
const progressRows = 10_000;

export class RunningQuery {
  readonly id: string;
  readonly abort = new AbortController();
  /** Settles when its last message is in the outbox. */
  said: Promise<void> | undefined;
  #batches = 0;
  #rows = 0;
  readonly #startMillis = performance.now();

  constructor(id: string) {
    this.id = id;
  }

  get progress(): Progress {
    const elapsedMillis = Math.round(performance.now() - this.#startMillis);
    return { rows: this.#rows, batches: this.#batches, elapsedMillis };
  }

  /** A batch was sent; true when it is time to say so. */
  sent(rows: number): boolean {
    const before = Math.floor(this.#rows / progressRows);
    this.#rows += rows;
    this.#batches++;
    return Math.floor(this.#rows / progressRows) > before;
  }
}
