/** Looks for a trace that breaks a rule, and is not content with traces that get nowhere. */
import type { ConfigurationOptions } from "@sluice/core";
import fc from "fast-check";
import type { ConfigurationScope } from "./configurations.js";
import { configurations } from "./configurations.js";
import type { History } from "./History.js";
import { type Landmark, mark } from "./Landmark.js";
import { ending, type Trace } from "./Operation.js";
import { play } from "./play.js";
import { type Rule, violation } from "./Rule.js";
import type { MakeSystem } from "./System.js";
import { type TraceScope, traces } from "./traces.js";

/** Where to look. */
export interface Scope {
  readonly configurations?: ConfigurationScope;
  readonly traces?: TraceScope;
  /** What the traces must have been through, taken together: reaching less is a failure. */
  readonly reaches?: ReadonlyArray<Landmark>;
  readonly runs?: number;
}

/**
 * Plays traces of a scope on a system and checks a rule on each history.
 *
 * @throws {Error} with the smallest trace that breaks the rule, or with what was never reached.
 *
 * @example
 * ```ts
 * import { bounded, outboxSystem, verify } from "@sluice/properties";
 *
 * verify(bounded, outboxSystem, { traces: { sends: true }, reaches: ["full", "waited"] });
 * ```
 */
export function verify(rule: Rule, make: MakeSystem, scope: Scope = {}): void {
  explore(scope, (options, trace) => {
    const history = play(make, options, [...trace, ...ending]);
    const broken = violation(rule, history);
    if (broken !== undefined) throw new Error(broken);
    return history;
  });
}

/** Plays what a scope has, and fails when it has not reached what it must. */
export function explore(
  scope: Scope,
  playOne: (options: ConfigurationOptions, trace: Trace) => History,
): void {
  const reached = new Set<Landmark>();
  fc.assert(
    fc.property(configurations(scope.configurations), traces(scope.traces), (options, trace) => {
      mark(reached, playOne(options, trace));
    }),
    { numRuns: scope.runs ?? 300 },
  );
  const missing = (scope.reaches ?? []).filter((landmark) => !reached.has(landmark));
  if (missing.length > 0) {
    throw new Error(`no trace reached: ${missing.join(", ")}. What was checked proves too little.`);
  }
}
