/**
 * The transition table of the chart, made by running XState over every reachable state and every event.
 *
 * XState needs microseconds for a step and the running connection has nanoseconds, so the connection looks its next
 * state up in what is made here. Nothing in this file knows the chart: `table.ts` is what it says of
 * `connectionMachine`, written down, and a test holds the one against the other.
 */
import { initialTransition, transition } from "xstate";
import { connectionMachine } from "./connectionMachine.js";

/** What is written down of the chart. */
export interface Table {
  /** In the order of the table's columns. The chart has no wildcards. */
  readonly events: ReadonlyArray<string>;
  /** In the order of the bits of a mask. */
  readonly actions: ReadonlyArray<string>;
  /** The states as XState writes them, in the order of the table's rows; row 0 is the initial one. */
  readonly values: ReadonlyArray<unknown>;
  /** For every row and column: the row that follows, and the mask of the actions that fire. */
  readonly cells: ReadonlyArray<readonly [next: number, mask: number]>;
}

/** Runs the chart through all that can happen to it. */
export function tableOf(machine: typeof connectionMachine = connectionMachine): Table {
  const events = [...machine.events].sort();
  const actions = Object.keys(machine.implementations.actions ?? {});
  const [initial] = initialTransition(machine);
  const snapshots = [initial];
  const rowOf = new Map([[JSON.stringify(initial.value), 0]]);
  const cells: Array<readonly [number, number]> = [];
  for (let row = 0; row < snapshots.length; row++) {
    const from = snapshots[row] ?? initial;
    for (const type of events) {
      const [to, executed] = transition(machine, from, { type } as never);
      const key = JSON.stringify(to.value);
      let next = rowOf.get(key);
      if (next === undefined) {
        next = snapshots.push(to) - 1;
        rowOf.set(key, next);
      }
      const performed = executed.map((action) => action.type);
      cells.push([next, maskOf(performed, actions)]);
    }
  }
  return { events, actions, values: snapshots.map(({ value }) => value), cells };
}

/** A mask has no order of its own: the order of the action list must be the order of performance. */
function maskOf(names: ReadonlyArray<string>, actions: ReadonlyArray<string>): number {
  let mask = 0;
  for (const name of names) {
    const bit = 1 << actions.indexOf(name);
    if (bit <= mask) {
      throw new Error(
        `the chart performs ${names.join(", ")}: list its actions in that order in setup()`,
      );
    }
    mask |= bit;
  }
  return mask;
}

/** The table as the source of a module: `table.ts`. */
export function printed({ events, actions, values, cells }: Table): string {
  const names = values.map(nameOf);
  const grid = names.map((_, row) =>
    cells.slice(row * events.length, (row + 1) * events.length).map((cell) => cellOf(cell, row)),
  );
  const widths = events.map((_, at) => Math.max(...grid.map((row) => String(row[at]).length)));
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, at) => cell.padEnd(Number(widths[at])))
      .join(" ")
      .trimEnd();
  const rows = grid.map((row, at) => `  "${line(row)}", // ${at} ${names[at]}\n`).join("");
  return `/**
 * The chart's transition table, as XState has filled it. Do not edit: a test holds it against the chart, and
 * \`vitest run machines/test/table.test.ts -u\` writes it anew.
 */

/** The columns of the table. */
export const events = [
${numbered(events, (at) => at)}] as const;

/** The bits of a mask. */
export const actions = [
${numbered(actions, (at) => 1 << at)}] as const;

/** The rows of the table: where a connection is in the flow and in the health region, or its end. */
export const names = [
${numbered(names, (at) => at)}] as const;

/**
 * For every row and column, \`1:36\`: the row that follows, and the mask of the actions that fire. Where nothing
 * happens there is a \`-\`.
 */
export const cells = [
  // ${line(events.map((_, at) => String(at))).replace("  ", "")}
${rows}];
`;
}

/** `normal healthy`, or `closing`. */
function nameOf(value: unknown): string {
  if (typeof value === "string") return value;
  const { open } = value as { readonly open: { readonly flow: string; readonly health: string } };
  return `${open.flow} ${open.health}`;
}

function cellOf([next, mask]: readonly [number, number], row: number): string {
  return next === row && mask === 0 ? "-" : `${next}:${mask}`;
}

/** A line for each, with its number. */
function numbered(items: ReadonlyArray<string>, number: (at: number) => number): string {
  return items.map((item, at) => `  ${JSON.stringify(item)}, // ${number(at)}\n`).join("");
}
