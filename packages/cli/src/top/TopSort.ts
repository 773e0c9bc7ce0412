/** The orders of the table; in each, what an operator wants to see comes first. */
import type { Rated } from "./Rates.js";

type Order = (a: Rated, b: Rated) => number;

const states = ["dropping", "paused", "throttled", "closing", "normal"];
const healths = ["unhealthy", "degraded", "healthy"];

const byId: Order = (a, b) => a.id.localeCompare(b.id, "en", { numeric: true });
const byLost: Order = (a, b) => b.lostPerSecond - a.lostPerSecond || b.lost - a.lost;
const byFill: Order = (a, b) => b.fill - a.fill;

const orders = {
  dropped: byLost,
  fill: byFill,
  rate: (a, b) => b.deliveredPerSecond - a.deliveredPerSecond,
  delay: (a, b) => b.delayMillis - a.delayMillis,
  state: (a, b) => states.indexOf(a.state) - states.indexOf(b.state) || byFill(a, b),
  health: (a, b) => healths.indexOf(a.health) - healths.indexOf(b.health) || byLost(a, b),
  id: byId,
} satisfies Record<string, Order>;

export type TopSort = keyof typeof orders;

export const topSorts = Object.keys(orders) as ReadonlyArray<TopSort>;

export function sorted(connections: ReadonlyArray<Rated>, sort: TopSort): ReadonlyArray<Rated> {
  return [...connections].sort((a, b) => orders[sort](a, b) || byId(a, b));
}

/** The one after it, and after the last the first. */
export function nextSort(sort: TopSort): TopSort {
  return topSorts[(topSorts.indexOf(sort) + 1) % topSorts.length] as TopSort;
}
