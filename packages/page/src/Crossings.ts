/** Counts the steps of the chart over all connections, so that any number of them is a bounded report. */
import type { StepListener } from "@sluice/core";
import { events, states } from "@sluice/machines";
import type { Crossing } from "./Protocol.js";

export class Crossings implements StepListener {
  /** By event and state before; the chart is deterministic, so the state after follows from them. */
  #counts = new Uint32Array(events.length * states.length);
  readonly #after = new Uint8Array(events.length * states.length);

  onStep(event: number, from: number, to: number): void {
    const at = event * states.length + from;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#after[at] = to;
  }

  /** Those since the last time. */
  take(): ReadonlyArray<Crossing> {
    const crossings: Array<Crossing> = [];
    this.#counts.forEach((count, at) => {
      if (count === 0) return;
      const event = Math.floor(at / states.length);
      crossings.push([event, at % states.length, this.#after[at] as number, count]);
    });
    this.#counts.fill(0);
    return crossings;
  }
}
