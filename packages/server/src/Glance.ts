/** What the live table shows of all connections, gathered one by one: how many there are, the first, and the worst. */
import { ladder } from "@sluice/machines";
import type { ConnectionReport } from "./ConnectionBook.js";

/** Connections in trouble that are named. */
const maxTroubles = 8;

/** Those who had closed before anybody was looked at. */
export interface Gone {
  readonly connections: number;
  readonly delivered: number;
}

export class Glance {
  /** Connections that are open or closing. */
  count = 0;
  /** Messages delivered, also to those that have closed meanwhile. */
  delivered = 0;
  readonly first: Array<ConnectionReport> = [];
  /** Those in trouble, the worst first. */
  readonly worst: Array<ConnectionReport> = [];
  /** How many are in trouble. */
  troubled = 0;
  readonly gone: Gone;
  readonly maxFirst: number;
  readonly byState = new Map<string, number>([...ladder, "closing"].map((state) => [state, 0]));

  /** Keeps so many of the first. */
  constructor(maxFirst: number, gone: Gone = { connections: 0, delivered: 0 }) {
    this.maxFirst = maxFirst;
    this.gone = gone;
  }

  /** Several as one; the first of each as they come. What a thread has sent is as good. */
  static together(maxFirst: number, all: ReadonlyArray<Seen>): Glance {
    const sum = (read: (one: Seen) => number) => all.reduce((total, one) => total + read(one), 0);
    const gone = {
      connections: sum((one) => one.gone.connections),
      delivered: sum((one) => one.gone.delivered),
    };
    const together = new Glance(maxFirst, gone);
    for (const one of all) together.#include(one);
    together.troubled = sum(({ troubled }) => troubled);
    return together;
  }

  add(one: ConnectionReport): void {
    this.delivered += one.delivered.messages;
    if (one.state === "closed") return;
    this.count++;
    this.#count(one.state, 1);
    if (this.first.length < this.maxFirst) this.first.push(one);
    if (one.state === "normal") return;
    this.troubled++;
    this.#addTrouble(one);
  }

  /** `3 normal`, `6 dropping`. */
  get states(): Array<string> {
    const present = [...this.byState].filter(([, count]) => count > 0);
    return present.map(([state, count]) => `${count} ${state}`);
  }

  #include({ count, delivered, first, worst, byState }: Seen): void {
    this.count += count;
    this.delivered += delivered;
    this.first.push(...first.slice(0, this.maxFirst - this.first.length));
    for (const one of worst) this.#addTrouble(one);
    for (const [state, many] of byState) this.#count(state, many);
  }

  #count(state: string, many: number): void {
    this.byState.set(state, (this.byState.get(state) ?? 0) + many);
  }

  #addTrouble(one: ConnectionReport): void {
    const place = this.worst.findIndex((other) => isWorse(one, other));
    if (place < 0) this.worst.push(one);
    else this.worst.splice(place, 0, one);
    if (this.worst.length > maxTroubles) this.worst.pop();
  }
}

/** What of a glance crosses to another thread. */
export type Seen = Pick<
  Glance,
  "count" | "delivered" | "first" | "worst" | "troubled" | "gone" | "byState"
>;

function isWorse(one: ConnectionReport, other: ConnectionReport): boolean {
  return (one.dropRate.recent - other.dropRate.recent || one.fill - other.fill) > 0;
}
