/** A law that a history keeps or breaks. Its number is the one in `RULES.md`. */

import type { Entry, History } from "./History.js";
import { describe } from "./Operation.js";

export interface Rule {
  /** Such as `R8`. */
  readonly id: string;
  /** The law in words. */
  readonly law: string;
  /** Says how a history breaks it, as often as it does. */
  readonly check: (history: History) => Iterable<string>;
}

/** The title of a rule's test: `R8 · an arrival when full evicts from the head only`. */
export function title({ id, law }: Rule): string {
  return `${id} · ${law}`;
}

/** The first way in which a history breaks a rule; undefined when it keeps it. */
export function violation(rule: Rule, history: History): string | undefined {
  for (const found of rule.check(history)) {
    return [
      `${title(rule)}: broken by ${found}`,
      `configuration ${JSON.stringify(history.configuration)}`,
      ...history.trace.map((operation, index) => `  ${index} ${describe(operation)}`),
      `trace ${JSON.stringify(history.trace)}`,
    ].join("\n");
  }
  return undefined;
}

/** Where something was seen, in words. */
export function at(entry: Entry): string {
  const place =
    entry.kind === "step"
      ? " (in the listener)"
      : entry.kind === "moment" && entry.where === "callback"
        ? " (in a callback)"
        : "";
  return `operation ${entry.index}${place}`;
}
