/**
 * What the stream has of one channel, up to what this node has given its members. Where a position is in the stream is
 * looked for by halves, for a stream numbers the messages of all channels.
 */
import { type BusPast, Frame, type Place, type ReadLimits } from "@sluice/runtime/adapter";
import type { Delivered } from "./Delivered.js";
import { read, type Stream } from "./Stream.js";

type Entry = Awaited<ReturnType<BusPast["read"]>>[number];

/** Read at a time; how many pages are remembered, and how many places. */
const mostMessages = 256;
const mostPages = 8;
const mostPlaces = 256;

export class StreamPast implements BusPast {
  first = 1;
  readonly #channel: string;
  readonly #subject: string;
  readonly #delivered: Delivered;
  /** Those who come back at once read the same. */
  readonly #pages = new Map<string, Promise<ReadonlyArray<Entry>>>();
  /** Sequences of positions. */
  readonly #places = new Map<number, number>();
  /** The latest in the stream when it was last asked, and positions that it had not given by then. */
  #latest = 0;
  readonly #unknown = new Set<number>();
  #stream: Stream | undefined;

  constructor(channel: string, subject: string, delivered: Delivered) {
    this.#channel = channel;
    this.#subject = subject;
    this.#delivered = delivered;
  }

  set stream(stream: Stream | undefined) {
    if (stream !== undefined && this.#stream?.epoch !== stream.epoch) {
      this.first = 1;
      this.#latest = 0;
      this.#pages.clear();
      this.#places.clear();
    }
    this.#stream = stream;
  }

  get epoch(): string {
    return this.#delivered.epoch ?? "";
  }

  get last(): number {
    return this.#delivered.of(this.#channel) ?? 0;
  }

  /**
   * Undefined when the node is where it can be judged. Until then it waits: to begin; or, if the place was given by a node
   * that is further, to come there. Whether there is such a place the stream knows.
   */
  reach(place: Place | undefined): Promise<void> | undefined {
    const [channel, delivered] = [this.#channel, this.#delivered];
    if (delivered.of(channel) === undefined) return delivered.reaches(channel, 0);
    if (place === undefined) return undefined;
    const { epoch, position } = place;
    if (epoch !== this.epoch || position <= this.last || this.#unknown.delete(position))
      return undefined;
    if (position <= this.#latest) return delivered.reaches(channel, position);
    return this.#ask(position);
  }

  async read(after: number, { maxMessages }: ReadLimits): Promise<ReadonlyArray<Entry>> {
    const count = Math.min(maxMessages, mostMessages, this.last - after);
    if (count <= 0) return [];
    const key = `${after} ${count}`;
    const page = this.#pages.get(key) ?? this.#fetched(after, count);
    this.#pages.set(key, page);
    page.catch(() => this.#pages.delete(key));
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= mostPages) break;
      this.#pages.delete(oldest);
    }
    const entries = await page;
    const first = entries[0]?.position ?? this.last + 1;
    if (first > after + 1) this.first = Math.max(this.first, first);
    return entries;
  }

  /** A place that no node can have given is none of this epoch. */
  async #ask(position: number): Promise<void> {
    const { position: latest } = await this.#there.latest(this.#channel);
    this.#latest = latest;
    if (position <= latest) return this.#delivered.reaches(this.#channel, position);
    this.#unknown.add(position);
  }

  async #fetched(after: number, count: number): Promise<ReadonlyArray<Entry>> {
    const stream = this.#there;
    const seq = await this.#seqAfter(stream, after);
    if (seq === undefined) return [];
    const consumer = await stream.consumer(this.#subject, seq);
    const entries: Array<Entry> = [];
    try {
      const messages = await consumer.fetch({ max_messages: count, expires: 1_000 });
      for await (const { seq: at, headers, data } of messages) {
        const { position, stamp } = read({ seq: at, headers, data });
        this.#remember(position, at);
        if (position > after)
          entries.push({ position, frame: Frame.copy(data, stamp?.isBinary ?? false) });
      }
    } finally {
      void consumer.delete().catch(() => {});
    }
    return entries;
  }

  /** Where the first message is that comes after a position: positions grow with sequences. */
  async #seqAfter(stream: Stream, after: number): Promise<number | undefined> {
    const known = this.#places.get(after);
    if (known !== undefined) return known + 1;
    const last = await stream.last(this.#channel);
    if (last === undefined || last.position <= after) return undefined;
    // No position is above its sequence.
    let low = after + 1;
    let high = last.seq;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await stream.from(this.#channel, middle);
      if (found === undefined || found.position > after) {
        // What is found may be far behind the middle: nothing of the channel is between.
        high = middle;
      } else low = found.seq + 1;
    }
    return low;
  }

  #remember(position: number, seq: number): void {
    this.#places.set(position, seq);
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= mostPlaces) break;
      this.#places.delete(oldest);
    }
  }

  get #there(): Stream {
    if (this.#stream === undefined) throw new Error("NATS cannot be reached");
    return this.#stream;
  }
}
