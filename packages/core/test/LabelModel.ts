/** An outbox with labels as its design describes it: a list, from which the older of a key and the expired are struck. */
import type { LabelOptions, OverflowStrategy } from "@sluice/core";

interface Letter {
  readonly text: string;
  readonly key: string | undefined;
  readonly dueMillis: number;
}

/** The limits of the list. */
export interface ListLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly overflow: OverflowStrategy;
}

export class LabelModel {
  readonly #limits: ListLimits;
  #list: ReadonlyArray<Letter> = [];
  #isOpen = true;

  constructor(limits: ListLimits) {
    this.#limits = limits;
  }

  get texts(): ReadonlyArray<string> {
    return this.#list.map(({ text }) => text);
  }

  get bytes(): number {
    return bytesOf(this.#list);
  }

  offer(text: string, label: LabelOptions<string>, nowMillis: number): void {
    if (!this.#isOpen) return;
    const { key, place, ttlMillis = Number.POSITIVE_INFINITY } = label;
    const letter = { text, key, dueMillis: nowMillis + ttlMillis };
    if (this.#taken(letter, place)) return;
    this.expire(nowMillis);
    if (this.#taken(letter, place)) return;
    const { overflow } = this.#limits;
    if (overflow === "drop-oldest") {
      const older = this.#olderOf(letter);
      this.#list = this.#list.filter((one) => one !== older);
      while (!this.#fits([...this.#list, letter])) this.#list = this.#list.slice(1);
      this.#list = [...this.#list, letter];
    } else if (overflow === "drop-all") this.#list = [letter];
    else if (overflow === "disconnect") {
      this.#list = [];
      this.#isOpen = false;
    }
  }

  take(nowMillis: number): string | undefined {
    this.expire(nowMillis);
    const [first, ...others] = this.#list;
    this.#list = others;
    return first?.text;
  }

  expire(nowMillis: number): void {
    this.#list = this.#list.filter(({ dueMillis }) => dueMillis > nowMillis);
  }

  /** Without another leaving for want of room. */
  #taken(letter: Letter, place: string | undefined): boolean {
    const older = this.#olderOf(letter);
    const isInPlace = older !== undefined && place !== "tail";
    const next = isInPlace
      ? this.#list.map((one) => (one === older ? letter : one))
      : [...this.#list.filter((one) => one !== older), letter];
    if (!this.#fits(next)) return false;
    this.#list = next;
    return true;
  }

  #olderOf({ key }: Letter): Letter | undefined {
    return this.#list.find((one) => key !== undefined && one.key === key);
  }

  #fits(letters: ReadonlyArray<Letter>): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return letters.length <= maxMessages && bytesOf(letters) <= maxBytes;
  }
}

const bytesOf = (letters: ReadonlyArray<Letter>) =>
  letters.reduce((sum, { text }) => sum + text.length, 0);
