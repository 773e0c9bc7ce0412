/** A line of what waits to go out, in order, with its bytes. Its owner says how much there may be. */
export class Line<T extends { readonly bytes: number }> {
  bytes = 0;
  #items: Array<T> = [];
  #at = 0;

  get length(): number {
    return this.#items.length - this.#at;
  }

  get first(): T | undefined {
    return this.#items[this.#at];
  }

  push(item: T): void {
    this.#items.push(item);
    this.bytes += item.bytes;
  }

  shift(): T | undefined {
    const item = this.first;
    if (item === undefined) return undefined;
    this.bytes -= item.bytes;
    this.#at++;
    // Whole pages of what has gone are let go at a time.
    if (this.#at < 1024 && this.#at < this.#items.length) return item;
    this.#items = this.#items.slice(this.#at);
    this.#at = 0;
    return item;
  }

  /** Puts all of another line in front of this one. */
  prepend(other: Line<T>): void {
    this.#items = [...other, ...this];
    this.#at = 0;
    this.bytes += other.bytes;
    other.clear();
  }

  clear(): void {
    this.#items = [];
    this.#at = 0;
    this.bytes = 0;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#at; at < this.#items.length; at++) yield this.#items[at] as T;
  }
}
