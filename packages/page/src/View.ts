/** What a page sees: the connections of this thread, or of all (`WholeView`). */
import type { UwsConnection } from "@sluice/uws";
import { connectionOf, type Routes } from "./Census.js";
import type { Past } from "./Past.js";
import type { Departure, Moment, PastPoint, Snapshot } from "./Protocol.js";
import { Timeline } from "./Timeline.js";
import { Watch } from "./Watch.js";

export interface View {
  /** Looks from now on, until it is stopped. */
  look(): Lens;
  /** Who has left lately, the latest first. */
  readonly departures: ReadonlyArray<Departure>;
  /** Another number whenever somebody has left. */
  readonly changes: number;
  /** Calls when it is known what was before. */
  past(tell: (points: ReadonlyArray<PastPoint>) => void): void;
  /** Tells what a connection does until it is stopped; `unknown` is called if there is no such connection. */
  watch(id: string, tell: (moment: Moment) => void, unknown: () => void): Stoppable | undefined;
}

export interface Stoppable {
  stop(): void;
}

export interface Lens extends Stoppable {
  /** One at a time. */
  take(): Promise<Snapshot>;
}

export class OwnView implements View {
  readonly #routes: Routes;
  readonly #nameOf: (connection: UwsConnection) => string;
  readonly #past: Past;

  constructor(routes: Routes, nameOf: (connection: UwsConnection) => string, past: Past) {
    this.#routes = routes;
    this.#nameOf = nameOf;
    this.#past = past;
  }

  look(): Lens {
    return new Watch(this.#routes, this.#nameOf);
  }

  get departures(): ReadonlyArray<Departure> {
    return this.#past.departures;
  }

  get changes(): number {
    return this.#past.changes;
  }

  past(tell: (points: ReadonlyArray<PastPoint>) => void): void {
    tell(this.#past.points);
  }

  watch(id: string, tell: (moment: Moment) => void, unknown: () => void): Stoppable | undefined {
    const connection = connectionOf(this.#routes, id);
    if (connection !== undefined) return new Timeline(connection, tell);
    unknown();
    return undefined;
  }
}
