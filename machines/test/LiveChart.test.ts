import { expect, test } from "vitest";
import type { InspectionEvent } from "xstate";
import { LiveChart } from "../src/chart.js";
import { actionMasks, actionsOf, Event, events, next, states } from "../src/index.js";

test("in every state, every event does what the table says", () => {
  for (const { id, value } of states) {
    for (const type of events) {
      const chart = new LiveChart({ stateId: id });
      expect(chart.value).toEqual(value);
      const cell = id * events.length + Event[type];
      expect(chart.send(Event[type])).toEqual(actionsOf(actionMasks[cell] as number));
      expect(chart.value).toEqual(states[next[cell] as number]?.value);
    }
  }
});

test("it begins in the initial state unless told otherwise", () => {
  expect(new LiveChart().value).toEqual(states[0]?.value);
});

test("a row that the table does not have is refused", () => {
  expect(() => new LiveChart({ stateId: states.length })).toThrow(
    new RangeError(
      `stateId (${states.length}) must be a row of the table, 0 to ${states.length - 1}`,
    ),
  );
});

test("an event that does not exist does nothing", () => {
  const chart = new LiveChart();
  expect(chart.send(events.length)).toEqual([]);
  expect(chart.value).toEqual(states[0]?.value);
});

test("each step has its own actions, also after it has ended", () => {
  const chart = new LiveChart();
  const first = chart.send(Event["throttle.reached"]);
  expect(chart.send(Event.disconnected)).toEqual(["endPause", "refuseSenders", "discardBuffered"]);
  expect(first).toEqual(["countThrottle"]);
  expect(chart.isActive).toBe(false);
  expect(chart.send(Event.evict)).toEqual([]);
});

test("once stopped it takes no more events", () => {
  const chart = new LiveChart();
  expect(chart.isActive).toBe(true);
  chart.stop();
  expect(chart.isActive).toBe(false);
  expect(chart.send(Event["throttle.reached"])).toEqual([]);
});

test("who inspects it is told its name and what happens to it", () => {
  const seen: Array<InspectionEvent> = [];
  const chart = new LiveChart({ id: "c7", inspect: { next: (event) => seen.push(event) } });
  chart.send(Event.stall);
  chart.stop();
  expect(seen.map(({ type }) => type)).toContain("@xstate.actor");
  const told = seen.flatMap((event) => (event.type === "@xstate.event" ? [event.event.type] : []));
  expect(told).toEqual(["xstate.init", "stall"]);
  const ends = seen.flatMap((event) =>
    event.type === "@xstate.snapshot" ? [event.snapshot.status] : [],
  );
  expect(ends.at(-1)).toBe("stopped");
  expect(seen.every(({ actorRef }) => (actorRef as { id?: string }).id === "c7")).toBe(true);
});
