/**
 * Messages of which some have labels, in their order: each is linked to its neighbours, so that one can be taken out of the
 * middle, and the newest of each key is known. Where no message has a label there is a `Ring`, which costs less.
 */
import type { Label } from "../label/Label.js";
import { Lifetimes } from "./Lifetimes.js";

const never = Number.POSITIVE_INFINITY;

/** A message with its size in bytes, and its label if it has one. */
export class Link<T> {
  message: T;
  bytes: number;
  label: Label<T> | undefined;
  /** When it has expired, in elapsed milliseconds. */
  dueMillis: number;
  /** In its topic, from 1; 0 while that does not count. */
  position = 0;
  /** Of two of a key the newer has the larger. */
  arrival = 0;
  /** Counted from 0, of all that came to the lane. */
  number = 0;
  before: Link<T> | undefined = undefined;
  behind: Link<T> | undefined = undefined;

  constructor(message: T, bytes: number, label?: Label<T>, dueMillis = never) {
    this.message = message;
    this.bytes = bytes;
    this.label = label;
    this.dueMillis = dueMillis;
  }

  /** Stands for a newer message from now on. */
  take({ message, bytes, label, arrival, dueMillis }: Link<T>): void {
    this.message = message;
    this.bytes = bytes;
    this.label = label;
    this.arrival = arrival;
    this.dueMillis = dueMillis;
  }
}

export class Links<T> {
  first: Link<T> | undefined;
  /** The number of the next message to come. */
  next: number;
  #last: Link<T> | undefined;
  #length = 0;
  readonly #newest = new Map<string, Link<T>>();
  readonly #lifetimes = new Lifetimes<T>();
  /** Where it was looked at last: whoever reads on from there does not begin anew. */
  #cursor: Link<T> | undefined;
  #cursorIndex = 0;

  /** `next` is the number of the first message to come. */
  constructor(next: number) {
    this.next = next;
  }

  /** No message has expired before that. */
  get dueMillis(): number {
    return this.#lifetimes.dueMillis;
  }

  /** How many keys there are. */
  get keys(): number {
    return this.#newest.size;
  }

  /** The message of a key that waits. */
  newestOf(key: string): Link<T> | undefined {
    return this.#newest.get(key);
  }

  /** Adds a message at the tail. */
  add(link: Link<T>): void {
    link.number = this.next++;
    this.#length++;
    link.before = this.#last;
    link.behind = undefined;
    if (this.#last === undefined) this.first = link;
    else this.#last.behind = link;
    this.#last = link;
    const key = link.label?.key;
    if (key !== undefined) this.#newest.set(key, link);
    this.live(link);
  }

  /** A message has a lifetime from now on, if its label gives it one. */
  live(link: Link<T>): void {
    if (link.dueMillis < never) this.#lifetimes.add(link, this.#length, this);
  }

  /** Takes a message out, wherever it is. */
  remove(link: Link<T>): void {
    const { before, behind } = link;
    if (before === undefined) this.first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    const key = link.label?.key;
    if (key !== undefined && this.#newest.get(key) === link) this.#newest.delete(key);
    this.#cursor = undefined;
    this.#length--;
    // Nothing that has left expires.
    link.dueMillis = never;
  }

  /** The message `index` places behind the first. */
  at(index: number): Link<T> | undefined {
    if (this.#cursor === undefined || index < this.#cursorIndex) {
      this.#cursor = this.first;
      this.#cursorIndex = 0;
    }
    while (this.#cursor !== undefined && this.#cursorIndex < index) {
      this.#cursor = this.#cursor.behind;
      this.#cursorIndex++;
    }
    return this.#cursor;
  }

  *[Symbol.iterator](): Iterator<Link<T>> {
    for (let link = this.first; link !== undefined; link = link.behind) yield link;
  }

  /** Those that have expired by then, which are to be taken out. */
  expired(nowMillis: number): ReadonlyArray<Link<T>> {
    return this.#lifetimes.expired(nowMillis);
  }
}
