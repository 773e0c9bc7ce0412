/** Simulates the connections of a range of numbers, one after another: given the feed, none depends on another. */
import { clientOf, type Mix } from "./mix.js";
import { Session } from "./Session.js";
import { Tally } from "./Tally.js";

/** What is simulated. */
export interface Simulation {
  readonly mix: Mix;
  readonly seed: number;
  /** Connections have the numbers from `from` on, before `to`. */
  readonly from: number;
  readonly to: number;
}

/** The same for the same simulation, always. */
export function simulation({ mix, seed, from, to }: Simulation): Tally {
  const tally = new Tally(mix);
  for (let number = from; number < to; number++) {
    new Session(clientOf(mix, seed, number), tally).run();
  }
  return tally;
}
