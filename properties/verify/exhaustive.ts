/** Every state of small spaces of the shipping code. */
import {
  describeCounterexample,
  type ExhaustiveReport,
  exhaust,
  fullScope,
  type SpaceReport,
} from "@sluice/properties";
import type { Evidence } from "./Evidence.js";

export function exhaustive(report: (line: string) => void): ReadonlyArray<Evidence> {
  const found = exhaust({
    scope: fullScope,
    onFamily: (family) => report(`exhaustive: ${inWords(family)}`),
  });
  const { neverReached } = found;
  const missing = neverReached.length === 0 ? "all reached" : `not ${neverReached.join(", ")}`;
  report(`exhaustive: sometimes, every state, event and outcome: ${missing}`);
  for (const one of found.necessary) {
    report(`without its assumption ${describeCounterexample(one)}`);
  }
  return evidenceOf(found);
}

function inWords({ name, spaces, states, edges, seconds }: SpaceReport): string {
  const [a, b, c] = [spaces, states, edges].map((count) => count.toLocaleString("en"));
  return `${name}: ${a} spaces, ${b} states, ${c} edges, ${seconds.toFixed(1)} s`;
}

function evidenceOf({ families, broken, neverReached }: ExhaustiveReport): ReadonlyArray<Evidence> {
  const counts = new Map<string, number>();
  for (const [rule, count] of families.flatMap(({ checks }) => Object.entries(checks))) {
    counts.set(rule, (counts.get(rule) ?? 0) + count);
  }
  // What never happened weakens every rule that could have broken there.
  const vacuous = neverReached.map((what) => `never reached in any space: ${what}`);
  return Array.from(counts, ([rule, count]) => ({
    rule,
    way: "exhaustive" as const,
    count,
    failures: [
      ...broken.filter((one) => one.rule === rule).map(describeCounterexample),
      ...vacuous,
    ],
  }));
}
