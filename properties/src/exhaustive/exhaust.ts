/** Explores every space of a scope, checks every rule in it, and says what was found. */
import { configuration, type OverflowStrategy } from "@sluice/core";
import { Audit, eventLabels, outcomeLabel, rowLabels } from "./Audit.js";
import { actorFairness, checkActorLiveness, exploreActor } from "./actor/ActorSpace.js";
import { type ActorFamily, actorFamilies } from "./actor/families.js";
import { type MakeSubject, type SeenPicture, shipping } from "./Driver.js";
import type { Counterexample, ExhaustiveReport, SpaceReport } from "./ExhaustiveReport.js";
import { type ExhaustiveScope, type Family, families, fastScope } from "./families.js";
import type { Graph } from "./Graph.js";
import { checkLiveness, fairness, isRecovered, withoutFiniteOffers } from "./liveness.js";
import { exploreOutbox } from "./OutboxSpace.js";

/** What to explore, and with what. */
export interface ExhaustOptions {
  /** {@link fastScope} unless said. */
  readonly scope?: ExhaustiveScope;
  /** The shipping outbox unless said: an outbox that is wrong on purpose shows that the rules can fail. */
  readonly make?: MakeSubject;
  /** Told of each family when it is done. */
  readonly onFamily?: (family: SpaceReport) => void;
}

export function exhaust(options: ExhaustOptions = {}): ExhaustiveReport {
  const { scope = fastScope, make = shipping, onFamily } = options;
  const reached = new Set<string>([rowLabels[0] as string]);
  const found: Array<SpaceReport> = [];
  const note = (report: SpaceReport) => {
    found.push(report);
    onFamily?.(report);
  };
  for (const family of families(scope)) note(exhaustFamily(family, make, reached));
  const actors = scope.actor === undefined ? [] : actorFamilies(scope.actor);
  for (const family of actors) note(exhaustActors(family, reached));
  return {
    families: found,
    fairness: { ...fairness, ...ofActor(actorFairness) },
    broken: shortest(found.flatMap(({ broken }) => broken)),
    neverReached: expected(scope).filter((what) => !reached.has(what)),
    necessary: withoutAssumptions(make),
  };
}

/** R22 needs offers to be finite: what happens to its two halves when they are not. */
function withoutAssumptions(make: MakeSubject): ReadonlyArray<Counterexample> {
  const settings = configuration({ maxMessages: 8, maxBytes: 2 ** 40 });
  const offer = { op: "offer", bytes: 1 } as const;
  const alphabet = [offer, { op: "drain", count: 1 } as const];
  const space = { configuration: settings, alphabet, marked: 0 };
  const graph = exploreOutbox(space, make, new Audit());
  const halves = {
    "the outbox empties and its state becomes normal": isRecovered,
    "its state becomes normal": ({ state }: SeenPicture) => state === "normal",
  };
  return Object.entries(halves).flatMap(([expected, goal]) => {
    const lasso = withoutFiniteOffers(graph, goal);
    const found = "a cycle of drains and offers in which it never does";
    return lasso === undefined
      ? []
      : [{ rule: "R22", configuration: { maxMessages: 8 }, ...lasso, expected, found }];
  });
}

function exhaustFamily(family: Family, make: MakeSubject, reached: Set<string>): SpaceReport {
  return surveyed(family, reached, (space, audit) => {
    const graph = exploreOutbox(space, make, audit);
    checkLiveness(space, graph, audit);
    return graph;
  });
}

function exhaustActors(family: ActorFamily, reached: Set<string>): SpaceReport {
  return surveyed(family, reached, (space, audit) => {
    const graph = exploreActor(space, audit);
    checkActorLiveness(space, graph, audit);
    return graph;
  });
}

function surveyed<S>(
  family: { readonly name: string; readonly spaces: Iterable<S> },
  reached: Set<string>,
  explore: (space: S, audit: Audit) => Pick<Graph<unknown, unknown>, "states" | "edges">,
): SpaceReport {
  const audit = new Audit(reached);
  const start = performance.now();
  let [spaces, states, edges] = [0, 0, 0];
  for (const space of family.spaces) {
    const graph = explore(space, audit);
    spaces++;
    states += graph.states.length;
    for (const out of graph.edges) edges += out.length;
  }
  const seconds = (performance.now() - start) / 1_000;
  const { checks, broken } = audit;
  return { name: family.name, spaces, states, edges, seconds, checks, broken };
}

function ofActor(assumed: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(assumed);
  return Object.fromEntries(entries.map(([rule, words]) => [`${rule}, the actor`, words]));
}

/** The shortest counterexample to each rule. */
function shortest(all: ReadonlyArray<Counterexample>): ReadonlyArray<Counterexample> {
  const lengthOf = ({ trace, cycle = [] }: Counterexample) => trace.length + cycle.length;
  const best = new Map<string, Counterexample>();
  for (const one of all) {
    const known = best.get(one.rule);
    if (known === undefined || lengthOf(one) < lengthOf(known)) best.set(one.rule, one);
  }
  return [...best.values()].sort((a, b) => Number(a.rule.slice(1)) - Number(b.rule.slice(1)));
}

/** What must have happened somewhere, or nothing is proved of it. */
function expected({ strategies, actor }: ExhaustiveScope): ReadonlyArray<string> {
  const has = (strategy: OverflowStrategy) => strategies.includes(strategy);
  const outcomes = [
    "accepted",
    "dropped as closed",
    "too-large",
    "waiters",
    "interrupted",
    "closed",
    ...(has("drop-oldest") ? ["evicted"] : []),
    ...(has("drop-all") ? ["cleared"] : []),
    ...(has("drop-newest") || has("block") ? ["full"] : []),
    ...(has("block") ? ["timeout"] : []),
    ...(has("disconnect") ? ["slow-consumer"] : []),
  ];
  const onlyByActor = [
    "event stall",
    "transport refuses",
    "transport under pressure",
    "window shut",
  ];
  return [
    ...rowLabels,
    ...eventLabels.filter((label) => !onlyByActor.includes(label)),
    ...outcomes.map(outcomeLabel),
    ...(actor === undefined ? [] : onlyByActor),
  ];
}
