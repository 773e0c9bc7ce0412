/** R32 without luck: every trace there is, in a small scope. */
import { overflowStrategies } from "@sluice/core";
import { checks, type Operation, outbox, type Trace } from "@sluice/properties";
import { test } from "vitest";

const alphabet: ReadonlyArray<Operation> = [
  { op: "offer", bytes: 1 },
  { op: "send", bytes: 1 },
  { op: "send", bytes: 2 },
  { op: "drain", count: 1 },
  { op: "advance", millis: 10 },
];

/** Every trace of exactly so many operations. */
function* every(length: number): Generator<Trace> {
  if (length === 0) return yield [];
  for (const trace of every(length - 1)) {
    for (const operation of alphabet) yield [...trace, operation];
  }
}

test.each(overflowStrategies)(
  "R32 · outbox and model agree on every trace of four operations: %s",
  async (overflow) => {
    const options = {
      maxMessages: 2,
      maxBytes: 3,
      overflow,
      blockTimeoutMillis: 20,
      maxDelayMillis: 10,
      pauseDurationMillis: 0,
    };
    const agreement = checks.filter(({ rule }) => rule === "R32");
    for (const trace of every(4)) {
      for (const { judge } of agreement) await judge({ subject: outbox, options, trace });
    }
  },
);
