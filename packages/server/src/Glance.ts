/** What the live table shows of all connections, gathered one by one: how many there are, the first, and the worst. */
import { ladder } from "@sluice/machines";
import type { ConnectionReport } from "./ConnectionBook.js";

/** Connections in trouble that are named. */
const maxTroubles = 8;

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
  readonly #maxFirst: number;
  readonly #byState = new Map<string, number>([...ladder, "closing"].map((state) => [state, 0]));

  /** Keeps so many of the first. */
  constructor(maxFirst: number) {
    this.#maxFirst = maxFirst;
  }

  add(one: ConnectionReport): void {
    this.delivered += one.delivered.messages;
    if (one.state === "closed") return;
    this.count++;
    this.#byState.set(one.state, (this.#byState.get(one.state) ?? 0) + 1);
    if (this.first.length < this.#maxFirst) this.first.push(one);
    if (one.state !== "normal") this.#addTrouble(one);
  }

  /** `3 normal`, `6 dropping`. */
  get states(): Array<string> {
    const present = [...this.#byState].filter(([, count]) => count > 0);
    return present.map(([state, count]) => `${count} ${state}`);
  }

  #addTrouble(one: ConnectionReport): void {
    this.troubled++;
    const place = this.worst.findIndex((other) => isWorse(one, other));
    if (place < 0) this.worst.push(one);
    else this.worst.splice(place, 0, one);
    if (this.worst.length > maxTroubles) this.worst.pop();
  }
}

function isWorse(one: ConnectionReport, other: ConnectionReport): boolean {
  return (one.dropRate.recent - other.dropRate.recent || one.fill - other.fill) > 0;
}
