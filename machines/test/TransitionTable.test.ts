import { describe, expect, test } from "vitest";
import { createActor, setup } from "xstate";
import { connectionMachine, tableOf } from "../src/chart.js";
import {
  Action,
  actionMasks,
  actions,
  actionsOf,
  type ConnectionAction,
  type ConnectionEvent,
  Event,
  events,
  next,
  states,
} from "../src/index.js";

/** A running XState actor, and the names of the actions that it has performed, in order. */
function liveChart() {
  const performed: Array<ConnectionAction> = [];
  const spies = Object.fromEntries(
    actions.map((name) => [name, () => void performed.push(name)]),
  ) as Record<ConnectionAction, () => void>;
  const actor = createActor(connectionMachine.provide({ actions: spies })).start();
  return { actor, performed };
}

/** Sends an event, unless the actor has ended: XState refuses it then, and says so on the console. */
function send(actor: ReturnType<typeof liveChart>["actor"], type: ConnectionEvent): void {
  if (actor.getSnapshot().status === "active") actor.send({ type });
}

const after = (row: number, event: number): number => next[row * events.length + event] as number;
const maskAfter = (row: number, event: number): number =>
  actionMasks[row * events.length + event] as number;

/** The shortest way to each row, as events, found in the table. */
function paths(): ReadonlyMap<number, ReadonlyArray<ConnectionEvent>> {
  const found = new Map<number, ReadonlyArray<ConnectionEvent>>([[0, []]]);
  for (const [row, path] of found) {
    for (const type of events) {
      const to = after(row, Event[type]);
      if (!found.has(to)) found.set(to, [...path, type]);
    }
  }
  return found;
}

test("the table says what a running XState actor does, for every state and event, actions in order", () => {
  let checked = 0;
  for (const [row, path] of paths()) {
    for (const type of events) {
      const { actor, performed } = liveChart();
      for (const step of path) send(actor, step);
      expect(actor.getSnapshot().value).toEqual(states[row]?.value);
      performed.length = 0;
      send(actor, type);
      expect(actor.getSnapshot().value).toEqual(states[after(row, Event[type])]?.value);
      expect(actionsOf(maskAfter(row, Event[type]))).toEqual(performed);
      checked++;
    }
  }
  expect(checked).toBe(states.length * events.length);
});

test("the table's rows are exactly the states that XState itself can reach, each once", () => {
  const reached = new Set<string>();
  const frontier: Array<ReadonlyArray<ConnectionEvent>> = [[]];
  for (const path of frontier) {
    const { actor } = liveChart();
    for (const type of path) send(actor, type);
    const key = JSON.stringify(actor.getSnapshot().value);
    if (reached.has(key)) continue;
    reached.add(key);
    for (const type of events) frontier.push([...path, type]);
  }
  expect(states.map(({ value }) => JSON.stringify(value)).sort()).toEqual([...reached].sort());
  // Four rungs by three healths, closing and closed.
  expect(states).toHaveLength(4 * 3 + 2);
});

test("row 0 is normal and healthy, and each row has its own number", () => {
  expect(states[0]).toMatchObject({ state: "normal", health: "healthy" });
  expect(states.map(({ id }) => id)).toEqual(states.map((_, index) => index));
});

test("every cell is filled and leads to a row that exists", () => {
  expect(next).toHaveLength(states.length * events.length);
  expect(actionMasks).toHaveLength(states.length * events.length);
  for (const to of next) expect(states[to]).toBeDefined();
});

test("events and actions are numbered without gaps, actions by bits of their own", () => {
  expect(events.map((type) => Event[type])).toEqual(events.map((_, index) => index));
  expect(actions.map((name) => Action[name])).toEqual(actions.map((_, index) => 1 << index));
  const everything = actions.reduce((mask, name) => mask | Action[name], 0);
  expect(actionsOf(everything)).toEqual(actions);
  // A mask must fit into the table's 16 bits.
  expect(everything).toBeLessThan(2 ** 16);
});

test("every event and every action of the chart is used", () => {
  const fired = actionMasks.reduce((mask, more) => mask | more, 0);
  expect(actionsOf(fired)).toEqual(actions);
  for (const type of events) {
    const does = states.some(
      ({ id }) => after(id, Event[type]) !== id || maskAfter(id, Event[type]) !== 0,
    );
    expect(does, type).toBe(true);
  }
});

describe("a chart of another's making", () => {
  /** A chart whose one event performs these actions, of which `first`, `second` are listed. */
  const chart = (performed: ReadonlyArray<string>) =>
    setup({ actions: { first: () => {}, second: () => {} } }).createMachine({
      initial: "closed",
      states: { closed: { on: { go: { actions: performed as Array<"first" | "second"> } } } },
    }) as never;

  test("that performs its actions in the order of their list has a table", () => {
    expect(tableOf(chart(["first", "second"]))).toEqual({
      events: ["go"],
      actions: ["first", "second"],
      values: ["closed"],
      cells: [[0, 0b11]],
    });
  });

  test.each([[["second", "first"]], [["first", "first"]], [["first", "third"]]])(
    "that performs %j, which its list does not say, has none",
    (performed) => {
      expect(() => tableOf(chart(performed))).toThrow(
        `the chart performs ${performed.join(", ")}: list its actions in that order in setup()`,
      );
    },
  );
});
