/**
 * The space of one outbox. A state is what decides what can happen later: the row of the chart, what is held and
 * who waits, with sizes, marks and the time that each has left; and what became of the marked messages, so that one
 * that comes back is missed nowhere.
 */
import { Outbox } from "@sluice/core";
import { lawsFor } from "../laws/index.js";
import type { Message } from "../laws/Transition.js";
import { outbox } from "../systems/outbox.js";
import type { Audit } from "./Audit.js";
import { type MakeSubject, type Move, OutboxDriver, type SeenPicture } from "./Driver.js";
import type { Graph } from "./Graph.js";
import { type Alphabet, exploreSpace, played } from "./Space.js";

/** A space, by what may be done in it. */
export interface OutboxSpace extends Alphabet<SeenPicture> {
  /** Whether R33 is checked in every state: it survives JSON, and is restored as it was. */
  readonly isRestored?: boolean;
}

/** More states than this are a mistake. */
const limit = 2_000_000;

const laws = lawsFor(outbox.capabilities);

/** @throws {SpaceTooLarge} */
export function exploreOutbox(
  space: OutboxSpace,
  make: MakeSubject,
  audit: Audit,
): Graph<SeenPicture, Move> {
  const { configuration, alphabet, isRestored = false } = space;
  const sizes = new Set(alphabet.flatMap((one) => ("bytes" in one ? [one.bytes] : [])));
  const start = () => new OutboxDriver(make, configuration);
  const key = (picture: SeenPicture) => keyOf(picture, sizes.size <= 1);
  const onState = (path: ReadonlyArray<Move>) => {
    if (isRestored) checkRestored(space, played(start(), path), path, audit);
  };
  return exploreSpace(space, { start, laws, key, limit, onState }, audit);
}

/** R33: what a state is saved as is taken back, and is the same state. */
function checkRestored(
  { configuration }: OutboxSpace,
  { outbox: subject }: OutboxDriver,
  path: ReadonlyArray<Move>,
  audit: Audit,
): void {
  const expected = JSON.stringify(subject.snapshot());
  audit.count("R33");
  let found: string;
  try {
    const options = { configuration, sizeOf: () => 0, now: () => 0 };
    const restored = Outbox.restore<Message>(options, JSON.parse(expected), () => {}).outbox;
    found = JSON.stringify(restored.snapshot());
    if (found === expected && restored.millisToDeadline() === subject.millisToDeadline()) return;
  } catch (error) {
    found = String(error);
  }
  const trace = path.map(({ operation }) => operation);
  audit.broke(configuration, { rule: "R33", trace, expected, found });
}

function keyOf(picture: SeenPicture, isUniform: boolean): string {
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
