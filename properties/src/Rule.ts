/** A law, and how it is looked for in what a system does. Its number is the one in `RULES.md`. */
import type { ConfigurationOptions } from "@sluice/core";
import { Breach, type Finding } from "./Breach.js";
import type { ConfigurationScope } from "./generators/configurations.js";
import type { TraceScope } from "./generators/traces.js";
import type { History } from "./History.js";
import type { Landmark } from "./Landmark.js";
import { endingFor, type Trace } from "./Operation.js";
import { play } from "./Player.js";
import type { Capability, Subject } from "./System.js";

/** Whether a rule must hold always, should hold, or holds on average. */
export type Level = "must" | "should" | "stochastic";

export interface Rule {
  /** Such as `R8`. */
  readonly id: string;
  /** The law in words. */
  readonly law: string;
  /** What it is good for. */
  readonly intent: string;
  readonly level: Level;
}

/** What is looked at, and where there is something to see of it. */
export interface Scope {
  /** The rule's number. */
  readonly rule: string;
  /** What is looked at, in words. */
  readonly law: string;
  /** What a system must be able to do or show. */
  readonly needs: ReadonlyArray<Capability>;
  readonly configurations?: ConfigurationScope;
  readonly traces?: TraceScope;
  /** What the traces must have been through, taken together, where the system and its configurations can. */
  readonly reaches: ReadonlyArray<Landmark>;
}

/** One way of looking for a breach of a rule, on traces of its own. */
export interface Check extends Scope {
  /** Plays the trial and returns its history; throws a {@link Breach} when the rule is broken. */
  readonly judge: (trial: Trial) => Promise<History>;
}

/** One configuration and one trace, for one system. */
export interface Trial {
  readonly subject: Subject;
  readonly options: ConfigurationOptions;
  readonly trace: Trace;
}

/** The title of a check's test: `R8 · an arrival when full evicts from the head only`. */
export function title({ rule, law }: Check): string {
  return `${rule} · ${law}`;
}

/** Judges by the history of the trace and its ending alone. */
export function inHistory(
  find: (history: History) => Iterable<Finding>,
): (trial: Trial) => Promise<History> {
  return async ({ subject, options, trace }) => {
    const history = await play(subject, options, [...trace, ...endingFor(options)]);
    for (const finding of find(history)) throw new Breach(history, finding);
    return history;
  };
}
