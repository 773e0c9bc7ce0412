/** The senders that wait, first come first. Its owner keeps it bounded, and decides who may go. */
import type { WaitingSnapshot } from "./OutboxSnapshot.js";
import type { Waiter } from "./Waiter.js";

export class WaitingLine<T> implements Iterable<Waiter<T>> {
  /** Senders waiting. */
  length = 0;
  /** The sum of the sizes of their messages. */
  bytes = 0;
  /** How many of them wait for room, and no longer for their delay. */
  blocked = 0;

  #waiters: Set<Waiter<T>> | undefined;

  add(waiter: Waiter<T>): void {
    this.#waiters ??= new Set();
    this.#waiters.add(waiter);
    this.length++;
    this.bytes += waiter.bytes;
  }

  has(waiter: Waiter<T>): boolean {
    return this.#waiters?.has(waiter) ?? false;
  }

  /** Removes a sender that is in the line. */
  remove(waiter: Waiter<T>): void {
    this.#waiters?.delete(waiter);
    this.length--;
    this.bytes -= waiter.bytes;
    if (waiter.blocked) this.blocked--;
  }

  /** From now on it waits for room, until `dueMillis`. */
  block(waiter: Waiter<T>, dueMillis: number): void {
    if (waiter.blocked) return;
    waiter.blocked = true;
    waiter.dueMillis = dueMillis;
    this.blocked++;
  }

  /** When the first of them is due, in elapsed milliseconds; `Infinity` when nobody waits. */
  get dueMillis(): number {
    let due = Number.POSITIVE_INFINITY;
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

  /** The senders in their order, with the time that each has left at `nowMillis`. */
  snapshot(nowMillis: number): Array<WaitingSnapshot<T>> {
    return Array.from(this, ({ message, bytes, rung, blocked, dueMillis }) => ({
      message,
      bytes,
      rung,
      blocked,
      millisLeft: Math.max(0, dueMillis - nowMillis),
    }));
  }

  /** In the order in which they came; they may be removed meanwhile. */
  [Symbol.iterator](): Iterator<Waiter<T>> {
    return (this.#waiters ?? nobody).values() as Iterator<Waiter<T>>;
  }
}

const nobody: ReadonlySet<never> = new Set();
