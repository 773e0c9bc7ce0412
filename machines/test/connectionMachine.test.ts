import fc from "fast-check";
import { expect, test } from "vitest";
import { connectionMachine } from "../src/chart.js";
import {
  Action,
  actionMasks,
  type ConnectionEvent,
  type ConnectionState,
  Event,
  events,
  type Health,
  next,
  states,
  type TableState,
} from "../src/index.js";

const ladder: ReadonlyArray<ConnectionState> = ["normal", "throttled", "paused", "dropping"];
const healths: ReadonlyArray<Health> = ["healthy", "degraded", "unhealthy"];

interface Edge {
  readonly type: ConnectionEvent;
  readonly from: TableState;
  readonly to: TableState;
  readonly mask: number;
}

const edges: ReadonlyArray<Edge> = states.flatMap((from) =>
  events.map((type) => {
    const cell = from.id * events.length + Event[type];
    const to = states[next[cell] as number] as TableState;
    return { type, from, to, mask: actionMasks[cell] as number };
  }),
);

const changes = edges.filter(({ from, to }) => from !== to);
const isOpen = ({ health }: TableState) => health !== undefined;

test("closed is absorbing: no event leaves it, none has an action there", () => {
  const fromClosed = edges.filter(({ from }) => from.state === "closed");
  expect(fromClosed).toHaveLength(events.length);
  for (const { to, mask } of fromClosed) expect([to.state, mask]).toEqual(["closed", 0]);
});

test("closing leads nowhere but to closed", () => {
  for (const { from, to } of changes) {
    if (from.state === "closing") expect(to.state).toBe("closed");
  }
});

test("the flow ladder is climbed and descended one rung at a time", () => {
  for (const { from, to } of changes.filter(({ to }) => isOpen(to))) {
    const rungs = Math.abs(ladder.indexOf(to.state) - ladder.indexOf(from.state));
    expect(rungs).toBeLessThanOrEqual(1);
  }
});

test("health changes one step at a time, and never on the same event as flow", () => {
  for (const { from, to } of changes.filter(({ to }) => isOpen(to))) {
    const steps = Math.abs(
      healths.indexOf(to.health as Health) - healths.indexOf(from.health as Health),
    );
    expect(steps + Number(from.state !== to.state)).toBe(1);
  }
});

const leads = (from: ConnectionState, type: ConnectionEvent) =>
  new Set(
    edges.filter((edge) => edge.from.state === from && edge.type === type).map((e) => e.to.state),
  );

test("each rung is entered by its own crossing only", () => {
  expect([...leads("normal", "throttle.reached")]).toEqual(["throttled"]);
  expect([...leads("throttled", "pause.reached")]).toEqual(["paused"]);
  expect([...leads("paused", "overflow")]).toEqual(["dropping"]);
  expect([...leads("dropping", "room")]).toEqual(["paused"]);
  expect([...leads("paused", "pause.cleared")]).toEqual(["throttled"]);
  expect([...leads("throttled", "throttle.cleared")]).toEqual(["normal"]);
  const flowChanges = changes.filter(({ from, to }) => isOpen(to) && from.state !== to.state);
  expect(flowChanges).toHaveLength(6 * healths.length);
});

test("every open state can be closed, evicted and disconnected; a close flushes first", () => {
  for (const state of ladder) {
    expect([...leads(state, "close")]).toEqual(["closing"]);
    expect([...leads(state, "evict")]).toEqual(["closed"]);
    expect([...leads(state, "disconnected")]).toEqual(["closed"]);
  }
});

test("the chart says in a sentence what each state of the flow is, and what closing is", () => {
  const { closing, open } = connectionMachine.root.states;
  const described = { ...open?.states["flow"]?.states, closing };
  expect(Object.keys(described)).toEqual([...ladder, "closing"]);
  for (const node of Object.values(described)) expect(node?.description).toMatch(/^[A-Z].+\.$/);
});

test("a closing connection ends when it is flushed or late, and can still be evicted and disconnected", () => {
  for (const type of ["flushed", "deadline", "evict", "disconnected"] as const) {
    expect([...leads("closing", type)], type).toEqual(["closed"]);
  }
});

test("a stall is reported and changes nothing", () => {
  for (const { from, to, mask } of edges.filter((edge) => edge.type === "stall")) {
    expect(to).toBe(from);
    expect(mask).toBe(isOpen(from) ? Action.reportStall : 0);
  }
});

test("waiting senders are refused exactly when the connection stops being open", () => {
  for (const { from, to, mask } of edges) {
    expect((mask & Action.refuseSenders) !== 0).toBe(isOpen(from) && !isOpen(to));
  }
});

test("what is buffered is discarded on every way to closed", () => {
  for (const { from, to, mask } of edges) {
    const ends = from.state !== "closed" && to.state === "closed";
    expect((mask & Action.discardBuffered) !== 0).toBe(ends);
  }
});

test("a connection that the peer closed is not sent a close, any other is ended once", () => {
  for (const { type, from, to, mask } of edges) {
    const ends = from.state !== "closed" && to.state === "closed";
    const goodbyes = [Action.sendClose, Action.terminate].filter((bit) => (mask & bit) !== 0);
    expect(goodbyes).toHaveLength(ends && type !== "disconnected" ? 1 : 0);
  }
});

test("a pause that has started is ended exactly once, on every walk", () => {
  const walk = fc.array(fc.constantFrom(...events), { maxLength: 60, size: "max" });
  let paused = 0;
  fc.assert(
    fc.property(walk, (types) => {
      let row = 0;
      let isPaused = false;
      for (const type of types) {
        const cell = row * events.length + Event[type];
        const mask = actionMasks[cell] as number;
        row = next[cell] as number;
        if (mask & Action.startPause) {
          expect(isPaused).toBe(false);
          isPaused = true;
          paused++;
        }
        if (mask & Action.endPause) isPaused = false;
        expect(isPaused).toBe(["paused", "dropping"].includes((states[row] as TableState).state));
      }
    }),
    { numRuns: 2_000 },
  );
  expect(paused).toBeGreaterThan(0);
});
