/**
 * Counterexamples that were found and shrunk, as plain JSON: they are replayed on every run, whatever the
 * generators make. Add to it; seeds die when a generator changes, these do not.
 */
import type { ConfigurationOptions } from "@sluice/core";
import type { Trace } from "./Operation.js";

export interface Regression {
  /** What went wrong. */
  readonly name: string;
  readonly configuration: ConfigurationOptions;
  readonly trace: Trace;
}

export const regressions: ReadonlyArray<Regression> = [
  {
    name: "a message that finds no room has no fate yet when the chart's listener is told of the overflow",
    configuration: { maxMessages: 1 },
    trace: [
      { op: "offer", bytes: 0 },
      { op: "offer", bytes: 0 },
    ],
  },
  {
    name: "more was lost in the window than was offered in it, and the recent drop rate was above 1",
    configuration: { maxMessages: 2, overflow: "drop-all", healthWindowMillis: 40 },
    trace: [
      { op: "offer", bytes: 1 },
      { op: "offer", bytes: 1 },
      { op: "assess" },
      { op: "advance", millis: 20 },
      { op: "assess" },
      { op: "advance", millis: 20 },
      { op: "assess" },
      { op: "offer", bytes: 1 },
    ],
  },
];
