/** Which of the messages that wait expires next: a binary heap by when that is. */
import type { Link } from "./Links.js";

interface Entry<T> {
  readonly link: Link<T>;
  readonly dueMillis: number;
}

/** Entries that are not true any more are let be until there are so many more of them than messages. */
const slack = 64;

export class Lifetimes<T> {
  #heap: Array<Entry<T>> = [];

  /** No message has expired before that. */
  get dueMillis(): number {
    return this.#heap[0]?.dueMillis ?? Number.POSITIVE_INFINITY;
  }

  /** A message expires when its `dueMillis` says, unless that has changed by then; `all` are those that wait. */
  add(link: Link<T>, length: number, all: Iterable<Link<T>>): void {
    if (this.#heap.length > 2 * length + slack) this.#rebuild(all);
    this.#push({ link, dueMillis: link.dueMillis });
  }

  /** Those that have expired by then. */
  expired(nowMillis: number): ReadonlyArray<Link<T>> {
    const found: Array<Link<T>> = [];
    while (this.dueMillis <= nowMillis) {
      const { link, dueMillis } = this.#pop();
      if (link.dueMillis !== dueMillis) continue;
      found.push(link);
      // It may be in there twice.
      link.dueMillis = Number.POSITIVE_INFINITY;
    }
    return found;
  }

  #rebuild(all: Iterable<Link<T>>): void {
    this.#heap = [];
    for (const link of all) {
      const { dueMillis } = link;
      if (dueMillis < Number.POSITIVE_INFINITY) this.#push({ link, dueMillis });
    }
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    for (let up = (at - 1) >> 1; at > 0; up = (at - 1) >> 1) {
      const above = heap[up] as Entry<T>;
      if (above.dueMillis <= entry.dueMillis) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = entry;
  }

  #pop(): Entry<T> {
    const heap = this.#heap;
    const first = heap[0] as Entry<T>;
    const last = heap.pop() as Entry<T>;
    if (heap.length === 0) return first;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      const right = heap[down + 1];
      if (right !== undefined && right.dueMillis < (heap[down] as Entry<T>).dueMillis) down++;
      const below = heap[down] as Entry<T>;
      if (last.dueMillis <= below.dueMillis) break;
      heap[at] = below;
      at = down;
    }
    heap[at] = last;
    return first;
  }
}
