/**
 * A queue of messages and their sizes in a ring buffer that grows as it is used: push and shift without
 * allocation. It has no limit of its own; its owner keeps it bounded.
 */
export class Ring<T> {
  // Nothing of its own while it has held nothing: most connections are idle.
  #messages: Array<T | undefined> = none;
  #sizes: Array<number> = none;
  #head = 0;
  #mask = -1;

  /** Messages held. */
  length = 0;
  /** The sum of their sizes. */
  bytes = 0;
  /** The number, counted from 0, of the message at the head, or of the next to come: what has a lower one has left. */
  departed = 0;

  /** The number of the next message to come. */
  get taken(): number {
    return this.departed + this.length;
  }

  /** Adds a message at the tail. */
  push(message: T, bytes: number): void {
    if (this.length > this.#mask) {
      if (this.link(message, bytes)) return;
      this.#grow();
    }
    const at = (this.#head + this.length) & this.#mask;
    this.#messages[at] = message;
    this.#sizes[at] = bytes;
    this.length++;
    this.bytes += bytes;
  }

  /** The message at the head; undefined when there is none. */
  peek(): T | undefined {
    // Whatever has left has been let go of.
    return this.#messages[this.#head];
  }

  /** The size of the message at the head; 0 when there is none. */
  peekBytes(): number {
    return this.length === 0 ? 0 : (this.#sizes[this.#head] as number);
  }

  /** The message `index` places behind the head. */
  at(index: number): T | undefined {
    return index < this.length ? this.#messages[(this.#head + index) & this.#mask] : undefined;
  }

  /** The size of the message `index` places behind the head. */
  bytesAt(index: number): number {
    return index < this.length ? (this.#sizes[(this.#head + index) & this.#mask] as number) : 0;
  }

  /** Removes the head, of which there must be one, and returns its size. */
  shift(): number {
    if (this.#mask < 0) return this.unlink();
    const head = this.#head;
    const bytes = this.#sizes[head] as number;
    this.#messages[head] = undefined;
    this.#head = (head + 1) & this.#mask;
    this.length--;
    this.departed++;
    this.bytes -= bytes;
    return bytes;
  }

  /** The head leaves for a message that comes, in one step: there must be a head. Returns the size of the head. */
  rotate(message: T, bytes: number): number {
    const head = this.#head;
    const mask = this.#mask;
    const left = this.#sizes[head] as number;
    this.#messages[head] = undefined;
    const at = (head + this.length) & mask;
    this.#messages[at] = message;
    this.#sizes[at] = bytes;
    this.#head = (head + 1) & mask;
    this.departed++;
    this.bytes += bytes - left;
    return left;
  }

  /** Removes everything, and lets go of the memory. */
  clear(): void {
    this.#messages = none;
    this.#sizes = none;
    this.#head = 0;
    this.#mask = -1;
    this.length = 0;
    this.bytes = 0;
  }

  // ── Kept elsewhere ──────────────────────────────────────────────────────────────────────────────────

  /** Where something else keeps what it holds, that adds a message: true if so. */
  protected link(_message: T, _bytes: number): boolean {
    return false;
  }

  /** The same for the message at the head, which leaves. */
  protected unlink(): number {
    return 0;
  }

  /** Something else keeps what it holds: here is but what is at its head, to be looked at. */
  protected lead(message: T | undefined, bytes: number): void {
    if (this.#mask >= 0 || this.#messages === none) {
      this.#messages = [];
      this.#sizes = [];
      this.#head = 0;
      this.#mask = -1;
    }
    this.#messages[0] = message;
    this.#sizes[0] = bytes;
  }

  /** It keeps what it holds itself again: nothing. */
  protected regain(): void {
    this.#messages = none;
    this.#sizes = none;
  }

  #grow(): void {
    const capacity = Math.max(8, (this.#mask + 1) * 2);
    const messages = new Array<T | undefined>(capacity).fill(undefined);
    const sizes = new Array<number>(capacity).fill(0);
    for (let index = 0; index < this.length; index++) {
      messages[index] = this.at(index);
      sizes[index] = this.bytesAt(index);
    }
    this.#messages = messages;
    this.#sizes = sizes;
    this.#head = 0;
    this.#mask = capacity - 1;
  }
}

const none: Array<never> = [];
