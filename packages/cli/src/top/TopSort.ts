/** The orders of the table; in each, what an operator wants to see comes first. */
import { healths, ladder } from "@sluice/machines";
import type { Rated } from "./Rates.js";
import { roundTripMillis } from "./RemoteConnection.js";

type Order = (a: Rated, b: Rated) => number;

const byId: Order = (a, b) => a.id.localeCompare(b.id, "en", { numeric: true });
const byLost: Order = (a, b) => b.lostPerSecond - a.lostPerSecond || b.lost - a.lost;
const byFill: Order = (a, b) => b.fill - a.fill;

/** Who tells nothing comes last. */
const inFlight = ({ receipts }: Rated) => receipts?.inFlight?.bytes ?? -1;
const roundTrip = ({ receipts }: Rated) => roundTripMillis(receipts) ?? -1;

const orders = {
  dropped: byLost,
  fill: byFill,
  rate: (a, b) => b.deliveredPerSecond - a.deliveredPerSecond,
  "in-flight": (a, b) => inFlight(b) - inFlight(a),
  "round-trip": (a, b) => roundTrip(b) - roundTrip(a),
  delay: (a, b) => b.delayMillis - a.delayMillis,
  state: (a, b) => worst(ladder, a.state, b.state) || byFill(a, b),
  health: (a, b) => worst(healths, a.health, b.health) || byLost(a, b),
  id: byId,
} satisfies Record<string, Order>;

function worst(names: ReadonlyArray<string>, a: string, b: string): number {
  return names.indexOf(b) - names.indexOf(a);
}

export type TopSort = keyof typeof orders;

export const topSorts = Object.keys(orders) as ReadonlyArray<TopSort>;

export function sorted(connections: ReadonlyArray<Rated>, sort: TopSort): ReadonlyArray<Rated> {
  return [...connections].sort((a, b) => orders[sort](a, b) || byId(a, b));
}

/** The one after it, and after the last the first. */
export function nextSort(sort: TopSort): TopSort {
  return topSorts[(topSorts.indexOf(sort) + 1) % topSorts.length] as TopSort;
}
