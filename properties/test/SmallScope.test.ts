/** R32 without luck: every trace there is, in a small scope. */
import { overflowStrategies } from "@sluice/core";
import type { Operation, Trace } from "@sluice/properties";
import { test } from "vitest";
import { agree } from "./agree.js";

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
  "R32 · they agree on every trace of five operations: %s",
  (overflow) => {
    const options = {
      maxMessages: 2,
      maxBytes: 3,
      overflow,
      blockTimeoutMillis: 20,
      maxDelayMillis: 10,
      pauseDurationMillis: 0,
    };
    for (const trace of every(5)) agree(options, trace);
  },
);
