/** What came of looking for a breach of one check. */

import type { Landmark } from "../Landmark.js";
import type { Check } from "../Rule.js";
import type { Regression } from "./Regression.js";

export type Verdict = { readonly check: Check; readonly runs: number } & (
  | { readonly outcome: "kept"; readonly reached: ReadonlyArray<Landmark> }
  /** The system or its configurations have not what the check needs. */
  | { readonly outcome: "skipped"; readonly reason: string }
  /** `timeline` is for a person, `counterexample` to be replayed. */
  | {
      readonly outcome: "broken";
      readonly timeline: string;
      readonly counterexample: Regression;
    }
  /** Kept, but what was tried proves too little. */
  | { readonly outcome: "inconclusive"; readonly reason: string }
);

/** A verdict in words: a line, or for a breach the whole story. */
export function inWords(verdict: Verdict): string {
  switch (verdict.outcome) {
    case "kept":
      return `kept in ${verdict.runs} traces`;
    case "broken":
      return verdict.timeline;
    case "skipped":
    case "inconclusive":
      return `${verdict.outcome}: ${verdict.reason}`;
    default:
      return verdict satisfies never;
  }
}
