/** Looks at all connections of this thread from when it is made until it is stopped: a snapshot whenever one is asked for. */
import type { UwsConnection } from "@sluice/uws";
import { Census, type Routes } from "./Census.js";
import { Crossings } from "./Crossings.js";
import type { Snapshot } from "./Protocol.js";
import { picture } from "./Snapshot.js";
import type { Lens } from "./View.js";
import { VitalSigns } from "./Vitals.js";

export class Watch implements Lens {
  readonly #census: Census;
  readonly #crossings = new Crossings();
  readonly #vitals = new VitalSigns();
  readonly #nameOf: (connection: UwsConnection) => string;

  constructor(routes: Routes, nameOf: (connection: UwsConnection) => string) {
    this.#nameOf = nameOf;
    this.#census = new Census(routes, this.#crossings);
    this.#census.start();
    this.#vitals.start();
  }

  stop(): void {
    this.#census.stop();
    this.#vitals.stop();
  }

  /** Crossings and vital signs are those since the last one. */
  async take(): Promise<Snapshot> {
    const { members, gone } = this.#census.take();
    const taken = await picture(members, gone, this.#nameOf);
    return {
      type: "snapshot",
      atMillis: Math.round(performance.now()),
      crossings: this.#crossings.take(),
      vitals: this.#vitals.take(),
      ...taken,
    };
  }
}
