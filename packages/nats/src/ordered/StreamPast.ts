/**
 * What the stream has of one channel, up to what this node has given its members. Where a position is in the stream is
 * looked for by halves, for a stream numbers the messages of all channels. It is read in pages, which those share who come
 * back at once.
 */
import { type BusPast, Frame, type Place, type ReadLimits } from "@sluice/runtime/adapter";
import type { Delivered } from "./Delivered.js";
import { read, type Stored, type Stream } from "./Stream.js";

type Entry = Awaited<ReturnType<BusPast["read"]>>[number];

/** Of a page: messages and, about, bytes. */
const mostMessages = 256;
const mostBytes = 512 * 1024;
/** What is remembered of pages, in bytes, at the most; one page, however large. */
const rememberedBytes = 2 * 1024 * 1024;
/** How long a page is waited for. */
const expiresMillis = 2_000;

export class StreamPast implements BusPast {
  first = 1;
  readonly #channel: string;
  readonly #subject: string;
  readonly #delivered: Delivered;
  /** Consecutive positions each, the oldest page first. */
  #pages: Array<ReadonlyArray<Entry>> = [];
  readonly #pending = new Map<number, Promise<void>>();
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
      this.#pages = [];
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
    if (epoch !== this.epoch || position <= this.last || this.#unknown.delete(position)) {
      return undefined;
    }
    if (position <= this.#latest) return delivered.reaches(channel, position);
    return this.#ask(position);
  }

  /** Rejects while NATS does not answer. Nothing is there only if it has been trimmed: then `first` says so. */
  async read(after: number, limits: ReadLimits): Promise<ReadonlyArray<Entry>> {
    const known = this.#remembered(after, limits);
    if (known !== undefined || after >= this.last) return known ?? [];
    const pending = this.#pending.get(after) ?? this.#fetch(after);
    this.#pending.set(after, pending);
    try {
      await pending;
    } finally {
      this.#pending.delete(after);
    }
    return this.#remembered(after, limits) ?? [];
  }

  /** A place that no node can have given is none of this epoch. */
  async #ask(position: number): Promise<void> {
    const { position: latest } = await this.#there.latest(this.#channel);
    this.#latest = latest;
    if (position <= latest) return this.#delivered.reaches(this.#channel, position);
    this.#unknown.add(position);
  }

  #remembered(after: number, { maxMessages, maxBytes }: ReadLimits) {
    for (const page of this.#pages) {
      const at = after + 1 - (page[0]?.position ?? 0);
      if (at < 0 || at >= page.length) continue;
      const those: Array<Entry> = [];
      let bytes = 0;
      for (const entry of page.slice(at, at + Math.max(1, maxMessages))) {
        bytes += entry.frame.byteLength;
        if ((those.length > 0 && bytes > maxBytes) || entry.position > this.last) break;
        those.push(entry);
      }
      return those.length === 0 ? undefined : those;
    }
    return undefined;
  }

  async #fetch(after: number): Promise<void> {
    const stream = this.#there;
    const next = await this.#firstAfter(stream, after);
    if (next === undefined || next.position > after + 1) {
      this.first = Math.max(this.first, next?.position ?? this.last + 1);
      return;
    }
    const few = Math.floor(mostBytes / Math.max(1, next.data.byteLength));
    const max_messages = Math.max(1, Math.min(few, mostMessages, this.last - after));
    const page: Array<Entry> = [];
    const consumer = await stream.consumer(this.#subject, next.seq);
    try {
      const messages = await consumer.fetch({ max_messages, expires: expiresMillis });
      for await (const { seq, headers, data } of messages) {
        const { position, stamp } = read({ seq, headers, data });
        if (position !== after + 1 + page.length) break;
        page.push({ position, frame: Frame.copy(data, stamp?.isBinary ?? false) });
        if (page.length === max_messages) break;
      }
    } finally {
      void consumer.delete().catch(() => {});
    }
    if (page.length === 0) throw new Error(`the stream does not give ${this.#channel}`);
    this.#pages.push(page);
    const bytes = () => this.#pages.flat().reduce((sum, { frame }) => sum + frame.byteLength, 0);
    while (this.#pages.length > 1 && bytes() > rememberedBytes) this.#pages.shift();
  }

  /** The first message that comes after a position: positions grow with sequences. */
  async #firstAfter(stream: Stream, after: number): Promise<Stored | undefined> {
    const channel = this.#channel;
    const last = await stream.last(channel);
    if (last === undefined || last.position <= after) return undefined;
    // No position is above its sequence. `last` is one that comes after, `low` to `high` are those that may be before it.
    let first = last;
    let low = after + 1;
    let high = last.seq;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await stream.from(channel, middle);
      if (found !== undefined && found.position <= after) low = found.seq + 1;
      else {
        // From the middle on there is nothing of the channel before this one.
        high = middle;
        first = found ?? first;
      }
      if (first.position === after + 1) break;
    }
    return first;
  }

  get #there(): Stream {
    if (this.#stream === undefined) throw new Error("NATS cannot be reached");
    return this.#stream;
  }
}
