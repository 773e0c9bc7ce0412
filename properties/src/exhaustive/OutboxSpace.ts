/**
 * The space of one outbox: every state that an alphabet can bring it into, each with the rules checked on every
 * edge that leads out of it.
 *
 * A state is what decides what can happen later: the row of the chart, what is held and who waits, with sizes,
 * marks and the time that each has left; and what
 * became of the marked messages, so that one that comes back is missed nowhere. Cumulative counters and absolute times are not in it; their change is
 * checked on the edges. Beyond an edge that breaks a rule nothing is explored: what follows is its consequence.
 */
import { type Configuration, Outbox } from "@sluice/core";
import type { Operation } from "../Operation.js";
import type { Audit } from "./Audit.js";
import { explore, type Graph, type Successor } from "./Graph.js";
import { Harness, type MakeSubject, type Message, type Move, type Picture } from "./Harness.js";
import { laws } from "./laws/index.js";

/** A space, by what may be done in it. */
export interface OutboxSpace {
  readonly configuration: Configuration;
  readonly alphabet: ReadonlyArray<Operation>;
  /** Messages that are told from the others: each is offered or sent at most once, at any moment. */
  readonly marked: number;
  /** Whether R33 is checked in every state: it survives JSON, and is restored as it was. */
  readonly isRestored?: boolean;
  /** What keeps it finite, besides the outbox itself. */
  readonly isAllowed?: (picture: Picture, operation: Operation) => boolean;
}

/** More states than this are a mistake. */
const limit = 2_000_000;

/** @throws {SpaceTooLarge} */
export function exploreOutbox(
  space: OutboxSpace,
  make: MakeSubject,
  audit: Audit,
): Graph<Picture, Move> {
  const { configuration } = space;
  const moves = space.alphabet.flatMap(lettersOf);
  const sizes = new Set(space.alphabet.flatMap((one) => ("bytes" in one ? [one.bytes] : [])));
  const isUniform = sizes.size <= 1;

  const successor = (
    path: ReadonlyArray<Move>,
    before: Picture,
    move: Move,
  ): Successor<Picture, Move> => {
    const harness = new Harness(make, configuration);
    for (const past of path) harness.perform(past);
    harness.begin();
    harness.perform(move);
    const after = harness.picture();
    const { newcomer, answers, delivered, steps, glimpses } = harness;
    const { operation } = move;
    const seen = { newcomer, answers, delivered, steps, glimpses };
    const trace = () => [...path, move].map((one) => one.operation);
    const holds = audit.check(laws, { configuration, operation, before, after, ...seen }, trace);
    return { label: move, state: holds ? after : undefined };
  };

  return explore<Picture, Move>(
    {
      initial: new Harness(make, configuration).picture(),
      key: (picture) => keyOf(picture, isUniform),
      *successors(picture, path) {
        if (space.isRestored === true) checkRestored(space, make, path, audit);
        for (const move of moves) {
          if (move.isMarked && picture.marked >= space.marked) continue;
          if (!isMeaningful(picture, move.operation)) continue;
          if (space.isAllowed?.(picture, move.operation) === false) continue;
          yield successor(path, picture, move);
        }
      },
    },
    limit,
  );
}

/** R33: what a state is saved as is taken back, and is the same state. */
function checkRestored(
  { configuration }: OutboxSpace,
  make: MakeSubject,
  path: ReadonlyArray<Move>,
  audit: Audit,
): void {
  const harness = new Harness(make, configuration);
  for (const past of path) harness.perform(past);
  const expected = JSON.stringify(harness.subject.snapshot());
  audit.count("R33");
  let found: string;
  try {
    const options = { configuration, sizeOf: () => 0, now: () => 0 };
    const { outbox } = Outbox.restore<Message>(options, JSON.parse(expected), () => {});
    found = JSON.stringify(outbox.snapshot());
    const isSame = outbox.millisToDeadline() === harness.subject.millisToDeadline();
    if (found === expected && isSame) return;
  } catch (error) {
    found = String(error);
  }
  const trace = path.map(({ operation }) => operation);
  audit.broke(configuration, { rule: "R33", trace, expected, found });
}

/** An operation, and if it brings a message the same with one that is marked. */
function lettersOf(operation: Operation): ReadonlyArray<Move> {
  const brings = operation.op === "offer" || operation.op === "send";
  const plain = { operation, isMarked: false };
  return brings ? [plain, { operation, isMarked: true }] : [plain];
}

function isMeaningful({ line }: Picture, operation: Operation): boolean {
  return operation.op !== "cancel" || operation.waiter < line.length;
}

function keyOf(picture: Picture, isUniform: boolean): string {
  const { row, held, line, marked, fates, closeMillis, recent, stats } = picture;
  let key = `${row} ${held.length} ${marked}${fates}`;
  for (let place = 0; place < held.length; place++) {
    if (held[place]?.isMarked) key += ` ${place}`;
  }
  if (!isUniform) key += ` ${held.map(({ bytes }) => bytes).join("")}`;
  for (const { message, blocked, millisLeft, owedMillis, rung } of line) {
    const who = message.isMarked ? "*" : "";
    key += `|${who}${message.bytes} ${blocked ? "b" : rung} ${millisLeft} ${owedMillis}`;
  }
  if (closeMillis !== Number.POSITIVE_INFINITY) key += ` close ${closeMillis}`;
  if (recent !== null) {
    // The rate since the older mark, and what will be it when the window has moved.
    const offered = stats.offered.messages;
    const lost = Math.round(stats.dropRate.lifetime * offered);
    const { older, newer, movedMillisAgo } = recent;
    key += ` ${offered - older.offered} ${lost - older.lost} ${offered - newer.offered}`;
    key += ` ${lost - newer.lost} ${movedMillisAgo}`;
  }
  return key;
}
