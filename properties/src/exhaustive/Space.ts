/**
 * A space: every state that an alphabet can bring a system into, each with the laws checked on every edge that
 * leads out of it. Beyond an edge that breaks a law nothing is explored: what follows is its consequence.
 *
 * Cumulative counters and absolute times are not in the key of a state; their change is checked on the edges.
 */
import type { Configuration } from "@sluice/core";
import type { Law } from "../laws/Law.js";
import type { Transition } from "../laws/Transition.js";
import type { Operation } from "../Operation.js";
import type { Audit } from "./Audit.js";
import type { Driver, Move, SeenPicture } from "./Driver.js";
import { explore, type Graph, type Successor } from "./Graph.js";

/** What may be done in a space. */
export interface Alphabet<P extends SeenPicture> {
  readonly configuration: Configuration;
  readonly alphabet: ReadonlyArray<Operation>;
  /** Messages that are told from the others: each is offered or sent at most once, at any moment. */
  readonly marked: number;
  /** What keeps it finite, besides the system itself. */
  readonly isAllowed?: (picture: P, operation: Operation) => boolean;
}

/** What it is done to, and how it is judged. */
export interface Survey<P extends SeenPicture> {
  readonly start: () => Driver<P>;
  readonly laws: ReadonlyArray<Law<P>>;
  readonly key: (picture: P) => string;
  readonly limit: number;
  /** What else is looked at in a state, or on an edge. */
  readonly onState?: (path: ReadonlyArray<Move>) => void;
  readonly onEdge?: (transition: Transition<P>) => void;
}

/** @throws {SpaceTooLarge} */
export function exploreSpace<P extends SeenPicture>(
  { configuration, alphabet, marked, isAllowed }: Alphabet<P>,
  { start, laws, key, limit, onState, onEdge }: Survey<P>,
  audit: Audit,
): Graph<P, Move> {
  const moves = alphabet.flatMap(lettersOf);

  const successor = (path: ReadonlyArray<Move>, before: P, move: Move): Successor<P, Move> => {
    const driver = played(start(), path);
    driver.begin();
    driver.perform(move);
    const after = driver.picture();
    const { newcomers, answers, delivered, steps, glimpses } = driver;
    const { operation } = move;
    const seen = { newcomers, answers, delivered, steps, glimpses };
    const transition = { configuration, operation, before, after, ...seen };
    onEdge?.(transition);
    const trace = () => [...path, move].map((one) => one.operation);
    return { label: move, state: audit.check(laws, transition, trace) ? after : undefined };
  };

  return explore<P, Move>(
    {
      initial: start().picture(),
      key,
      *successors(picture, path) {
        onState?.(path);
        for (const move of moves) {
          const { operation, isMarked } = move;
          if (isMarked && picture.marked >= marked) continue;
          if (operation.op === "cancel" && operation.waiter >= picture.line.length) continue;
          if (isAllowed?.(picture, operation) === false) continue;
          yield successor(path, picture, move);
        }
      },
    },
    limit,
  );
}

export function played<D extends Driver<SeenPicture>>(driver: D, path: ReadonlyArray<Move>): D {
  for (const move of path) driver.perform(move);
  return driver;
}

/** An operation, and if it brings a message the same with one that is marked. */
function lettersOf(operation: Operation): ReadonlyArray<Move> {
  const brings = operation.op === "offer" || operation.op === "send";
  const plain = { operation, isMarked: false };
  return brings ? [plain, { operation, isMarked: true }] : [plain];
}
