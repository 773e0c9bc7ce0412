/**
 * A space of states, explored breadth first: every state that can be reached, every edge between two, and the
 * shortest way to each.
 */

/** What can be done in a state, and where it leads. */
export interface Successor<S, L> {
  readonly label: L;
  /** Undefined when the edge is not to be followed. */
  readonly state: S | undefined;
}

/** A space, given by its first state and by what can be done in each. */
export interface Space<S, L> {
  readonly initial: S;
  /** States with one key are one state: it has all that decides what can happen later, and nothing else. */
  readonly key: (state: S) => string;
  /** `path` is the shortest way to the state. */
  readonly successors: (state: S, path: ReadonlyArray<L>) => Iterable<Successor<S, L>>;
}

/** A way out of a state: what is done, and the number of the state that it leads to. */
export interface Edge<L> {
  readonly label: L;
  readonly to: number;
}

/** What was found. States have numbers, in the order in which they were found: 0 is the initial one. */
export interface Graph<S, L> {
  readonly states: ReadonlyArray<S>;
  /** By state. */
  readonly edges: ReadonlyArray<ReadonlyArray<Edge<L>>>;
  /** The shortest way from the initial state to a state. */
  readonly path: (state: number) => ReadonlyArray<L>;
}

/** A space has more states than it was said to have. */
export class SpaceTooLarge extends Error {
  override readonly name = "SpaceTooLarge";

  constructor(readonly limit: number) {
    super(`the space has more than ${limit} states: make it smaller, or find what is not bounded`);
  }
}

/**
 * Explores a space breadth first.
 *
 * @throws {SpaceTooLarge} when it has more than `limit` states.
 *
 */
export function explore<S, L>(space: Space<S, L>, limit: number): Graph<S, L> {
  const states = [space.initial];
  const numberOf = new Map([[space.key(space.initial), 0]]);
  const parents: Array<{ readonly from: number; readonly label: L } | undefined> = [undefined];
  const edges: Array<Array<Edge<L>>> = [];
  const path = (state: number): ReadonlyArray<L> => {
    const labels: Array<L> = [];
    for (let parent = parents[state]; parent !== undefined; parent = parents[parent.from]) {
      labels.push(parent.label);
    }
    return labels.reverse();
  };
  for (let from = 0; from < states.length; from++) {
    const out: Array<Edge<L>> = [];
    edges.push(out);
    for (const { label, state } of space.successors(states[from] as S, path(from))) {
      if (state === undefined) continue;
      const key = space.key(state);
      let to = numberOf.get(key);
      if (to === undefined) {
        if (states.length === limit) throw new SpaceTooLarge(limit);
        to = states.push(state) - 1;
        numberOf.set(key, to);
        parents.push({ from, label });
      }
      out.push({ label, to });
    }
  }
  return { states, edges, path };
}
