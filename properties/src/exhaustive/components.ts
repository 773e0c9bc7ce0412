/**
 * The strongly connected components of a part of a graph, and in them the cycles that a liveness rule has to
 * exclude: those on which its goal never holds, though everything that fairness promises keeps happening.
 */
import type { Edge, Graph } from "./Graph.js";

/** A part of a graph: some of its states, and some of its edges between them. */
export interface Part<L> {
  readonly hasState: (state: number) => boolean;
  readonly hasEdge: (edge: Edge<L>, from: number) => boolean;
}

/** A way that goes on for ever: to a state, and from there round and round. */
export interface Lasso<L> {
  readonly stem: ReadonlyArray<L>;
  readonly cycle: ReadonlyArray<L>;
}

/**
 * The components of a part, by Tarjan's algorithm with a stack of its own. Those of one state without an edge
 * to itself are left out: nothing can stay in them.
 *
 * Source: R. Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972).
 */
export function components<S, L>(
  { states, edges }: Graph<S, L>,
  part: Part<L>,
): ReadonlyArray<ReadonlyArray<number>> {
  const index = new Int32Array(states.length).fill(-1);
  const low = new Int32Array(states.length);
  const isOpen = new Uint8Array(states.length);
  const open: Array<number> = [];
  const found: Array<ReadonlyArray<number>> = [];
  let visited = 0;
  for (let root = 0; root < states.length; root++) {
    if (index[root] !== -1 || !part.hasState(root)) continue;
    const calls = [{ state: root, next: 0 }];
    while (calls.length > 0) {
      const call = calls[calls.length - 1] as { state: number; next: number };
      const { state } = call;
      if (call.next === 0) {
        index[state] = low[state] = visited++;
        open.push(state);
        isOpen[state] = 1;
      }
      const edge = (edges[state] ?? [])[call.next++];
      if (edge !== undefined) {
        const { to } = edge;
        if (!part.hasState(to) || !part.hasEdge(edge, state)) continue;
        if (index[to] === -1) calls.push({ state: to, next: 0 });
        else if (isOpen[to]) low[state] = Math.min(low[state] as number, index[to] as number);
        continue;
      }
      calls.pop();
      const caller = calls[calls.length - 1]?.state;
      if (caller !== undefined) {
        low[caller] = Math.min(low[caller] as number, low[state] as number);
      }
      if (low[state] !== index[state]) continue;
      const members = open.splice(open.lastIndexOf(state));
      for (const member of members) isOpen[member] = 0;
      const stays = (edges[state] ?? []).some(
        (edge) => edge.to === state && part.hasEdge(edge, state),
      );
      if (members.length > 1 || stays) found.push(members);
    }
  }
  return found;
}

/**
 * A fair cycle of a part: one with an edge of each class of `fairness` in it, reached by a shortest way, and
 * not longer than it must be. Undefined when there is none: then whoever is in the part leaves it.
 */
export function fairCycle<S, L>(
  graph: Graph<S, L>,
  part: Part<L>,
  fairness: ReadonlyArray<(edge: Edge<L>, from: number) => boolean>,
): Lasso<L> | undefined {
  const fair = components(graph, part).filter((members) => {
    const inside = within(part, members);
    return fairness.every((isOfClass) =>
      members.some((from) =>
        (graph.edges[from] ?? []).some(
          (edge) => inside.hasState(edge.to) && inside.hasEdge(edge, from) && isOfClass(edge, from),
        ),
      ),
    );
  });
  let best: Lasso<L> | undefined;
  for (const members of fair) {
    const inside = within(part, members);
    for (const start of [...members].sort((a, b) => a - b).slice(0, triedStarts)) {
      const cycle = cycleFrom(graph, inside, start, fairness);
      const stem = graph.path(start);
      const length = (lasso: Lasso<L>) => lasso.stem.length + lasso.cycle.length;
      if (best === undefined || length({ stem, cycle }) < length(best)) best = { stem, cycle };
    }
  }
  return best;
}

/** The states that are reached first are the ones with the shortest stems. */
const triedStarts = 200;

function within<L>(part: Part<L>, members: ReadonlyArray<number>): Part<L> {
  const set = new Set(members);
  return { hasState: (state) => set.has(state), hasEdge: part.hasEdge };
}

/** From a state through an edge of each class, each by a shortest way, and back. */
function cycleFrom<S, L>(
  graph: Graph<S, L>,
  inside: Part<L>,
  start: number,
  fairness: ReadonlyArray<(edge: Edge<L>, from: number) => boolean>,
): ReadonlyArray<L> {
  const cycle: Array<L> = [];
  const done = new Set<(edge: Edge<L>, from: number) => boolean>();
  let at = start;
  for (const isOfClass of fairness) {
    if (done.has(isOfClass)) continue;
    const way = shortest(graph, inside, at, (edge, from) => isOfClass(edge, from));
    for (const { edge, from } of way) {
      cycle.push(edge.label);
      for (const other of fairness) if (other(edge, from)) done.add(other);
      at = edge.to;
    }
  }
  if (at === start && cycle.length > 0) return cycle;
  const back = shortest(graph, inside, at, (edge) => edge.to === start);
  return [...cycle, ...back.map(({ edge }) => edge.label)];
}

interface Move<L> {
  readonly edge: Edge<L>;
  readonly from: number;
}

/** The shortest way from a state whose last edge is one that is wanted. */
function shortest<S, L>(
  { edges }: Graph<S, L>,
  inside: Part<L>,
  start: number,
  isWanted: (edge: Edge<L>, from: number) => boolean,
): ReadonlyArray<Move<L>> {
  const cameBy = new Map<number, Move<L> | undefined>([[start, undefined]]);
  for (const from of cameBy.keys()) {
    for (const edge of edges[from] ?? []) {
      if (!inside.hasState(edge.to) || !inside.hasEdge(edge, from)) continue;
      if (isWanted(edge, from)) {
        const way = [{ edge, from }];
        for (let move = cameBy.get(from); move !== undefined; move = cameBy.get(move.from)) {
          way.unshift(move);
        }
        return way;
      }
      if (!cameBy.has(edge.to)) cameBy.set(edge.to, { edge, from });
    }
  }
  return [];
}
