import { actionMasks, Event, events, next, states } from "@sluice/machines";
import { DisagreementError, inspectConnection, Mirror } from "@sluice/stately";
import { describe, expect, test, vi } from "vitest";
import type { InspectionEvent } from "xstate";
import { connectionOf, Puppet } from "./doubles.js";

const cellOf = (stateId: number, event: number) => stateId * events.length + event;
const nextOf = (stateId: number, event: number) => next[cellOf(stateId, event)] as number;
const maskOf = (stateId: number, event: number) => actionMasks[cellOf(stateId, event)] as number;
const open = states.filter(({ state }) => state !== "closed");

/** A mirror of a puppet in a state, and the disagreements that it reports. */
function mirrored(stateId: number) {
  const puppet = new Puppet();
  puppet.stateId = stateId;
  const found: Array<DisagreementError> = [];
  const mirror = new Mirror(puppet, { onDisagreement: (error) => found.push(error) });
  return { puppet, mirror, found };
}

describe("a mirror", () => {
  test("is in its connection's state after every one of its steps", () => {
    const { actor, connection } = connectionOf();
    const mirror = new Mirror(connection);
    const flows: Array<unknown> = [];
    connection.observe({
      onStep: (_event, _from, to) => {
        flows.push(states[to]?.state);
        expect(mirror.value).toEqual(states[to]?.value);
      },
    });
    for (let message = 0; message < 20; message++) connection.offer("x");
    actor.close();
    actor.disconnected();
    expect(new Set(flows)).toEqual(
      new Set(["throttled", "paused", "dropping", "closing", "closed"]),
    );
    expect(mirror.disagreement).toBeUndefined();
  });

  test("begins where its connection is", () => {
    const { connection } = connectionOf();
    for (let message = 0; message < 20; message++) connection.offer("x");
    expect(connection.state).toBe("dropping");
    expect(new Mirror(connection).value).toEqual(states[connection.stateId]?.value);
  });

  test("agrees with every step of the table", () => {
    for (const { id } of open) {
      for (let event = 0; event < events.length; event++) {
        const { puppet, mirror, found } = mirrored(id);
        puppet.step(event, nextOf(id, event), maskOf(id, event));
        expect(found).toEqual([]);
        expect(mirror.value).toEqual(states[nextOf(id, event)]?.value);
      }
    }
  });

  test("that is attached during a step follows from the next one on", () => {
    const { connection } = connectionOf();
    const mirrors: Array<Mirror> = [];
    connection.observe({ onStep: () => void mirrors.push(new Mirror(connection)) });
    for (let message = 0; message < 20; message++) connection.offer("x");
    expect(mirrors.length).toBeGreaterThan(2);
    for (const mirror of mirrors) {
      expect(mirror.disagreement).toBeUndefined();
      expect(mirror.value).toEqual(states[connection.stateId]?.value);
    }
  });

  test("follows also a step that another observer causes during a step", () => {
    const { connection } = connectionOf();
    const isPaused = () => connection.state === "paused";
    connection.observe({ onStep: () => isPaused() && connection.evict() });
    const mirror = new Mirror(connection);
    for (let message = 0; message < 20; message++) connection.offer("x");
    expect(connection.state).toBe("closed");
    expect(mirror.disagreement).toBeUndefined();
    expect(mirror.value).toBe("closed");
  });

  test("ends with its connection", () => {
    const { actor, connection } = connectionOf();
    const onEnd = vi.fn();
    const mirror = new Mirror(connection, { onEnd });
    actor.disconnected();
    expect(mirror.isActive).toBe(false);
    mirror.stop();
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  test("is not attached while nobody looks", () => {
    const puppet = new Puppet();
    expect(puppet.isObserved).toBe(false);
    const mirror = new Mirror(puppet);
    expect(puppet.isObserved).toBe(true);
    mirror.stop();
    expect(puppet.isObserved).toBe(false);
  });

  test("of a connection that has closed never begins", () => {
    const { actor, connection } = connectionOf();
    actor.disconnected();
    expect(new Mirror(connection).isActive).toBe(false);
  });
});

describe("a disagreement is found, reported once, and ends the mirror:", () => {
  test("a step to any state but the chart's", () => {
    for (const { id } of open) {
      for (let event = 0; event < events.length; event++) {
        for (const { id: wrong } of states.filter((state) => state.id !== nextOf(id, event))) {
          const { puppet, mirror, found } = mirrored(id);
          puppet.step(event, wrong, maskOf(id, event));
          expect(found).toEqual([mirror.disagreement]);
          expect(mirror.isActive).toBe(false);
          expect(puppet.isObserved).toBe(false);
        }
      }
    }
  });

  test("any other actions than the chart's", () => {
    for (const { id } of open) {
      for (let event = 0; event < events.length; event++) {
        const { puppet, found } = mirrored(id);
        puppet.step(event, nextOf(id, event), maskOf(id, event) ^ 1);
        expect(found).toHaveLength(1);
      }
    }
  });

  test("a step that it was not told of", () => {
    const { puppet, found } = mirrored(0);
    const throttled = nextOf(0, Event["throttle.reached"]);
    puppet.stateId = throttled;
    puppet.step(Event["stall"], throttled, maskOf(throttled, Event["stall"]));
    expect(found).toHaveLength(1);
  });

  test("its words say what each of them did", () => {
    const { puppet, mirror } = mirrored(0);
    puppet.step(Event["throttle.reached"], 0, 0);
    expect(mirror.disagreement).toBeInstanceOf(DisagreementError);
    expect(mirror.disagreement?.message).toBe(
      "on throttle.reached, connection puppet " +
        'went from {"open":{"flow":"normal","health":"healthy"}} to {"open":{"flow":"normal","health":"healthy"}} ' +
        "and performed nothing, where its chart " +
        'went from {"open":{"flow":"normal","health":"healthy"}} to {"open":{"flow":"throttled","health":"healthy"}} ' +
        "and performed countThrottle",
    );
  });

  test("it is logged as an error where nobody listens", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const puppet = new Puppet();
      new Mirror(puppet);
      puppet.step(Event["throttle.reached"], 0, 0);
      expect(log.mock.calls.flat().join(" ")).toMatch(/ERROR.*connection puppet went from/s);
    } finally {
      log.mockRestore();
    }
  });
});

describe("an inspector", () => {
  test("is told the name, the crossings and the states", () => {
    const seen: Array<InspectionEvent> = [];
    const { connection } = connectionOf();
    const inspector = { inspect: { next: (event: InspectionEvent) => seen.push(event) } };
    inspectConnection(connection, inspector, { name: "/feed c1" });
    for (let message = 0; message < 7; message++) connection.offer("x");
    expect(seen[0]).toMatchObject({ type: "@xstate.actor", actorRef: { id: "/feed c1" } });
    expect(seen).toContainEqual(
      expect.objectContaining({ type: "@xstate.event", event: { type: "throttle.reached" } }),
    );
  });

  test("that throws is told nothing more, and neither connection nor mirror notices", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const next = vi.fn(() => {
        throw new Error("no inspector");
      });
      const { connection } = connectionOf();
      const mirror = inspectConnection(connection, { inspect: { next } });
      for (let message = 0; message < 20; message++) connection.offer("x");
      expect(connection.state).toBe("dropping");
      expect(mirror.value).toEqual(states[connection.stateId]?.value);
      expect(next).toHaveBeenCalledTimes(1);
    } finally {
      log.mockRestore();
    }
  });
});
