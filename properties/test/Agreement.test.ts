/** R32, as far as it is about the core: the table, XState, the outbox and a naive model agree. */
import { isDeepStrictEqual } from "node:util";
import { actionsOf, events, states } from "@sluice/machines";
import {
  anything,
  ending,
  entriesOf,
  explore,
  LiveChart,
  outboxSystem,
  play,
  type Scope,
} from "@sluice/properties";
import { expect, test } from "vitest";
import { agree } from "./agree.js";

const scope: Scope = {
  traces: { sends: true, closes: true },
  runs: 1_000,
  reaches: [
    "full",
    "throttled",
    "paused",
    "dropping",
    "dropped",
    "rejected",
    "resumed",
    "waited",
    "queued",
    "timed out",
    "interrupted",
    "too large",
    "too many waiting",
    "unhealthy",
    "closing",
    "closed",
  ],
};

test("R32 · the outbox and a naive model of the design agree, after every operation", () => {
  explore(scope, (options, trace) => agree(options, [...trace, ...ending]));
});

test("R32 · the table and a live XState actor agree on every crossing of every trace", () => {
  let steps = 0;
  const seen = new Set<string>();
  explore({ ...scope, traces: anything, runs: 400 }, (options, trace) => {
    const history = play(outboxSystem, options, trace);
    const chart = new LiveChart();
    expect(chart.value).toEqual(states[0]?.value);
    for (const { step } of entriesOf(history, "step")) {
      const performed = chart.send(step.event);
      expect(chart.value).toEqual(states[step.to]?.value);
      expect(performed).toEqual(actionsOf(step.mask));
      seen.add(events[step.event] as string);
      steps++;
    }
    const last = entriesOf(history, "moment").at(-1);
    if (last !== undefined)
      expect(states.find(({ value }) => isDeepStrictEqual(value, chart.value))?.state).toBe(
        last.stats.state,
      );
    return history;
  });
  expect(steps).toBeGreaterThan(1_000);
  // Everything but a stall, which only a transport can have.
  expect([...seen].sort()).toEqual(events.filter((type) => type !== "stall"));
});
