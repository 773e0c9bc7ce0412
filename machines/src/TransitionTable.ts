/**
 * The chart as a dense table, filled at load by running XState over every reachable state and every event.
 *
 * XState needs microseconds for a step and the running connection has nanoseconds, so the connection looks
 * its next state up here. Nothing in this file knows the chart: a change to `connectionMachine` is a change
 * to the table.
 */
import { initialTransition, transition } from "xstate";
import { connectionMachine } from "./connectionMachine.js";

/** A state of the flow region, or, once the connection no longer takes messages, of its end. */
export type ConnectionState = "normal" | "throttled" | "paused" | "dropping" | "closing" | "closed";

/** A state of the health region. */
export type Health = "healthy" | "degraded" | "unhealthy";

/** What can happen to a connection. */
export type ConnectionEvent = Parameters<typeof connectionMachine.transition>[1]["type"];

/** What the chart asks of whoever runs it, by name. */
export type ConnectionAction = keyof NonNullable<
  Parameters<typeof connectionMachine.provide>[0]["actions"]
>;

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

/** A state of an XState value: `{ open: { flow, health } }`, `"closing"` or `"closed"`. */
type ChartValue =
  | "closing"
  | "closed"
  | { readonly open: { readonly flow: ConnectionState; readonly health: Health } };

/** The events, in the order of the table's columns. The chart has no wildcards, which the type allows. */
export const events: ReadonlyArray<ConnectionEvent> = [
  ...(connectionMachine.events as ReadonlyArray<ConnectionEvent>),
].sort();

/** The actions, in the order of the bits of an action mask. */
export const actions: ReadonlyArray<ConnectionAction> = Object.keys(
  connectionMachine.implementations.actions ?? {},
) as Array<ConnectionAction>;

/** The number of an event: its column. */
export const Event: Readonly<Record<ConnectionEvent, number>> = numbered(events, (index) => index);

/** The bit of an action in a mask. */
export const Action: Readonly<Record<ConnectionAction, number>> = numbered(
  actions,
  (index) => 1 << index,
);

const table = fill();

/** Every reachable state of the chart, in the order of the table's rows. Row 0 is the initial state. */
export const states: ReadonlyArray<TableState> = table.states;

/** The number of the state after `event` in `state`: `next[state * events.length + event]`. */
export const next: Uint8Array = table.next;

/** The actions that fire on the same step, as a mask of `Action` bits. */
export const actionMasks: Uint16Array = table.masks;

/** The names of the actions in a mask, in the order in which they are to be performed. */
export function actionsOf(mask: number): ReadonlyArray<ConnectionAction> {
  return actions.filter((name) => (mask & Action[name]) !== 0);
}

function fill() {
  const [initial] = initialTransition(connectionMachine);
  const snapshots = [initial];
  const rowOf = new Map([[JSON.stringify(initial.value), 0]]);
  const found: Array<{ next: number; mask: number }> = [];
  for (let row = 0; row < snapshots.length; row++) {
    const from = snapshots[row] ?? initial;
    for (const type of events) {
      const [to, executed] = transition(connectionMachine, from, { type });
      const key = JSON.stringify(to.value);
      let nextRow = rowOf.get(key);
      if (nextRow === undefined) {
        nextRow = snapshots.push(to) - 1;
        rowOf.set(key, nextRow);
      }
      found.push({ next: nextRow, mask: maskOf(executed.map((action) => action.type)) });
    }
  }
  return {
    states: snapshots.map((snapshot, id) => tableState(id, snapshot.value as ChartValue)),
    next: Uint8Array.from(found, (cell) => cell.next),
    masks: Uint16Array.from(found, (cell) => cell.mask),
  };
}

function tableState(id: number, value: ChartValue): TableState {
  return typeof value === "string"
    ? { id, value, state: value, health: undefined }
    : { id, value, state: value.open.flow, health: value.open.health };
}

/** A mask has no order of its own: the order of the action list must be the order of performance. */
function maskOf(names: ReadonlyArray<string>): number {
  let mask = 0;
  for (const name of names) {
    const bit = Action[name as ConnectionAction];
    if (bit === undefined || bit <= mask) {
      throw new Error(
        `the chart performs ${names.join(", ")}: list its actions in that order in setup()`,
      );
    }
    mask |= bit;
  }
  return mask;
}

function numbered<K extends string>(
  keys: ReadonlyArray<K>,
  value: (index: number) => number,
): Readonly<Record<K, number>> {
  return Object.fromEntries(keys.map((key, index) => [key, value(index)])) as Record<K, number>;
}
