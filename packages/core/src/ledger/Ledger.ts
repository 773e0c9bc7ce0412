/**
 * The ledger of one outbox: what was offered, what the transport took, what was lost and why, the most that was
 * held at a time, and how much of what came of late was lost.
 *
 * Its counters are plain numbers, for they grow with every message. The tallies of losses are made when the first
 * message is lost, the window of the recent drop rate when health is first assessed.
 */
import type { Configuration } from "../configuration/Configuration.js";
import type { RejectReason } from "../fate.js";
import { type OfferResult, rejected } from "../OfferResult.js";
import type { Problem } from "../problems/Problem.js";
import { type Shapes, shapeOrNull } from "../problems/Rules.js";
import {
  dropRate,
  RecentDropRate,
  type RecentMark,
  type RecentRates,
  type RecentSnapshot,
  recentProblems,
  recentShape,
} from "./DropRate.js";
import { Losses, type LossesSnapshot, lossesShape, noLosses, restoreLosses } from "./Losses.js";
import type { Statistics } from "./Statistics.js";
import { boundProblems, total, type Volume, volumeShape } from "./Volume.js";

/** What has been counted up to a moment. */
export interface LedgerSnapshot extends LossesSnapshot {
  readonly offered: Volume;
  readonly delivered: Volume;
  readonly peak: Volume;
  /** Null while health has never been assessed. */
  readonly recent: RecentSnapshot | null;
}

export class Ledger {
  /** The most messages and bytes that were held. */
  peakMessages = 0;
  peakBytes = 0;
  /** What the transport has taken. */
  deliveredMessages = 0;
  deliveredBytes = 0;

  #offered = 0;
  #offeredBytes = 0;
  #losses = noLosses;
  #recent: RecentDropRate | undefined;
  #windowMillis: number;

  /** `windowMillis` is the length of the window of the recent drop rate. */
  constructor(windowMillis: number) {
    this.#windowMillis = windowMillis;
  }

