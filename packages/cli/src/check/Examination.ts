/** What is found out about one configuration: by exploring it, by trying its rules, and by looking for dangers. */
import type { Configuration } from "@sluice/core";
import { cases, type Diagnosis, diagnose, outbox, type Verdict } from "@sluice/properties";
import type { Besides } from "./ConfigurationFile.js";
import { type Danger, dangersOf } from "./dangers.js";
import { dangersOfLabel, dangersOfLane } from "./labelDangers.js";

export interface Examination {
  readonly settings: Configuration;
  readonly diagnosis: Diagnosis;
  /** Of the checks that were tried. */
  readonly verdicts: ReadonlyArray<Verdict>;
  readonly dangers: ReadonlyArray<Danger>;
  readonly outcome: Outcome;
}

/** `wrong` is a broken rule, which is a fault of Sluice; `undecided`, that too little was tried. */
export type Outcome = "safe" | "wrong" | "dangerous" | "undecided";

export interface Effort {
  /** Random traces for each rule. */
  readonly runs: number;
  /** Told how far it is, 0 to 1. */
  readonly progress: (share: number) => void;
}

export async function examine(
  { settings, lanes, labels }: { readonly settings: Configuration } & Besides,
  effort: Effort,
): Promise<Examination> {
  const { runs, progress } = effort;
  const diagnosis = diagnose(settings);
  const todo = cases(outbox, {
    configuration: { ...settings, maxMessages: Math.min(settings.maxMessages, diagnosis.askedAt) },
    budget: { runs, minRuns: Math.ceil(runs / 4), millis: 5_000 },
  }).filter(({ skipped }) => skipped === undefined);
  const verdicts: Array<Verdict> = [];
  for (const [index, one] of todo.entries()) {
    verdicts.push(await one.run());
    progress((index + 1) / todo.length);
  }
  const dangers = [
    ...dangersOf(settings, diagnosis),
    ...lanes.flatMap(dangersOfLane),
    ...labels.flatMap(dangersOfLabel),
  ];
  const outcome = outcomeOf(diagnosis, verdicts, dangers);
  return { settings, diagnosis, verdicts, dangers, outcome };
}

/** A danger that was found is an answer, whatever else is undecided. */
function outcomeOf(
  { broken }: Diagnosis,
  verdicts: ReadonlyArray<Verdict>,
  dangers: ReadonlyArray<Danger>,
): Outcome {
  if (broken.length > 0 || verdicts.some(({ outcome }) => outcome === "broken")) return "wrong";
  if (dangers.length > 0) return "dangerous";
  return verdicts.some(({ outcome }) => outcome === "inconclusive") ? "undecided" : "safe";
}
