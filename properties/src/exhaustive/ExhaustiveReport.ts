/** What was explored, what was checked in it, and what was found. */
import type { ConfigurationOptions } from "@sluice/core";
import { describe, type Operation, type Trace } from "../Operation.js";

/** A rule that is broken, by a shortest trace. */
export interface Counterexample {
  readonly rule: string;
  readonly configuration: ConfigurationOptions;
  readonly trace: Trace;
  /** What then goes on for ever; of a liveness rule only. */
  readonly cycle?: Trace;
  readonly expected: string;
  readonly found: string;
}

/** One family of spaces: those of one alphabet and one strategy. */
export interface SpaceReport {
  readonly name: string;
  /** Spaces in it: one for each configuration. */
  readonly spaces: number;
  readonly states: number;
  readonly edges: number;
  readonly seconds: number;
  /** How often each rule was checked: on an edge, or for a liveness rule in a whole space. */
  readonly checks: Readonly<Record<string, number>>;
  /** The shortest counterexample to each rule that is broken. */
  readonly broken: ReadonlyArray<Counterexample>;
}

/** What an exhaustive run found. */
export interface ExhaustiveReport {
  readonly families: ReadonlyArray<SpaceReport>;
  /** What fairness each liveness rule was given, in words. */
  readonly fairness: Readonly<Record<string, string>>;
  /** The shortest counterexample to each rule that is broken anywhere. */
  readonly broken: ReadonlyArray<Counterexample>;
  /** What could have happened and never did: then something was checked of nothing. */
  readonly neverReached: ReadonlyArray<string>;
  /** Rules that hold only under an assumption, broken without it: for people to know. */
  readonly necessary: ReadonlyArray<Counterexample>;
}

/** A counterexample for a person. */
export function describeCounterexample(counterexample: Counterexample): string {
  const { rule, configuration, trace, cycle, expected, found } = counterexample;
  return [
    `${rule}: expected ${expected}; found ${found}`,
    `configuration ${JSON.stringify(configuration)}`,
    ...compressed(trace).map((operation, index) => `  ${index} ${describe(operation)}`),
    ...(cycle === undefined
      ? []
      : [
          "and then, for ever:",
          ...compressed(cycle).map((operation) => `  ↻ ${describe(operation)}`),
        ]),
  ].join("\n");
}

/** A trace with runs of the same offer, or of drains, written as one operation. */
export function compressed(trace: Trace): Trace {
  const runs: Array<Operation> = [];
  for (const operation of trace) {
    const last = runs.at(-1);
    const merged = last && merge(last, operation);
    if (merged === undefined) runs.push(operation);
    else runs[runs.length - 1] = merged;
  }
  return runs;
}

function merge(first: Operation, second: Operation): Operation | undefined {
  if (first.op === "offer" && second.op === "offer" && first.bytes === second.bytes) {
    return { op: "offer", bytes: first.bytes, count: (first.count ?? 1) + (second.count ?? 1) };
  }
  const isTold = (one: Operation) => one.op === "drain" && one.count > 0 && !one.silently;
  if (first.op === "drain" && second.op === "drain" && isTold(first) && isTold(second)) {
    return { op: "drain", count: first.count + second.count };
  }
  return undefined;
}
