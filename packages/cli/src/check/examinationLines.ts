/** An examination in words, line by line. */
import type { Configuration } from "@sluice/core";
import { type Diagnosis, describeCounterexample, inWords, title } from "@sluice/properties";
import type { Danger, Remedy } from "./dangers.js";
import type { Examination } from "./Examination.js";
import { marksOf } from "./marks.js";

export function examinationLines(examination: Examination): ReadonlyArray<string> {
  return [
    ...settingsLines(examination.settings),
    ...ruleLines(examination),
    ...examination.dangers.flatMap(dangerLines),
    closing(examination),
  ];
}

/** `set hysteresis to 0.1 and maxMessages to 20`; empty when there is nothing to set. */
export function remedyInWords({ set }: Pick<Remedy, "set">): string {
  const changes = Object.entries(set).map(([field, value]) => `${field} to ${value}`);
  return changes.length === 0 ? "" : `set ${changes.join(" and ")}`;
}

/** What the fractions come to, in messages: what an operator will see. */
function settingsLines(settings: Configuration): ReadonlyArray<string> {
  const { overflow, maxMessages, maxBytes, blockTimeoutMillis } = settings;
  const marks = marksOf(settings, maxMessages);
  const most = Math.max(settings.maxDelayMillis, settings.pauseDurationMillis);
  const blocked = overflow === "block" ? `, and ${number(blockTimeoutMillis)} ms for room` : "";
  return [
    `${overflow}, ${number(maxMessages)} messages, ${number(maxBytes)} bytes`,
    `  throttled at ${number(marks.throttled)}, until ${number(marks.normalAgain)}`,
    `  paused at ${number(marks.paused)}, until ${number(marks.throttledAgain)}`,
    `  dropping when full, until ${number(marks.pausedAgain)}`,
    `  a sender waits ${number(most)} ms at the most${blocked}`,
  ];
}

function ruleLines({ diagnosis, verdicts }: Examination): ReadonlyArray<string> {
  const { capacity, askedAt, states, edges, checks, broken }: Diagnosis = diagnosis;
  const failed = verdicts.filter(({ outcome }) => outcome === "broken");
  const undecided = verdicts.filter(({ outcome }) => outcome === "inconclusive");
  const outcome = (count: number) => (count === 0 ? "they hold" : `${count} broken`);
  const traces = verdicts.reduce((sum, { runs }) => sum + runs, 0);
  const rules = new Set(verdicts.map(({ check }) => check.rule)).size;
  return [
    ...broken.map(describeCounterexample),
    ...failed.map(inWords),
    ...undecided.map((one) => `${title(one.check)}: ${inWords(one)}`),
    `${Object.keys(checks).length} rules on all ${number(states)} states and ${number(edges)} edges ` +
      `at capacity ${capacity}: ${outcome(broken.length)}`,
    `${rules} rules on ${number(traces)} random traces at capacity ${number(askedAt)}: ` +
      outcome(failed.length),
  ];
}

function dangerLines({ what, evidence, remedy }: Danger): ReadonlyArray<string> {
  const advice = remedyInWords(remedy);
  return [
    `danger: ${what}`,
    ...evidence.map((line) => `    ${line}`),
    advice === "" ? `  ${remedy.rule}` : `  ${advice}: ${remedy.rule}`,
  ];
}

function closing({ outcome, dangers }: Examination): string {
  switch (outcome) {
    case "safe":
      return "safe";
    case "dangerous":
      return `dangerous: ${dangers.length} of the above`;
    case "undecided":
      return "undecided: try more with --runs";
    case "wrong":
      return "wrong: a rule is broken: that is a fault of Sluice, please report it";
    default:
      return outcome satisfies never;
  }
}

function number(count: number): string {
  return count.toLocaleString("en");
}
