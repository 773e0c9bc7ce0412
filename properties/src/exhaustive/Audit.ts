/** The books of an exhaustive run: how often each rule was checked, how it was broken, and what was reached. */
import type { Configuration } from "@sluice/core";
import { defaults } from "@sluice/core";
import { events, states } from "@sluice/machines";
import type { Law } from "../laws/Law.js";
import type { Picture, Transition } from "../laws/Transition.js";
import type { Trace } from "../Operation.js";
import type { Counterexample } from "./ExhaustiveReport.js";

export class Audit {
  readonly #checks = new Map<string, number>();
  readonly #broken = new Map<string, Counterexample>();
  readonly #reached: Set<string>;

  /** Several audits may share what was reached. */
  constructor(reached: Set<string> = new Set()) {
    this.#reached = reached;
  }

  /** Checks every law on an edge; whether all hold. */
  check<P extends Picture>(
    laws: ReadonlyArray<Law<P>>,
    transition: Transition<P>,
    trace: () => Trace,
  ): boolean {
    this.#note(transition);
    let holds = true;
    for (const law of laws) {
      const verdict = law.check(transition);
      if (verdict === undefined) continue;
      this.count(law.rule);
      if (verdict === true) continue;
      holds = false;
      this.broke(transition.configuration, { rule: law.rule, trace: trace(), ...verdict });
    }
    return holds;
  }

  /** A rule was checked once more. */
  count(rule: string, times = 1): void {
    this.#checks.set(rule, (this.#checks.get(rule) ?? 0) + times);
  }

  /** Keeps the shortest counterexample of each rule. */
  broke(configuration: Configuration, found: Omit<Counterexample, "configuration">): void {
    const known = this.#broken.get(found.rule);
    if (known !== undefined && lengthOf(known) <= lengthOf(found)) return;
    this.#broken.set(found.rule, { ...found, configuration: optionsOf(configuration) });
  }

  reach(what: string): void {
    this.#reached.add(what);
  }

  get checks(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#checks].sort(([a], [b]) => numberOf(a) - numberOf(b)));
  }

  get broken(): ReadonlyArray<Counterexample> {
    return [...this.#broken.values()].sort((a, b) => numberOf(a.rule) - numberOf(b.rule));
  }

  #note({ configuration: { overflow }, before, after, answers, steps }: Transition): void {
    const reached = this.#reached;
    for (const { event, to } of steps) {
      reached.add(eventLabels[event] as string);
      reached.add(rowLabels[to] as string);
    }
    for (const { result } of answers) {
      if (result._tag === "Rejected") reached.add(outcomeLabel(result.reason));
      else if (result.evicted === 0) reached.add(outcomeLabel("accepted"));
      else reached.add(outcomeLabel(overflow === "drop-all" ? "cleared" : "evicted"));
    }
    if (after.state === "closed" && before.held.length > after.held.length) {
      reached.add(outcomeLabel("dropped as closed"));
    }
  }
}

/** The names under which things are reached. */
export const eventLabels: ReadonlyArray<string> = events.map((name) => `event ${name}`);
export const rowLabels: ReadonlyArray<string> = states.map(({ state, health }) =>
  health === undefined ? `state ${state}` : `state ${state}, ${health}`,
);

export function outcomeLabel(outcome: string): string {
  return `outcome ${outcome}`;
}

function lengthOf({ trace, cycle = [] }: Pick<Counterexample, "trace" | "cycle">): number {
  return trace.length + cycle.length;
}

/** What differs from the defaults: that is what a person wants to see. */
function optionsOf(configuration: Configuration) {
  const entries = Object.entries(configuration).filter(
    ([name, value]) => (defaults as unknown as Record<string, unknown>)[name] !== value,
  );
  return Object.fromEntries(entries);
}

const numberOf = (rule: string) => Number(rule.slice(1));
