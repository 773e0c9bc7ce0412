/** What can be known of one configuration by exploring it: whether a rule breaks, whether it flaps or sticks. */
import type { Configuration } from "@sluice/core";
import type { Trace } from "../Operation.js";
import { Audit } from "./Audit.js";
import { type MakeSubject, type Move, type SeenPicture, shipping } from "./Driver.js";
import { type Counterexample, compressed } from "./ExhaustiveReport.js";
import { atCapacity } from "./families.js";
import type { Graph } from "./Graph.js";
import { checkLiveness } from "./liveness.js";
import { exploreOutbox, type OutboxSpace } from "./OutboxSpace.js";

/** A way to a state, and a cycle that can go on from there for ever. */
export interface Evidence {
  readonly trace: Trace;
  readonly cycle: Trace;
  /** The states that it goes through, from the one that the trace leads to. */
  readonly states: ReadonlyArray<string>;
}

export interface Diagnosis {
  /** The capacity at which the rules were checked, with two marked messages. */
  readonly capacity: number;
  readonly states: number;
  readonly edges: number;
  readonly checks: Readonly<Record<string, number>>;
  readonly broken: ReadonlyArray<Counterexample>;
  /** The capacity at which the two questions were asked: the configuration's own, if it is not too large. */
  readonly askedAt: number;
  /** One message that comes and goes changes the flow state back and forth. */
  readonly flaps: Evidence | undefined;
  /** With always at least one message in the outbox it never becomes normal again. */
  readonly sticks: Evidence | undefined;
}

/** Rules are checked on a small outbox of the same fractions: what breaks them does not need a large one. */
const smallCapacity = 8;
/** Whether marks are one message apart depends on the capacity itself. */
const largestCapacity = 1_000;

/** Explores one configuration, bound by messages alone. */
export function diagnose(settings: Configuration, make: MakeSubject = shipping): Diagnosis {
  const capacity = Math.min(settings.maxMessages, smallCapacity);
  const audit = new Audit();
  const small = spaceOf(atCapacity(settings, capacity), 2);
  const graph = exploreOutbox(small, make, audit);
  checkLiveness(small, graph, audit);
  const askedAt = Math.min(settings.maxMessages, largestCapacity);
  const whole = exploreOutbox(spaceOf(atCapacity(settings, askedAt), 0), make, audit);
  return {
    capacity,
    states: graph.states.length + whole.states.length,
    edges: [...graph.edges, ...whole.edges].reduce((sum, out) => sum + out.length, 0),
    checks: audit.checks,
    broken: audit.broken,
    askedAt,
    flaps: flap(whole),
    sticks: stick(whole),
  };
}

const offer = { op: "offer", bytes: 1 } as const;
const drain = { op: "drain", count: 1 } as const;

function spaceOf(configuration: Configuration, marked: number): OutboxSpace {
  return { configuration, alphabet: [offer, drain], marked };
}

/** The first state that one offer changes and one drain changes back. */
function flap(graph: Graph<SeenPicture, Move>): Evidence | undefined {
  return firstCycle(graph, (before, between) => before.state !== between.state);
}

/** The first state that is not normal and stays so while one message comes and goes behind another. */
function stick(graph: Graph<SeenPicture, Move>): Evidence | undefined {
  return firstCycle(
    graph,
    (before, between) =>
      before.held.length === 1 && before.state !== "normal" && between.state !== "normal",
  );
}

/** The first cycle of one offer and one drain that loses nothing and is as wanted. */
function firstCycle(
  { states, edges, path }: Graph<SeenPicture, Move>,
  isWanted: (before: SeenPicture, between: SeenPicture) => boolean,
): Evidence | undefined {
  const after = (from: number, op: string) =>
    edges[from]?.find(({ label }) => label.operation.op === op)?.to;
  for (const [start, before] of states.entries()) {
    const between = after(start, "offer");
    if (between === undefined || after(between, "drain") !== start) continue;
    const full = states[between] as SeenPicture;
    if (full.held.length !== before.held.length + 1 || !isWanted(before, full)) continue;
    const trace = compressed(path(start).map(({ operation }) => operation));
    return { trace, cycle: [offer, drain], states: [before.state, full.state, before.state] };
  }
  return undefined;
}
