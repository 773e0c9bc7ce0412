/** What is known of the connection that is open: its fill and state over time, and what happened to it. */
import type { Hello, Moment } from "../src/Protocol.js";
import type { Row } from "./Row.js";

/** Something that happened, in words. */
export interface Happening {
  readonly atMillis: number;
  readonly event: string;
  /** `normal → throttled`, or nothing when the state stayed. */
  readonly change: string;
  /** The state that it led to. */
  readonly state: string;
}

/** From here on the state is this. */
export interface Band {
  readonly atMillis: number;
  readonly state: string;
}

const maxSamples = 1_500;
const maxHappenings = 200;

export class History {
  readonly id: string;
  readonly #hello: Hello;
  millis: Array<number> = [];
  fills: Array<number> = [];
  bands: Array<Band> = [];
  /** The latest first. */
  happenings: Array<Happening> = [];
  /** Events that came too fast to be told one by one. */
  omitted = 0;
  latest: Moment | undefined;

  /** Begins with what the snapshots have shown. */
  constructor(id: string, hello: Hello, row: Row | undefined) {
    this.id = id;
    this.#hello = hello;
    for (const { atMillis, fill, state } of row?.past() ?? []) {
      this.#sample(atMillis, fill);
      this.#turn(atMillis, this.#stateOf(state));
    }
  }

  add(moment: Moment): void {
    for (const [atMillis, event, from, to] of moment.steps) {
      const [before, after] = [this.#hello.states[from], this.#hello.states[to]];
      const changes = [
        [before?.state, after?.state],
        [before?.health, after?.health],
      ].filter(([was, is]) => was !== is && is !== undefined);
      const change = changes.map(([was, is]) => `${was ?? "open"} → ${is}`).join(", ");
      const state = after?.state ?? "";
      this.happenings.unshift({ atMillis, event: this.#hello.events[event] ?? "", change, state });
      this.#turn(atMillis, state);
    }
    this.omitted += moment.omitted;
    this.happenings.length = Math.min(this.happenings.length, maxHappenings);
    this.#sample(moment.atMillis, moment.fill);
    this.#turn(moment.atMillis, this.#stateOf(moment.state));
    this.latest = moment;
  }

  #stateOf(id: number): string {
    return this.#hello.states[id]?.state ?? "";
  }

  #sample(atMillis: number, fill: number): void {
    this.millis.push(atMillis);
    this.fills.push(fill);
    if (this.millis.length <= maxSamples) return;
    this.millis.shift();
    this.fills.shift();
  }

  #turn(atMillis: number, state: string): void {
    if (this.bands.at(-1)?.state === state) return;
    this.bands.push({ atMillis, state });
    if (this.bands.length > maxSamples) this.bands.shift();
  }
}
