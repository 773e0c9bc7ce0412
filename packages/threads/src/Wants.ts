/** What a thread has members for: names and patterns of channels. */
import { isWild, matcher } from "@sluice/runtime/adapter";

/** Names and patterns that were joined, and those that were left. */
export interface WantsChange {
  readonly joined: ReadonlyArray<string>;
  readonly left: ReadonlyArray<string>;
}

export class Wants {
  readonly #names = new Set<string>();
  readonly #patterns = new Map<string, (channel: string) => boolean>();

  constructor(wanted: Iterable<string> = []) {
    for (const one of wanted) this.add(one);
  }

  get size(): number {
    return this.#names.size + this.#patterns.size;
  }

  get all(): ReadonlyArray<string> {
    return [...this.#names, ...this.#patterns.keys()];
  }

  add(wanted: string): void {
    if (isWild(wanted)) this.#patterns.set(wanted, matcher(wanted));
    else this.#names.add(wanted);
  }

  delete(wanted: string): void {
    this.#names.delete(wanted);
    this.#patterns.delete(wanted);
  }

  change({ joined, left }: WantsChange): void {
    for (const one of joined) this.add(one);
    for (const one of left) this.delete(one);
  }

  has(channel: string): boolean {
    if (this.#names.has(channel)) return true;
    for (const matches of this.#patterns.values()) if (matches(channel)) return true;
    return false;
  }
}
