/** Messages in their order: in a ring while none of them has a label, linked from the first that has one until it is empty. */

import { type Held, heldOf, linkOf } from "./Held.js";
import { Link, Links } from "./Links.js";
import { Ring } from "./Ring.js";

export class Shelf<T> extends Ring<T> {
  /** There are none while it is a ring. */
  protected links: Links<T> | undefined;
  /** Its next messages are being written: whoever is called meanwhile may offer more. */
  isWriting = false;
  /** The number of the last message that is being written. */
  #writing = -1;

  /** No message has expired before that, in elapsed milliseconds. */
  get dueMillis(): number {
    return this.links?.dueMillis ?? Number.POSITIVE_INFINITY;
  }

  /** How many keys have a message that waits. */
  get keys(): number {
    return this.links?.keys ?? 0;
  }

  override get taken(): number {
    return this.links?.next ?? super.taken;
  }

  /** Whether what it holds is linked. */
  get isLinked(): boolean {
    return this.links !== undefined;
  }

  /** Adds a message that has a label. */
  add(link: Link<T>): void {
    this.links ??= this.#linked();
    this.#add(this.links, link);
  }

  override at(index: number): T | undefined {
    return this.links === undefined ? super.at(index) : this.links.at(index)?.message;
  }

  override bytesAt(index: number): number {
    return this.links === undefined ? super.bytesAt(index) : (this.links.at(index)?.bytes ?? 0);
  }

  protected override link(message: T, bytes: number): boolean {
    if (this.links === undefined) return false;
    this.#add(this.links, new Link(message, bytes));
    return true;
  }

  protected override unlink(): number {
    const first = this.links?.first;
    return first === undefined ? 0 : this.#remove(first);
  }

  /** A message leaves from wherever it is; answers its size. */
  remove(link: Link<T>): number {
    return this.#remove(link);
  }

  /** A newer message stands where an older one stood; answers the size of that. */
  replace(older: Link<T>, newer: Link<T>): number {
    const left = older.bytes;
    this.bytes += newer.bytes - left;
    older.take(newer);
    this.links?.live(older);
    if (this.links?.first === older) this.lead(newer.message, newer.bytes);
    return left;
  }

  /** The message of a key that waits, unless it is being written. */
  newestOf(key: string | undefined): Link<T> | undefined {
    if (key === undefined) return undefined;
    const newest = this.links?.newestOf(key);
    return newest !== undefined && newest.number > this.#writing ? newest : undefined;
  }

  /** The next messages are being written, so many of them; 0 when that is over. */
  writing(count: number): void {
    this.isWriting = count > 0;
    this.#writing = this.links?.at(count - 1)?.number ?? -1;
  }

  /** What it holds, oldest first. */
  snapshot(nowMillis: number): ReadonlyArray<Held<T>> {
    const { links } = this;
    if (links !== undefined) return Array.from(links, (link) => heldOf(link, nowMillis));
    return Array.from({ length: this.length }, (_, index) => ({
      message: super.at(index) as T,
      bytes: super.bytesAt(index),
    }));
  }

  /** Goes on from a snapshot. */
  restore(held: ReadonlyArray<Held<T>>, nowMillis: number): void {
    for (const one of held) {
      if (one.label === undefined) this.push(one.message, one.bytes);
      else this.add(linkOf(one, nowMillis));
    }
  }

  override clear(): void {
    super.clear();
    this.links = undefined;
  }

  #add(links: Links<T>, link: Link<T>): void {
    links.add(link);
    this.length++;
    this.bytes += link.bytes;
    if (links.first === link) this.lead(link.message, link.bytes);
  }

  #remove(link: Link<T>): number {
    const links = this.links as Links<T>;
    links.remove(link);
    this.length--;
    this.bytes -= link.bytes;
    const { first } = links;
    this.departed = first?.number ?? links.next;
    if (first !== undefined) this.lead(first.message, first.bytes);
    else {
      this.links = undefined;
      this.regain();
    }
    return link.bytes;
  }

  /** What is in the ring, linked. */
  #linked(): Links<T> {
    const links = new Links<T>(this.departed);
    const { length, bytes } = this;
    for (let index = 0; index < length; index++) {
      links.add(new Link(super.at(index) as T, super.bytesAt(index)));
    }
    super.clear();
    this.length = length;
    this.bytes = bytes;
    if (links.first !== undefined) this.lead(links.first.message, links.first.bytes);
    return links;
  }
}
