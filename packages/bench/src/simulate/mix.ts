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
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

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
export interface Client {
  /** The place of its class in the mix. */
  readonly kind: number;
  readonly strategy: OverflowStrategy;
  readonly bytesPerMilli: number;
  readonly roundTripMillis: number;
  readonly opensAtMillis: number;
  readonly awayEveryMillis: number;
  readonly awayForMillis: number;
  /** When it is first away. */
  readonly awayAtMillis: number;
  readonly sleepsAtMillis: number;
}

/** Rates and round trips of a class are not all alike: up to a quarter more or a fifth less. */
const variation = 1.25;

/** The client of a number: the strategies take turns, the class is drawn. */
export function clientOf(classes: Mix, seed: number, number: number): Client {
  const random = xoroshiro128plus(Math.imul(seed, 0x9e37_79b1) ^ number);
  // The first draws of neighbouring seeds are alike.
  for (let left = 4; left > 0; left--) random.next();
  const draw = () => uniformFloat64(random);
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

/** Whether it reads nothing at that time. */
export function isAway(client: Client, atMillis: number): boolean {
  return atMillis >= client.sleepsAtMillis || atMillis < backAt(client, turnOf(client, atMillis));
}

/** When it has read so many bytes, at its pace, if it begins at that time; never, if it sleeps before. */
export function readsUntil(client: Client, fromMillis: number, bytes: number): number {
  const { sleepsAtMillis } = client;
  let turn = turnOf(client, fromMillis);
  let at = Math.max(fromMillis, backAt(client, turn));
  let left = bytes / client.bytesPerMilli;
  for (;;) {
    const leavesMillis = leavesAt(client, ++turn);
    if (at + left <= Math.min(leavesMillis, sleepsAtMillis)) return at + left;
    if (sleepsAtMillis <= leavesMillis) return Number.POSITIVE_INFINITY;
    left -= leavesMillis - at;
    at = backAt(client, turn);
  }
}

/** How often it has been away before, or is for the first time at 0; below 0 it has not been. */
function turnOf({ awayAtMillis, awayEveryMillis }: Client, atMillis: number): number {
  return awayAtMillis === Number.POSITIVE_INFINITY
    ? -1
    : Math.floor((atMillis - awayAtMillis) / awayEveryMillis);
}

function leavesAt({ awayAtMillis, awayEveryMillis }: Client, turn: number): number {
  return awayAtMillis === Number.POSITIVE_INFINITY
    ? awayAtMillis
    : awayAtMillis + turn * awayEveryMillis;
}

function backAt(client: Client, turn: number): number {
  return turn < 0 ? 0 : leavesAt(client, turn) + client.awayForMillis;
}
