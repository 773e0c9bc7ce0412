/** R27 to R30: a trace that is changed in a way that must not matter. */
import { type ConfigurationOptions, configuration, longestMillis } from "@sluice/core";
import { Breach } from "../Breach.js";
import { entriesOf, type History } from "../History.js";
import { endingFor, type Operation, type Trace } from "../Operation.js";
import { play } from "../Player.js";
import type { Check } from "../Rule.js";
import { compare, outcomes, same, toTheEnd } from "./outcomes.js";

export const batches: Check = {
  rule: "R27",
  law: "a batch equals its singles, one after another",
  needs: ["counted drains"],
  traces: { sends: true, closes: true },
  reaches: ["full", "drained", "dropped", "rejected"],
  judge: same((trial) => toTheEnd({ ...trial, trace: trial.trace.flatMap(singles) })),
};

function singles(operation: Operation): Trace {
  if (operation.op === "offer" && operation.count !== undefined) {
    const { count, ...one } = operation;
    return Array<Operation>(count).fill(one);
  }
  if (operation.op !== "drain" || operation.count > 50) return [operation];
  return Array<Operation>(operation.count).fill({ ...operation, count: 1 });
}

export const payloads: Check = {
  rule: "R28",
  law: "renaming payloads changes nothing",
  needs: [],
  traces: { sends: true, closes: true },
  reaches: ["full", "drained", "dropped"],
  judge: same(({ subject, options, trace }) =>
    play(subject, options, [...trace, ...endingFor(options)], (id) => 1_000_000 - id),
  ),
};

/** As far as times may be scaled: none may be longer than a day. */
function factorFor(options: ConfigurationOptions): number {
  const times = Object.entries(configuration(options)).map(([field, value]) =>
    field.endsWith("Millis") && typeof value === "number" ? value : 0,
  );
  return Math.max(1, Math.min(3, Math.floor(longestMillis / Math.max(1, ...times))));
}

export const timeScales: Check = {
  rule: "R28",
  law: "scaling all times scales all delays and deadlines, to the millisecond of a timer",
  needs: ["delays", "time", "send"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "throttled", "paused", "timed out"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const factor = factorFor(trial.options);
    const scaled = await play(
      trial.subject,
      scaledOptions(trial.options, factor),
      history.trace.map((operation) =>
        operation.op === "advance"
          ? { ...operation, millis: operation.millis * factor }
          : operation,
      ),
    );
    const scaledUp = outcomes(history).map((outcome) => ({
      ...outcome,
      millis: outcome.millis * factor,
    }));
    compare(
      scaled,
      scaledUp,
      outcomes(scaled),
      (a, b) => a.id === b.id && a.became === b.became && Math.abs(a.millis - b.millis) <= factor,
    );
    const moments = entriesOf(scaled, "moment");
    for (const [place, { stats }] of entriesOf(history, "moment").entries()) {
      const delay = stats.delayMillis;
      const entry = moments[place];
      const found = entry?.stats.delayMillis ?? Number.NaN;
      if (Math.abs(found - delay * factor) < 0.01) continue;
      throw new Breach(scaled, {
        ...(entry && { entry }),
        expected: `a delay of ${delay * factor} ms`,
        found: `${found} ms`,
      });
    }
    return history;
  },
};

function scaledOptions(options: ConfigurationOptions, factor: number): ConfigurationOptions {
  const scaled = Object.entries(configuration(options)).map(([field, value]) =>
    field.endsWith("Millis") && typeof value === "number"
      ? [field, value * factor]
      : [field, value],
  );
  return Object.fromEntries(scaled);
}

export const capacity: Check = {
  rule: "R29",
  law: "more capacity never loses more on the same trace, with messages of one size",
  needs: ["offer"],
  configurations: { overflow: ["drop-oldest", "drop-newest"], withoutBytes: true },
  traces: { bytes: 1 },
  reaches: ["full", "drained"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const { maxMessages = 1 } = trial.options;
    for (const more of [1, 3]) {
      const roomier = await toTheEnd({
        ...trial,
        options: { ...trial.options, maxMessages: maxMessages + more },
      });
      const [little, much] = [history, roomier].map(losses) as [number, number];
      if (much <= little) continue;
      const expected = `at most the ${little} losses of ${maxMessages} places`;
      throw new Breach(roomier, { expected, found: `${much} with ${maxMessages + more}` });
    }
    return history;
  },
};

const losses = (history: History) =>
  entriesOf(history, "arrived").length - entriesOf(history, "delivered").length;

export const timeInPieces: Check = {
  rule: "R30",
  law: "time that passes in pieces is time that passes at once",
  needs: ["time", "send", "statistics"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "timed out"],
  judge: same((trial) => toTheEnd({ ...trial, trace: trial.trace.flatMap(pieces) })),
};

/** Pieces of 1, 4, 9, 1, 4, 9 … milliseconds. */
function pieces(operation: Operation): Trace {
  if (operation.op !== "advance" || operation.millis > 1_000) return [operation];
  const parts: Array<Operation> = [];
  for (let left = operation.millis; left > 0; ) {
    const millis = Math.min(left, ((parts.length % 3) + 1) ** 2);
    parts.push({ op: "advance", millis });
    left -= millis;
  }
  return parts.length === 0 ? [operation] : parts;
}
