/**
 * Who is connected: classes of clients, as data, and one client of them drawn by its number. Everything about a client
 * follows from the seed and its number.
 *
 * The rates of the slow classes are the largest, and the round trips the smallest, of the effective connection types
 * "3g", "2g" and "slow-2g" (Network Information API, WICG, table of effective connection types). 86 % of them on "4g" is
 * the largest share among nine countries in Sengupta et al., "Through the Lens of Google CrUX", arXiv:2308.06409. 50
 * Mbit/s is what 60 % of mobile clients do not reach in Rizvi et al., arXiv:2507.18834. The other shares, the round trip
 * of "fast", and how clients go away, are assumptions.
 */

import { type OverflowStrategy, overflowStrategies } from "@sluice/core";
import { random, type Temper } from "@sluice/simulation/engine";

export interface ClientClass {
  readonly name: string;
  /** Of all clients, 0 to 1; all of them make 1. */
  readonly share: number;
  readonly bytesPerSecond: number;
  readonly roundTripMillis: number;
  /** It reads nothing for so long, again and again. */
  readonly away?: { readonly everyMillis: number; readonly forMillis: number };
  /** It reads nothing from then on, and its connection stays. */
  readonly sleepsAtMillis?: number;
}

export type Mix = ReadonlyArray<ClientClass>;

export const mix: Mix = [
  { name: "fast", share: 0.86, bytesPerSecond: 6_250_000, roundTripMillis: 50 },
  { name: "3g", share: 0.06, bytesPerSecond: 87_500, roundTripMillis: 270 },
  {
    name: "3g with gaps",
    share: 0.03,
    bytesPerSecond: 87_500,
    roundTripMillis: 270,
    away: { everyMillis: 30_000, forMillis: 8_000 },
  },
  { name: "2g", share: 0.02, bytesPerSecond: 8_750, roundTripMillis: 1_400 },
  { name: "slow-2g", share: 0.01, bytesPerSecond: 6_250, roundTripMillis: 2_000 },
  {
    name: "asleep",
    share: 0.02,
    bytesPerSecond: 6_250_000,
    roundTripMillis: 50,
    sleepsAtMillis: 20_000,
  },
];

/** The same classes, each as large as the others. */
export const inEqualParts = (classes: Mix): Mix =>
  classes.map((one) => ({ ...one, share: 1 / classes.length }));

/** One client. Times are from the start of the run, in milliseconds. */
export interface Client extends Temper {
  /** The place of its class in the mix. */
  readonly kind: number;
  readonly strategy: OverflowStrategy;
  readonly opensAtMillis: number;
}

/** Rates and round trips of a class are not all alike: up to a quarter more or a fifth less. */
const variation = 1.25;

/** The client of a number: the strategies take turns, the class is drawn. */
export function clientOf(classes: Mix, seed: number, number: number): Client {
  const draw = random(seed, number);
  const vary = () => variation ** (2 * draw() - 1);
  const kind = kindOf(classes, draw());
  const one = classes[kind] as ClientClass;
  const never = Number.POSITIVE_INFINITY;
  return {
    kind,
    strategy: overflowStrategies[number % overflowStrategies.length] as OverflowStrategy,
    bytesPerMilli: (one.bytesPerSecond / 1_000) * vary(),
    roundTripMillis: one.roundTripMillis * vary(),
    opensAtMillis: 1_000 * draw(),
    awayEveryMillis: one.away?.everyMillis ?? never,
    awayForMillis: one.away?.forMillis ?? 0,
    awayAtMillis: one.away === undefined ? never : one.away.everyMillis * draw(),
    sleepsAtMillis: one.sleepsAtMillis ?? never,
  };
}

function kindOf(classes: Mix, at: number): number {
  let sum = 0;
  const kind = classes.findIndex(({ share }) => {
    sum += share;
    return at < sum;
  });
  return kind < 0 ? classes.length - 1 : kind;
}
