/**
 * An outbox at a moment, as plain JSON: what it holds, who waits in it, where its chart is and what it has
 * counted. Each of its parts says what its own part of it must be; whatever comes from outside is checked before an
 * outbox trusts it.
 */
import { type Configuration, watermarksOf } from "./configuration/Configuration.js";
import { type ClosingSnapshot, closingProblems, closingShape } from "./flow/Deadlines.js";
import { type FlowSnapshot, flowProblems, flowShape } from "./flow/Flow.js";
import { type Held, heldProblems, heldShape } from "./lane/Held.js";
import { type LedgerSnapshot, ledgerProblems, ledgerShape } from "./ledger/Ledger.js";
import { volumeOf } from "./ledger/Volume.js";
import { type LineSnapshot, lineProblems, lineShape } from "./line/WaitingLine.js";
import type { Problem } from "./problems/Problem.js";
import { ProblemsError } from "./problems/ProblemsError.js";
import { problemsWith, type Shapes } from "./problems/Rules.js";

/**
 * An outbox at a moment: everything that decides what it will do, and everything counted, as plain JSON apart from
 * the messages. Its messages, oldest first, and its senders, first come first, are whole. Times are relative to the
 * moment, in milliseconds.
 *
 * Who is still to be told of something when it is taken inside a callback is told by that outbox, not by a restored
 * one.
 *
 * @example
 * ```ts
 * import { configuration, Outbox } from "@sluice/core";
 *
 * const options = {
 *   configuration: configuration({ maxMessages: 2 }),
 *   sizeOf: (text: string) => Buffer.byteLength(text),
 *   now: () => performance.now(),
 * };
 * const before = new Outbox(options);
 * before.offer("a");
 * const saved = JSON.parse(JSON.stringify(before.snapshot()));
 * const { outbox } = Outbox.restore(options, saved, () => {});
 * outbox.take(); // => "a"
 * outbox.stats().offered.messages; // => 1
 * ```
 */
export interface OutboxSnapshot<T> extends FlowSnapshot, LineSnapshot<T>, LedgerSnapshot {
  readonly buffered: ReadonlyArray<Held<T>>;
  /** Null unless an orderly close is under way. */
  readonly closing: ClosingSnapshot | null;
}

/** A snapshot that cannot be restored. */
export class SnapshotError extends ProblemsError<"SnapshotError"> {
  constructor({ problems }: { readonly problems: ReadonlyArray<Problem> }) {
    super("SnapshotError", problems, "snapshot");
  }
}

/** @throws {SnapshotError} with every problem of its form; or, if it is well formed, of its content. */
export function checkSnapshot(configuration: Configuration, snapshot: unknown): void {
  const ofForm = problemsWith(snapshot, shape);
  const problems =
    ofForm.length > 0
      ? ofForm
      : [...contentProblems(configuration, snapshot as OutboxSnapshot<unknown>)];
  if (problems.length > 0) throw new SnapshotError({ problems });
}

const shape: Shapes = {
  ...flowShape,
  closing: closingShape,
  buffered: heldShape,
  ...lineShape,
  ...ledgerShape,
};

function* contentProblems(
  configuration: Configuration,
  snapshot: OutboxSnapshot<unknown>,
): Generator<Problem> {
  const { state } = snapshot;
  const buffered = volumeOf(snapshot.buffered);
  const waiting = volumeOf(snapshot.waiting);
  yield* ledgerProblems(configuration, snapshot, { buffered, waiting });
  yield* lineProblems(configuration, snapshot, waiting);
  yield* flowProblems(watermarksOf(configuration), state, buffered, waiting.messages);
  yield* heldProblems(snapshot.buffered);
  yield* closingProblems(configuration, state, snapshot.closing);
}
