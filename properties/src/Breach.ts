/** How a system broke a rule: where in its history, what the rule expects there, and what was found. */
import type { Entry, History } from "./History.js";

/** What a check finds wrong; without an entry it is wrong at the end. */
export interface Finding {
  readonly entry?: Entry;
  readonly expected: string;
  readonly found: string;
}

export class Breach extends Error implements Finding {
  readonly history: History;
  readonly entry?: Entry;
  readonly expected: string;
  readonly found: string;

  constructor(history: History, { entry, expected, found }: Finding) {
    super(
      `${entry === undefined ? "at the end" : placeOf(entry)}: expected ${expected}, found ${found}`,
    );
    this.history = history;
    if (entry !== undefined) this.entry = entry;
    this.expected = expected;
    this.found = found;
  }
}

/** Where something was seen, in words. */
export function placeOf(entry: Entry): string {
  const place =
    entry.kind === "step"
      ? " (in the listener)"
      : entry.kind === "moment" && entry.where === "callback"
        ? " (in a callback)"
        : "";
  return `operation ${entry.index}${place}`;
}
