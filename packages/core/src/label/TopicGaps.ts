/**
 * What of each topic was lost between two of its messages, exactly: for whoever tells a client of it in its place.
 *
 * Messages of a topic have positions, counted from 1 by when they were taken or refused. What was lost is kept as runs, of
 * which two are neighbours only if a message that still waits is between them: so there are no more than wait, and one.
 */
import type { DropReason, RejectReason } from "../fate.js";

/** Why a message of a topic was lost. */
export type LossReason = DropReason | RejectReason;

/** Messages of a topic that its client will not get. */
export interface TopicGap {
  readonly topic: string;
  /** The positions of the first and the last of them. */
  readonly first: number;
  readonly last: number;
  /** How many; fewer than those positions are, where some between them were conflated. */
  readonly count: number;
  readonly reasons: Readonly<Partial<Record<LossReason, number>>>;
}

interface Run {
  first: number;
  last: number;
  count: number;
  readonly reasons: Partial<Record<LossReason, number>>;
}

interface Topic {
  /** The position of the next message. */
  next: number;
  /** In the order of their positions. */
  readonly runs: Array<Run>;
}

export class TopicGaps {
  /** Whether the older of a key is told of as lost. */
  readonly tellsConflated: boolean;
  readonly #topics = new Map<string, Topic>();
  /** Topics of which something is to be told, in the order in which that came about. */
  readonly #untold = new Set<string>();

  constructor(options: { readonly tellsConflated?: boolean } = {}) {
    this.tellsConflated = options.tellsConflated ?? false;
  }

  /** Whether nothing is to be told. */
  get isEmpty(): boolean {
    return this.#untold.size === 0;
  }

  /** How many topics there have been. */
  get size(): number {
    return this.#topics.size;
  }

  /** The position of a message that has come. */
  next(topic: string): number {
    return this.#topic(topic).next++;
  }

  /** A message will not reach the client. */
  lost(topic: string, position: number, reason: LossReason): void {
    const { runs } = this.#topic(topic);
    this.#untold.add(topic);
    // What is lost is mostly the oldest that waits, or the newest.
    let at = runs.length;
    while (at > 0 && (runs[at - 1] as Run).first > position) at--;
    const [before, behind] = [runs[at - 1], runs[at]];
    const lost: Run = { first: position, last: position, count: 1, reasons: { [reason]: 1 } };
    if (before?.last === position - 1) join(before, lost);
    else runs.splice(at++, 0, lost);
    if (behind?.first !== position + 1) return;
    join(runs[at - 1] as Run, behind);
    runs.splice(at, 1);
  }

  /** What was lost before a message that is to go out, and has not been told; undefined for nothing. */
  before(topic: string, position: number): TopicGap | undefined {
    if (!this.#untold.has(topic)) return undefined;
    return this.#joined(topic, position);
  }

  /** What is to be told when nothing more waits. */
  rest(): TopicGap | undefined {
    for (const topic of this.#untold) return this.#joined(topic, Number.POSITIVE_INFINITY);
    return undefined;
  }

  /** It has been told. */
  told({ topic, last, count, reasons }: TopicGap): void {
    const { runs } = this.#topic(topic);
    const left: Run = { first: last + 1, last, count: -count, reasons: {} };
    for (const [reason, messages] of each(reasons)) left.reasons[reason] = -messages;
    while ((runs[0]?.first ?? Number.POSITIVE_INFINITY) <= last) join(left, runs.shift() as Run);
    // More may have been lost behind it while it was told.
    if (left.count > 0) runs.unshift(left);
    if (runs.length === 0) this.#untold.delete(topic);
  }

  /** Of runs that begin before a position. */
  #joined(topic: string, position: number): TopicGap | undefined {
    const { runs } = this.#topic(topic);
    const [first] = runs;
    if (first === undefined || first.first >= position) return undefined;
    const all: Run = { ...first, reasons: { ...first.reasons } };
    for (let at = 1; at < runs.length && (runs[at] as Run).first < position; at++) {
      join(all, runs[at] as Run);
    }
    return { topic, ...all };
  }

  #topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { next: 1, runs: [] };
      this.#topics.set(name, topic);
    }
    return topic;
  }
}

function join(run: Run, { last, count, reasons }: Run): void {
  run.last = last;
  run.count += count;
  for (const [reason, messages] of each(reasons)) {
    const sum = (run.reasons[reason] ?? 0) + messages;
    if (sum === 0) delete run.reasons[reason];
    else run.reasons[reason] = sum;
  }
}

const each = (reasons: TopicGap["reasons"]) =>
  Object.entries(reasons) as ReadonlyArray<[LossReason, number]>;
