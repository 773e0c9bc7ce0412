/** Looks at all connections once a second while at least one page is open, and at nothing while none is. */
import type { UwsConnection } from "@sluice/uws";
import { Census, type Routes } from "./Census.js";
import { Crossings } from "./Crossings.js";
import type { Snapshot } from "./Protocol.js";
import { picture } from "./Snapshot.js";
import { VitalSigns } from "./Vitals.js";

const everyMillis = 1_000;

export class Observatory {
  readonly #routes: Routes;
  readonly #vitals = new VitalSigns();
  readonly #nameOf: (connection: UwsConnection) => string;
  readonly #publish: (snapshot: Snapshot) => void;
  #watch: { readonly census: Census; readonly crossings: Crossings } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isTaking = false;

  constructor(
    routes: Routes,
    nameOf: (connection: UwsConnection) => string,
    publish: (snapshot: Snapshot) => void,
  ) {
    this.#routes = routes;
    this.#nameOf = nameOf;
    this.#publish = publish;
  }

  get isOpen(): boolean {
    return this.#timer !== undefined;
  }

  /** Starts, unless it has been started. The first snapshot comes at once. */
  open(): void {
    if (this.isOpen) return;
    const crossings = new Crossings();
    const census = new Census(this.#routes, crossings);
    this.#watch = { census, crossings };
    census.start();
    this.#vitals.start();
    this.#timer = setInterval(() => this.#look(), everyMillis);
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watch?.census.stop();
    this.#watch = undefined;
    this.#vitals.stop();
  }

  find(id: string): UwsConnection | undefined {
    return this.#watch?.census.find(id);
  }

  /** A picture that cannot be taken is one picture less, not the end of the process. */
  #look(): void {
    this.#take().catch((error) => process.emitWarning(`the live page cannot look: ${error}`));
  }

  async #take(): Promise<void> {
    // A server too busy for one picture a second gets fewer.
    const watch = this.#watch;
    if (watch === undefined || this.#isTaking) return;
    this.#isTaking = true;
    try {
      const { members, gone } = watch.census.take();
      const taken = await picture(members, gone, this.#nameOf);
      if (watch !== this.#watch) return;
      this.#publish({
        type: "snapshot",
        atMillis: Math.round(performance.now()),
        crossings: watch.crossings.take(),
        vitals: this.#vitals.take(),
        ...taken,
      });
    } finally {
      this.#isTaking = false;
    }
  }
}
