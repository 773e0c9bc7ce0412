/**
 * R22, R23, R24 as liveness: in the part of a space where the goal does not hold, no cycle has all that
 * fairness promises in it. What is assumed is said in words in `fairness`.
 */

import { isOpen } from "../laws/Law.js";
import type { Audit } from "./Audit.js";
import { fairCycle, type Lasso } from "./components.js";
import type { Move, SeenPicture } from "./Driver.js";
import type { Edge, Graph } from "./Graph.js";
import type { OutboxSpace } from "./OutboxSpace.js";

type Spaces = Graph<SeenPicture, Move>;

/** What each liveness rule is given. */
export const fairness: Readonly<Record<string, string>> = {
  R22: "offers are finite: from some moment on nothing is offered or sent; the transport keeps draining",
  R23: "time keeps passing; whatever else happens, and however often: offers, sends, drains, cancels",
  R24: "the transport keeps draining while there is something to take; others may offer and send for ever",
};

/** Checks every liveness rule that a space has something to say about. */
export function checkLiveness({ configuration }: OutboxSpace, graph: Spaces, audit: Audit): void {
  for (const { rule, goal, find, applies } of rules) {
    if (!applies(graph)) continue;
    audit.count(rule);
    const lasso = find(graph);
    if (lasso === undefined) continue;
    const last = graph.states.length;
    audit.broke(configuration, {
      rule,
      ...tracesOf(lasso),
      expected: `${goal} (${fairness[rule]})`,
      found: `a cycle in which it never does, among ${last} states`,
    });
  }
}

/** The counterexample to R22 without its assumption: draining alone is not enough. */
export function withoutFiniteOffers(graph: Spaces, goal: (picture: SeenPicture) => boolean) {
  const lasso = fairCycle(
    graph,
    {
      hasState: (state) => isOpen(pictureOf(graph, state)) && !goal(pictureOf(graph, state)),
      hasEdge: isOneOf("drain", "offer"),
    },
    [takes(graph), isOneOf("offer")],
  );
  return lasso && tracesOf(lasso);
}

export function isRecovered({ state, held }: SeenPicture): boolean {
  return state === "normal" && held.length === 0;
}

interface LivenessRule {
  readonly rule: string;
  readonly goal: string;
  readonly applies: (graph: Spaces) => boolean;
  readonly find: (graph: Spaces) => Lasso<Move> | undefined;
}

const hasEdges = (op: string) => (graph: Spaces) =>
  graph.edges[0]?.some(({ label }) => label.operation.op === op) ?? false;

const rules: ReadonlyArray<LivenessRule> = [
  {
    rule: "R22",
    goal: "the outbox empties and its state becomes normal",
    applies: hasEdges("drain"),
    find: (graph) =>
      fairCycle(
        graph,
        {
          hasState: (state) => {
            const picture = pictureOf(graph, state);
            return isOpen(picture) && !isRecovered(picture);
          },
          hasEdge: isOneOf("drain", "advance"),
        },
        [isOneOf("drain")],
      ),
  },
  {
    rule: "R23",
    goal: "a sender that waits is let in, gives up or is told that it closed",
    applies: hasEdges("send"),
    find: (graph) =>
      fairCycle(graph, { hasState: (state) => markedWaits(graph, state), hasEdge: () => true }, [
        isOneOf("advance"),
      ]),
  },
  {
    rule: "R24",
    goal: "a sender that is blocked is let in or gives up",
    applies: hasEdges("send"),
    find: (graph) =>
      fairCycle(
        graph,
        { hasState: (state) => markedWaits(graph, state, true), hasEdge: () => true },
        [takes(graph)],
      ),
  },
];

function pictureOf({ states }: Spaces, state: number): SeenPicture {
  return states[state] as SeenPicture;
}

/** A marked sender stands for any: what holds of it holds of all. */
function markedWaits(graph: Spaces, state: number, isBlocked = false): boolean {
  return pictureOf(graph, state).line.some(
    ({ message, blocked }) => message.isMarked && (blocked || !isBlocked),
  );
}

function isOneOf(...ops: ReadonlyArray<string>) {
  return ({ label }: Edge<Move>) => ops.includes(label.operation.op);
}

/** A drain that took something. */
function takes(graph: Spaces) {
  return ({ label }: Edge<Move>, from: number) =>
    label.operation.op === "drain" && pictureOf(graph, from).held.length > 0;
}

function tracesOf({ stem, cycle }: Lasso<Move>) {
  const operations = (moves: ReadonlyArray<Move>) => moves.map(({ operation }) => operation);
  return { trace: operations(stem), cycle: operations(cycle) };
}
