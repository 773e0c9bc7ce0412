/** What ends a command that goes on until it is told to stop: a signal from outside, or a reader that went away. */

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export class Stopping {
  readonly #controller = new AbortController();
  readonly #gone: AbortSignal;

  /** Listens to the process's signals, until the first of them or {@link end}. */
  constructor(gone: AbortSignal) {
    this.#gone = gone;
    for (const name of signals) process.on(name, this.#told);
    gone.addEventListener("abort", this.#left);
    if (gone.aborted) this.#left();
  }

  /** Aborted when it is time to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Listens no longer. From here on a signal does what it does by itself: it ends the process at once. */
  end(): void {
    for (const name of signals) process.off(name, this.#told);
    this.#gone.removeEventListener("abort", this.#left);
  }

  readonly #told = () => {
    this.end();
    this.#left();
  };

  readonly #left = () => this.#controller.abort();
}
