/** R32: the table, a live XState actor, a naive model and whatever is under test agree. */
import { isDeepStrictEqual } from "node:util";
import { actionsOf, states } from "@sluice/machines";
import { LiveChart } from "@sluice/machines/chart";
import { anything } from "../generators/traces.js";
import { entriesOf } from "../History.js";
import { reference } from "../Model.js";
import { type Check, inHistory } from "../Rule.js";
import { sameToTheEye, toTheEnd } from "./outcomes.js";

export const chartAgrees: Check = {
  rule: "R32",
  law: "its steps are those of a live XState actor that is fed the same crossings",
  needs: ["steps"],
  traces: anything,
  reaches: ["throttled", "paused", "dropping", "resumed", "unhealthy", "closing", "closed"],
  judge: inHistory(function* (history) {
    const chart = new LiveChart();
    for (const entry of entriesOf(history, "step")) {
      const { event, to, mask } = entry.step;
      const performed = chart.send(event);
      const expected = JSON.stringify([chart.value, performed]);
      const found = JSON.stringify([states[to]?.value, actionsOf(mask)]);
      if (found !== expected) yield { entry, expected, found };
    }
    const state = entriesOf(history, "moment").at(-1)?.stats.state;
    const row = states.find(({ value }) => isDeepStrictEqual(value, chart.value));
    if (state !== row?.state) yield { expected: `${row?.state}`, found: `${state}` };
  }),
};

export const agreement: Check = {
  rule: "R32",
  law: "it agrees with a naive model of the design, after every operation",
  needs: [
    "offer",
    "send",
    "cancel",
    "deadlines",
    "delays",
    "bytes",
    "statistics",
    "evictions",
    "states",
    "time",
    "close",
  ],
  // The model counts by looking at every message again.
  configurations: { maxMessages: 20 },
  traces: { sends: true, cancels: true, closes: true },
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
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const model = await toTheEnd({ ...trial, subject: reference });
    sameToTheEye(history, model, trial.subject.capabilities.includes("health"));
    return history;
  },
};
