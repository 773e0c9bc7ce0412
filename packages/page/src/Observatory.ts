/** Looks once a second while at least one page is open, and at nothing while none is. */
import type { Snapshot } from "./Protocol.js";
import type { Lens, View } from "./View.js";

const everyMillis = 1_000;

export class Observatory {
  readonly #view: Pick<View, "look">;
  readonly #publish: (snapshot: Snapshot) => void;
  #lens: Lens | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isTaking = false;

  constructor(view: Pick<View, "look">, publish: (snapshot: Snapshot) => void) {
    this.#view = view;
    this.#publish = publish;
  }

  get isOpen(): boolean {
    return this.#timer !== undefined;
  }

  /** Starts, unless it has been started. The first snapshot comes at once. */
  open(): void {
    if (this.isOpen) return;
    this.#lens = this.#view.look();
    this.#timer = setInterval(() => this.#look(), everyMillis);
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#lens?.stop();
    this.#lens = undefined;
  }

  /** A picture that cannot be taken is one picture less, not the end of the process. */
  #look(): void {
    this.#take().catch((error) => process.emitWarning(`the live page cannot look: ${error}`));
  }

  async #take(): Promise<void> {
    // A server too busy for one picture a second gets fewer.
    const lens = this.#lens;
    if (lens === undefined || this.#isTaking) return;
    this.#isTaking = true;
    try {
      const snapshot = await lens.take();
      if (lens === this.#lens) this.#publish(snapshot);
    } finally {
      this.#isTaking = false;
    }
  }
}
