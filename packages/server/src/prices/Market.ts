/** A market of made-up books: which one changes, and what it is then, follows from how many changes there were. */
import { Label, type Message } from "@sluice/uws";

/** The best offers of a symbol, as they go to clients. */
export interface Book {
  readonly symbol: string;
  /** How many changes of the whole market there had been. */
  readonly version: number;
  readonly bid: number;
  readonly ask: number;
  readonly madeMillis: number;
}

export class Market {
  /** Made once: all messages of a symbol share it. */
  readonly labels: ReadonlyArray<Label<Message>>;
  /** The latest of each symbol. */
  readonly books = new Map<string, Book>();
  readonly #symbols: ReadonlyArray<string>;
  #version = 0;

  constructor(symbols: number) {
    this.#symbols = Array.from({ length: symbols }, (_, at) => `S${`${at}`.padStart(3, "0")}`);
    this.labels = this.#symbols.map((key) => new Label<Message>({ key }));
  }

  get size(): number {
    return this.#symbols.length;
  }

  /** How many changes there have been. */
  get version(): number {
    return this.#version;
  }

  /** The next change: the book, and the label of its symbol. */
  next(): { readonly book: Book; readonly label: Label<Message> } {
    const version = ++this.#version;
    // A step that shares no factor with the number of symbols comes to all of them, in no plain order.
    const at = (version * 7_919) % this.#symbols.length;
    const symbol = this.#symbols[at] as string;
    const bid = 100 + at + Math.round(Math.sin(version) * 100) / 100;
    const book = { symbol, version, bid, ask: bid + 0.02, madeMillis: Date.now() };
    this.books.set(symbol, book);
    return { book, label: this.labels[at] as Label<Message> };
  }
}
