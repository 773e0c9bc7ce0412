/** An examination as JSON, for a script: what is said in words, field by field. */
import { describeCounterexample, inWords, title, type Verdict } from "@sluice/properties";
import type { Examination } from "./Examination.js";
import { remedyInWords } from "./examinationLines.js";
import { marksOf } from "./marks.js";

export function examinationData(examination: Examination): object {
  const { settings, diagnosis, verdicts, dangers, outcome } = examination;
  const { capacity, askedAt, states, edges, checks, broken } = diagnosis;
  const told = (wanted: Verdict["outcome"]) =>
    verdicts
      .filter((one) => one.outcome === wanted)
      .map((one) => ({ check: title(one.check), said: inWords(one) }));
  return {
    verdict: outcome,
    configuration: settings,
    marks: marksOf(settings, settings.maxMessages),
    exhaustive: {
      capacity,
      states,
      edges,
      rules: Object.keys(checks).length,
      broken: broken.map(describeCounterexample),
    },
    random: {
      capacity: askedAt,
      traces: verdicts.reduce((sum, { runs }) => sum + runs, 0),
      rules: new Set(verdicts.map(({ check }) => check.rule)).size,
      broken: told("broken"),
      undecided: told("inconclusive"),
    },
    dangers: dangers.map((danger) => ({ ...danger, advice: remedyInWords(danger.remedy) })),
  };
}
