/** Simulates the connections of a range of numbers, one after another: given the feed, none depends on another. */
import { bare } from "./Bare.js";
import { clientOf, type Mix } from "./mix.js";
import { Session } from "./Session.js";
import { Tally } from "./Tally.js";

/** What is simulated. */
export interface Simulation {
  readonly mix: Mix;
  /** With Sluice, or by uWebSockets.js alone. */
  readonly kind: "sluice" | "bare";
  readonly seed: number;
  /** Connections have the numbers from `from` on, before `to`. */
  readonly from: number;
  readonly to: number;
}

/** The same for the same simulation, always. */
export function simulation({ mix, kind, seed, from, to }: Simulation): Tally {
  const tally = new Tally(mix);
  for (let number = from; number < to; number++) {
    const client = clientOf(mix, seed, number);
    if (kind === "bare") bare(client, tally);
    else new Session(client, tally).run();
  }
  return tally;
}
