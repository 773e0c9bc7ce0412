/** The senders that wait, first come first. Its owner keeps it bounded, and decides who may go. */
import type { Configuration } from "../configuration/Configuration.js";
import { overflowRules } from "../configuration/OverflowStrategy.js";
import { Label } from "../label/Label.js";
import { type Held, labelShape, snapshotOf } from "../lane/Held.js";
import { boundProblems, type Volume, volumeShape } from "../ledger/Volume.js";
import type { OfferResult } from "../OfferResult.js";
import { atMost, type Problem } from "../problems/Problem.js";
import { aBoolean, aCount, anything, oneOf, type Shapes, someMillis } from "../problems/Rules.js";
import { Waiter } from "./Waiter.js";

/** A sender that waits. */
export interface WaitingSnapshot<T> extends Omit<Held<T>, "expiresInMillis"> {
  /** The rung of the ladder that it met: 0 normal, 1 throttled, 2 paused, 3 dropping. */
  readonly rung: number;
  /** Its delay is over and there was no room. */
  readonly blocked: boolean;
  /** Until its delay has passed, or, once blocked, until it gives up; 0 when that is overdue. */
  readonly millisLeft: number;
}

/** How much waits, and the most that did. */
export interface WaitingVolumes {
  readonly waiting: Volume;
  readonly peakWaiting: Volume;
}

/** A line at a moment: first come first. */
export interface LineSnapshot<T> {
  readonly waiting: ReadonlyArray<WaitingSnapshot<T>>;
  readonly peakWaiting: Volume;
}

export class WaitingLine<T> implements Iterable<Waiter<T>> {
  /** The sum of the sizes of their messages. */
  bytes = 0;

  // The most that there were of either.
  #peakMessages = 0;
  #peakBytes = 0;
  readonly #waiters = new Set<Waiter<T>>();

  /** Senders waiting. */
  get length(): number {
    return this.#waiters.size;
  }

  add(waiter: Waiter<T>): void {
    this.#waiters.add(waiter);
    this.bytes += waiter.bytes;
    this.#peakMessages = Math.max(this.#peakMessages, this.length);
    this.#peakBytes = Math.max(this.#peakBytes, this.bytes);
  }

  has(waiter: Waiter<T>): boolean {
    return this.#waiters.has(waiter);
  }

  /** Removes a sender that is in the line. */
  remove(waiter: Waiter<T>): void {
    this.#waiters.delete(waiter);
    this.bytes -= waiter.bytes;
  }

  /** When the first of them is due, in elapsed milliseconds; `Infinity` when nobody waits. */
  get dueMillis(): number {
    let due = Infinity;
    for (const waiter of this) due = Math.min(due, waiter.dueMillis);
    return due;
  }

  /** How many senders, counted from the first, go no later than one whose delay is over. */
  released(nowMillis: number, rung: number): number {
    let released = 0;
    let place = 0;
    for (const waiter of this) {
      place++;
      if (waiter.isReleased(nowMillis, rung)) released = place;
    }
    return released;
  }

  get volumes(): WaitingVolumes {
    return {
      waiting: { messages: this.length, bytes: this.bytes },
      peakWaiting: { messages: this.#peakMessages, bytes: this.#peakBytes },
    };
  }

  /** The senders in their order, with the time that each has left at `nowMillis`. */
  snapshot(nowMillis: number): LineSnapshot<T> {
    const waiting = Array.from(this, ({ message, bytes, label, rung, blocked, dueMillis }) => ({
      message,
      bytes,
      ...(label !== undefined && { label: snapshotOf(label) }),
      rung,
      blocked,
      millisLeft: Math.max(0, dueMillis - nowMillis),
    }));
    return { waiting, peakWaiting: this.volumes.peakWaiting };
  }

  /** Goes on from a snapshot; answers the senders in their order, each of which `settle` tells what became of it. */
  restore(
    { waiting, peakWaiting }: LineSnapshot<T>,
    nowMillis: number,
    settle: (message: T, result: OfferResult) => void,
  ): ReadonlyArray<Waiter<T>> {
    this.#peakMessages = peakWaiting.messages;
    this.#peakBytes = peakWaiting.bytes;
    return waiting.map(({ message, bytes, label: said, rung, blocked, millisLeft }) => {
      const tell = (result: OfferResult) => settle(message, result);
      const dueMillis = nowMillis + millisLeft;
      const label = said && new Label<T>(said);
      const waiter = new Waiter({ message, bytes, label, rung, dueMillis, settle: tell });
      this.add(waiter);
      if (blocked) waiter.block(dueMillis);
      return waiter;
    });
  }

  /** In the order in which they came; they may be removed meanwhile. */
  [Symbol.iterator](): Iterator<Waiter<T>> {
    return this.#waiters.values();
  }
}

/** The line of all outboxes in which nobody has waited: whoever comes first opens another. */
export const noLine: WaitingLine<never> = new WaitingLine();

/** The form of a line from outside. */
export const lineShape: Shapes = {
  waiting: [
    (waiting: unknown) => ({
      message: anything,
      bytes: aCount,
      ...labelShape(waiting),
      rung: oneOf([0, 1, 2, 3]),
      blocked: aBoolean,
      millisLeft: someMillis,
    }),
  ],
  peakWaiting: volumeShape,
};

/** The line keeps its bounds, and everybody in it can be there, with the time that is left to them. */
export function* lineProblems(
  configuration: Configuration,
  { waiting, peakWaiting }: LineSnapshot<unknown>,
  volume: Volume,
): Generator<Problem> {
  const { maxWaiters, maxWaitingBytes } = configuration;
  yield* boundProblems(
    ["waiting", volume],
    ["peakWaiting", peakWaiting],
    ["maxWaiters", maxWaiters],
    ["maxWaitingBytes", maxWaitingBytes],
  );
  for (const [index, sender] of waiting.entries()) {
    yield* senderProblems(configuration, sender, (field) => `waiting.${index}.${field}`);
  }
}

function* senderProblems(
  configuration: Configuration,
  { bytes, blocked, millisLeft }: WaitingSnapshot<unknown>,
  at: (field: string) => string,
): Generator<Problem> {
  const { minDelayMillis, maxDelayMillis, pauseDurationMillis, overflow } = configuration;
  const delay = Math.max(minDelayMillis, maxDelayMillis, pauseDurationMillis);
  yield* atMost(at("bytes"), bytes, "maxBytes", configuration.maxBytes);
  if (!blocked) yield* atMost(at("millisLeft"), millisLeft, "the longest delay", delay);
  else if (overflowRules[overflow].waits) {
    const { blockTimeoutMillis } = configuration;
    yield* atMost(at("millisLeft"), millisLeft, "blockTimeoutMillis", blockTimeoutMillis);
  } else {
    yield { field: at("blocked"), value: true, rule: `must be false with ${overflow}` };
  }
}
