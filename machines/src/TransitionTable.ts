/**
 * The chart as a dense table: a connection looks its next state up here, for XState needs microseconds for a step.
 *
 * What it holds is written down in `table.ts`, by XState. It needs no library: it runs wherever JavaScript does.
 */
import * as table from "./table.js";

/** A state of the flow region, or, once the connection no longer takes messages, of its end. */
export type ConnectionState = "normal" | "throttled" | "paused" | "dropping" | "closing" | "closed";

/** A state of the health region. */
export type Health = "healthy" | "degraded" | "unhealthy";

/** What can happen to a connection. */
export type ConnectionEvent = (typeof table.events)[number];

/** What the chart asks of whoever runs it, by name. */
export type ConnectionAction = (typeof table.actions)[number];

/** One row of the table: a state of the whole chart. */
export interface TableState {
  /** The row's number. */
  readonly id: number;
  /** The state as XState writes it. */
  readonly value: unknown;
  readonly state: ConnectionState;
  /** Undefined once the connection is closing or closed: the region has been left. */
  readonly health: Health | undefined;
}

/** The events, in the order of the table's columns. */
export const events: ReadonlyArray<ConnectionEvent> = table.events;

/** The actions, in the order of the bits of an action mask. */
export const actions: ReadonlyArray<ConnectionAction> = table.actions;

/** The number of an event: its column. */
export const Event: Readonly<Record<ConnectionEvent, number>> = numbered(events, (index) => index);

/** The bit of an action in a mask. */
export const Action: Readonly<Record<ConnectionAction, number>> = numbered(
  actions,
  (index) => 1 << index,
);

/** Every reachable state of the chart, in the order of the table's rows. Row 0 is the initial state. */
export const states: ReadonlyArray<TableState> = table.names.map((name, id) => {
  const [state, health] = name.split(" ") as [ConnectionState, Health | undefined];
  const value = health === undefined ? state : { open: { flow: state, health } };
  return { id, value, state, health };
});

const cells = table.cells.flatMap((row, id) =>
  row.split(/ +/).map((cell) => (cell === "-" ? [id, 0] : cell.split(":").map(Number))),
);

/** The number of the state after `event` in `state`: `next[state * events.length + event]`. */
export const next: Uint8Array = Uint8Array.from(cells, ([row]) => row as number);

/** The actions that fire on the same step, as a mask of `Action` bits. */
export const actionMasks: Uint16Array = Uint16Array.from(cells, ([, mask]) => mask as number);

/** The names of the actions in a mask, in the order in which they are to be performed. */
export function actionsOf(mask: number): ReadonlyArray<ConnectionAction> {
  return actions.filter((name) => (mask & Action[name]) !== 0);
}

function numbered<K extends string>(
  keys: ReadonlyArray<K>,
  value: (index: number) => number,
): Readonly<Record<K, number>> {
  return Object.fromEntries(keys.map((key, index) => [key, value(index)])) as Record<K, number>;
}
