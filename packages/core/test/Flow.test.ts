import { actionMasks, Event, events, next, states, watermarks } from "@sluice/machines";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Flow } from "../src/index.js";

const marks = watermarks({
  maxMessages: 10,
  maxBytes: 100,
  throttleAt: 0.7,
  pauseAt: 0.9,
  hysteresis: 0.1,
});

function testFlow() {
  const clock = { millis: 0 };
  const steps: Array<string> = [];
  const flow = new Flow(
    marks,
    { millis: () => clock.millis },
    {
      onStep: (event) => {
        steps.push(events[event] as string);
        // A step that never ends would hang the test run.
        if (steps.length > 1_000) throw new Error("it does not stop stepping");
      },
    },
  );
  return { flow, clock, steps };
}

test("it walks the table: every step is the table's, with the table's actions", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 50, size: "max" }), (walk) => {
      let row = 0;
      const told: Array<unknown> = [];
      const flow = new Flow(
        marks,
        { millis: () => 0 },
        { onStep: (...step) => void told.push(step) },
      );
      const expected: Array<unknown> = [];
      for (const type of walk) {
        const cell = row * events.length + Event[type];
        const to = next[cell] as number;
        const mask = actionMasks[cell] as number;
        if (to !== row || mask !== 0) expected.push([Event[type], row, to, mask]);
        row = to;
        flow.step(Event[type]);
        expect(flow.stateId).toBe(row);
        expect(flow.state).toBe(states[row]?.state);
        expect(flow.health).toBe(states[row]?.health ?? flow.health);
      }
      expect(told).toEqual(expected);
    }),
  );
});

test("it rises by every mark that is reached and falls by every mark that is cleared", () => {
  const { flow, steps } = testFlow();
  flow.rise(6, 69);
  expect(flow.state).toBe("normal");
  flow.rise(7, 0);
  expect(flow.state).toBe("throttled");
  flow.fall(6, 61);
  expect(flow.state).toBe("throttled");
  flow.fall(6, 60);
  expect(flow.state).toBe("normal");
  steps.length = 0;
  flow.rise(7, 0);
  flow.rise(0, 90);
  expect(flow.state).toBe("paused");
  flow.fall(0, 0);
  expect(flow.state).toBe("normal");
  expect(steps).toEqual(["throttle.reached", "pause.reached", "pause.cleared", "throttle.cleared"]);
});

test("an overflow passes every mark on the way, from any rung", () => {
  for (const messages of [0, 7, 9]) {
    const { flow, steps } = testFlow();
    flow.rise(messages, 0);
    flow.overflow();
    expect(flow.state).toBe("dropping");
    expect(steps).toEqual(["throttle.reached", "pause.reached", "overflow"]);
    flow.overflow();
    expect(steps).toHaveLength(3);
  }
});

test("once closing, counts change nothing", () => {
  const { flow, steps } = testFlow();
  flow.rise(10, 100);
  flow.step(Event.close);
  const length = steps.length;
  flow.rise(10, 100);
  flow.fall(0, 0);
  flow.overflow();
  flow.follow("unhealthy");
  expect(flow.state).toBe("closing");
  expect(flow.isOpen).toBe(false);
  expect(steps).toHaveLength(length);
});

test("a pause is timed from its start to its end, through dropping", () => {
  const { flow, clock } = testFlow();
  flow.rise(9, 0);
  clock.millis = 10;
  expect(flow.pausedMillis).toBe(10);
  flow.overflow();
  clock.millis = 25;
  flow.fall(7, 0);
  expect(flow.state).toBe("throttled");
  clock.millis = 100;
  expect(flow.pausedMillis).toBe(25);
  flow.rise(9, 0);
  clock.millis = 105;
  flow.step(Event.close);
  clock.millis = 200;
  expect(flow.pausedMillis).toBe(30);
  expect([flow.throttleEvents, flow.pauseEvents]).toEqual([1, 2]);
});

test("negative counts, as a caller's own buffer might report them, take no step", () => {
  const { flow, steps } = testFlow();
  expect(() => flow.fall(-1, -1)).not.toThrow();
  expect(steps).toEqual([]);
});