  /** A message has come. @throws {RangeError} when its size is not a whole number of bytes; it does not count. */
  offer(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(`the size of a message (${bytes}) must be a whole number of bytes`);
    }
    this.#offered++;
    this.#offeredBytes += bytes;
  }

  /** One that has come is of another size, since it was merged with the one before it. */
  resize(bytes: number, mergedBytes: number): void {
    this.#offeredBytes += mergedBytes - bytes;
  }

  /** The transport has taken a message. */
  deliver(bytes: number): void {
    this.deliveredMessages++;
    this.deliveredBytes += bytes;
  }

  /** Messages went to the transport past the outbox. */
  pass(messages: number, bytes: number): void {
    this.#offered += messages;
    this.#offeredBytes += bytes;
    this.deliveredMessages += messages;
    this.deliveredBytes += bytes;
  }

  /** So much is held. */
  hold({ messages, bytes }: Volume): void {
    this.peakMessages = Math.max(this.peakMessages, messages);
    this.peakBytes = Math.max(this.peakBytes, bytes);
  }

  /** A message is refused: answers what its sender is told. */
  reject(reason: RejectReason, bytes: number): OfferResult {
    this.losses.rejected[reason].add(bytes);
    return rejected[reason];
  }

  /** From now on the recent window is so long; what was recent is not any more, if it was another. */
  look(windowMillis: number, nowMillis: number): void {
    if (windowMillis === this.#windowMillis) return;
    this.#windowMillis = windowMillis;
    this.#recent &&= new RecentDropRate(windowMillis, nowMillis, this.#counts);
  }

  /** The tallies of losses, to count one in. */
  get losses(): Losses {
    if (this.#losses === noLosses) this.#losses = new Losses();
    return this.#losses;
  }

  /** Messages that were taken and have left, delivered or dropped. */
  get departed(): number {
    let { deliveredMessages: departed } = this;
    for (const tally of this.#losses.drops) departed += tally.messages;
    return departed;
  }

  /** Whether nothing at all was offered in the recent window, as far as that is known. */
  get isQuiet(): boolean {
    return this.#recent?.isQuiet(this.#counts) ?? false;
  }

  /** The same counts, to keep: without the recent window, in which there is nothing. */
  atRest(): Ledger {
    const kept = new Ledger(this.#windowMillis);
    kept.#copy(this);
    return kept;
  }

  /** Goes on from the counts of one at rest. */
  goOn(past: Ledger, nowMillis: number): void {
    this.#copy(past);
    this.#recent = new RecentDropRate(this.#windowMillis, nowMillis, this.#counts);
  }

  #copy(other: Ledger): void {
    this.peakMessages = other.peakMessages;
    this.peakBytes = other.peakBytes;
    this.deliveredMessages = other.deliveredMessages;
    this.deliveredBytes = other.deliveredBytes;
    this.#offered = other.#offered;
    this.#offeredBytes = other.#offeredBytes;
    this.#losses = other.#losses;
  }

  /** Moves the recent window on to `nowMillis`; answers the share in it that was lost to slowness. */
  assess(nowMillis: number): number {
    this.#recent ??= new RecentDropRate(this.#windowMillis, nowMillis);
    if (this.#recent.isDue(nowMillis)) this.#recent.advance(nowMillis, this.#counts);
    return this.#recent.lost(this.#losses.bySlowness.messages, this.#offered);
  }

  /** Shares of what was recently offered; of everything, while it has never been assessed. */
  get recentRates(): RecentRates {
    return (this.#recent ?? new RecentDropRate(this.#windowMillis, 0)).rates(this.#counts);
  }

  get #counts(): RecentMark {
    return this.#countsWith(0);
  }

  /** With so many more offered. */
  #countsWith(ahead: number): RecentMark {
    const { bySlowness, rejected } = this.#losses;
    return {
      lost: bySlowness.messages,
      tooLarge: rejected["too-large"].messages,
      crowded: rejected.waiters.messages,
      offered: this.#offered + ahead,
    };
  }

  /** The share of all that was offered, with so many more, that was lost to slowness, and of what was of late. */
  dropRate(ahead: number): Statistics["dropRate"] {
    const counts = this.#countsWith(ahead);
    const lifetime = dropRate(counts.lost, counts.offered);
    // Without a window everything is recent.
    return { lifetime, recent: Math.min(1, this.#recent?.rate("lost", counts) ?? lifetime) };
  }

  /** A picture of its counters that no longer changes. */
  totals(): Omit<LedgerSnapshot, "recent"> {
    return {
      offered: { messages: this.#offered, bytes: this.#offeredBytes },
      delivered: { messages: this.deliveredMessages, bytes: this.deliveredBytes },
      ...this.#losses.snapshot(),
      peak: { messages: this.peakMessages, bytes: this.peakBytes },
    };
  }

  snapshot(nowMillis: number): LedgerSnapshot {
    return { ...this.totals(), recent: this.#recent?.snapshot(nowMillis) ?? null };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: LedgerSnapshot, nowMillis: number): void {
    const { offered, delivered, peak, recent } = snapshot;
    this.#offered = offered.messages;
    this.#offeredBytes = offered.bytes;
    this.deliveredMessages = delivered.messages;
    this.deliveredBytes = delivered.bytes;
    this.peakMessages = peak.messages;
    this.peakBytes = peak.bytes;
    this.#losses = restoreLosses(snapshot);
    if (recent === null) return;
    this.#recent = new RecentDropRate(this.#windowMillis, nowMillis);
    this.#recent.restore(recent, nowMillis);
  }
}

/** The form of a ledger from outside. */
export const ledgerShape: Shapes = {
  offered: volumeShape,
  delivered: volumeShape,
  ...lossesShape,
  peak: volumeShape,
  recent: shapeOrNull(recentShape),
};

/** What is held and its peak keep their bounds; conservation; a window that can have been. */
export function* ledgerProblems(
  { maxMessages, maxBytes }: Configuration,
  { offered, delivered, dropped, rejected, peak, recent }: LedgerSnapshot,
  { buffered, waiting }: { readonly buffered: Volume; readonly waiting: Volume },
): Generator<Problem> {
  yield* boundProblems(
    ["buffered", buffered],
    ["peak", peak],
    ["maxMessages", maxMessages],
    ["maxBytes", maxBytes],
  );
  const lost = { dropped: total(dropped), rejected: total(rejected) };
  const known = total({ delivered, ...lost, buffered, waiting });
  for (const unit of ["messages", "bytes"] as const) {
    if (offered[unit] === known[unit]) continue;
    const rule = `must be what is delivered, dropped, rejected, buffered and waiting (${known[unit]})`;
    yield { field: `offered.${unit}`, value: offered[unit], rule };
  }
  if (recent !== null) yield* recentProblems(recent, offered.messages);
}
