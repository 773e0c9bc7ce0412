/** The next messages of an outbox in one frame. */
import type { Outbox } from "@sluice/core";
import type { Joiner } from "../adapter/Coalescer.js";

/** How many of the next messages go in one frame, of so many and so many bytes at the most. */
export function joinable<T>(
  joiner: Joiner<T>,
  outbox: Outbox<T>,
  messages: number,
  bytes: number,
): number {
  const least = Math.min(messages, outbox.length);
  // What is encoded now may call its owner.
  outbox.writing(least);
  const count = joinableOf(joiner, outbox, least, bytes);
  outbox.writing(0);
  return Math.min(count, Math.max(1, outbox.length));
}

function joinableOf<T>(joiner: Joiner<T>, outbox: Outbox<T>, least: number, bytes: number): number {
  let left = Math.min(bytes, joiner.maxBytes) - outbox.peekBytes();
  if (!joiner.joins(outbox.peek() as T)) return 1;
  for (let count = 1; count < least; count++) {
    left -= outbox.peekBytes(count);
    if (left < 0 || !joiner.joins(outbox.peek(count) as T)) return count;
    // What is told in between is a message of its own.
    if (outbox.gapBefore(count) !== undefined) return count;
  }
  return least;
}

/** The next messages as one; undefined when they cannot be. */
export function joinedOf<T>(joiner: Joiner<T>, outbox: Outbox<T>, count: number): T | undefined {
  const next = Array.from({ length: count }, (_, index) => outbox.peek(index) as T);
  return joiner.joins(next[0] as T) ? joiner.join(next) : undefined;
}
