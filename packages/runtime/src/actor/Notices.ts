/** Tells the client of one connection, in its place, what of a topic it will not get. */
import type { Outbox, TopicGap, TopicGaps } from "@sluice/core";
import type { Joiner } from "../adapter/Coalescer.js";

/** How gaps are told. */
export interface GapWire<T> {
  /** Whether the older message of a key is told of as missing. */
  readonly tellsConflated: boolean;
  /** What goes to the client; undefined when it cannot be written. */
  message(gap: TopicGap): T | undefined;
}

/** A message about a gap. */
export interface Notice<T> {
  readonly gap: TopicGap;
  readonly message: T;
  readonly bytes: number;
}

export class Notices<T> {
  readonly #gaps: TopicGaps;
  readonly #wire: GapWire<T>;
  readonly #sizeOf: (message: T) => number;
  readonly #joiner: Joiner<T> | undefined;

  constructor(
    gaps: TopicGaps,
    wire: GapWire<T>,
    sizeOf: (message: T) => number,
    joiner: Joiner<T> | undefined,
  ) {
    this.#gaps = gaps;
    this.#wire = wire;
    this.#sizeOf = sizeOf;
    this.#joiner = joiner;
  }

  /** Whether nothing is to be told. */
  get isEmpty(): boolean {
    return this.#gaps.isEmpty;
  }

  /** What is to be told before the next message of an outbox; if that has none, for nothing waits at all, whatever is left. */
  next(outbox: Outbox<T>): Notice<T> | undefined {
    for (;;) {
      const gap = outbox.length > 0 ? outbox.gapBefore() : this.#gaps.rest();
      if (gap === undefined) return undefined;
      const message = this.#wire.message(gap);
      if (message !== undefined)
        return { gap, message: this.#alone(message), bytes: this.#sizeOf(message) };
      this.#gaps.told(gap);
    }
  }

  told({ gap }: Notice<T>): void {
    this.#gaps.told(gap);
  }

  /** As one frame of those that clients take apart, where all are. */
  #alone(message: T): T {
    return (this.#joiner?.joins(message) && this.#joiner.join([message])) || message;
  }
}
