/**
 * What comes of ordered channels. Each name and pattern is read from the stream by a pull of its own, which asks for no
 * more than its slowest member has room for, and waits while that has none. So a node that is slow slows its own reading
 * and nobody else's. What two of them have in common is given once.
 */
import type { Consumer, JsMsg } from "@nats-io/jetstream";
import { type BusNode, type BusPast, Frame, isWild, matcher } from "@sluice/runtime/adapter";
import type { Drops } from "../Drops.js";
import type { Subjects } from "../Subjects.js";
import { Delivered } from "./Delivered.js";
import { read, type Stream } from "./Stream.js";
import { StreamPast } from "./StreamPast.js";

/** A subject that is read for a name or a pattern. */
interface Reading {
  readonly wish: Wish;
  readonly subject: string;
  /** From where on it is read; undefined before it has begun. */
  nextSeq: number | undefined;
}

interface Wish {
  readonly wanted: string;
  readonly matches: (channel: string) => boolean;
  isOver: boolean;
  /** What was published before it is not for it; what others are to have yet it gives all the same. */
  fromSeq: number;
  /** Resolves when it is known from where on it is read, or that it is not. */
  placed: Promise<void> | undefined;
  readonly readings: ReadonlyArray<Reading>;
}

/** A consumer of the stream, and how much of it has come. */
interface Source {
  readonly consumer: Consumer;
  taken: number;
}

/** A pull asks for so many at the most, and about so many bytes. */
const mostMessages = 256;
const mostBytes = 1024 * 1024;
/** How long it waits for them. */
const expiresMillis = 5_000;
const againMillis = 250;
const closingMillis = 1_000;

export class OrderedInflow {
  readonly received = { messages: 0, bytes: 0 };
  readonly #node: BusNode;
  readonly #subjects: Subjects;
  readonly #drops: Drops;
  readonly #wishes = new Map<string, Wish>();
  readonly #delivered = new Delivered();
  readonly #pasts = new Map<string, StreamPast>();
  /** Who waits for room, and pulls that are under way. */
  readonly #rooms = new Set<() => void>();
  readonly #pulls = new Set<{ readonly wish: Wish; readonly stop: () => void }>();
  readonly #forgetRoom: () => void;
  readonly #running = new Set<Promise<void>>();
  /** One at a time: each is to know where those before it have begun. */
  #placing: Promise<unknown> = Promise.resolve();
  #stream: Stream | undefined;
  #meanBytes = 1024;

  constructor(node: BusNode, subjects: Subjects, drops: Drops) {
    this.#node = node;
    this.#subjects = subjects;
    this.#drops = drops;
    this.#forgetRoom = node.onRoom(() => this.#wake());
  }

  get joined(): number {
    return this.#wishes.size;
  }

  join(wanted: string): void {
    const readings: Array<Reading> = [];
    const wish: Wish = {
      wanted,
      matches: matcher(wanted),
      isOver: false,
      fromSeq: Number.POSITIVE_INFINITY,
      placed: undefined,
      readings,
    };
    for (const subject of this.#subjects.all(wanted)) {
      readings.push({ wish, subject, nextSeq: undefined });
    }
    this.#wishes.set(wanted, wish);
    if (this.#stream !== undefined) void this.#begin(this.#stream, wish);
  }

  leave(wanted: string): void {
    const wish = this.#wishes.get(wanted);
    if (wish === undefined) return;
    wish.isOver = true;
    this.#wishes.delete(wanted);
    this.#stop((pull) => pull.wish === wish);
    this.#delivered.forget((channel) => wish.matches(channel) && !this.#isWanted(channel));
    for (const channel of this.#pasts.keys()) {
      if (!this.#isWanted(channel)) this.#pasts.delete(channel);
    }
    this.#wake();
  }

  /** Resolves when whoever has joined a channel here hears of what is published from now on. */
  async placed(channel: string): Promise<void> {
    for (const { matches, placed } of this.#wishes.values()) {
      if (placed !== undefined && matches(channel)) await placed;
    }
  }

  /** What there is of a channel that is joined by its name. */
  past(channel: string): BusPast | undefined {
    if (!this.#wishes.has(channel)) return undefined;
    const known = this.#pasts.get(channel);
    if (known !== undefined) return known;
    const past = new StreamPast(channel, this.#subjects.of(channel), this.#delivered);
    this.#pasts.set(channel, past);
    past.stream = this.#stream;
    return past;
  }

  up(stream: Stream): void {
    if (this.#delivered.epoch !== stream.epoch) {
      this.#delivered.begin(stream.epoch);
      for (const { readings } of this.#wishes.values()) {
        for (const reading of readings) reading.nextSeq = undefined;
      }
    }
    this.#stream = stream;
    for (const past of this.#pasts.values()) past.stream = stream;
    for (const wish of this.#wishes.values()) void this.#begin(stream, wish);
  }

  down(): void {
    this.#stream = undefined;
    for (const past of this.#pasts.values()) past.stream = undefined;
    this.#stop(() => true);
    this.#wake();
  }

  /** Resolves when nothing of it is left in the stream, or soon. */
  async close(): Promise<void> {
    this.down();
    this.#forgetRoom();
    for (const wish of this.#wishes.values()) wish.isOver = true;
    this.#wishes.clear();
    const patience = new Promise((resolve) => setTimeout(resolve, closingMillis).unref());
    await Promise.race([Promise.allSettled(this.#running), patience]);
  }

  // ── Reading ─────────────────────────────────────────────────────────────────────────────────────────

  async #begin(stream: Stream, wish: Wish): Promise<void> {
    wish.placed = this.#placing.then(() => this.#placeInTime(stream, wish));
    this.#placing = wish.placed;
    await wish.placed;
    wish.placed = undefined;
    for (const reading of wish.readings) {
      const running = this.#read(stream, reading);
      this.#running.add(running);
      void running.finally(() => this.#running.delete(running));
    }
  }

  async #placeInTime(stream: Stream, wish: Wish): Promise<void> {
    while (this.#isOn(stream, wish)) {
      try {
        return await this.#place(stream, wish);
      } catch (error) {
        this.#node.onError(error, `${wish.wanted} cannot be read now`);
        await passed(againMillis);
      }
    }
  }

  /** With what is published from now on, or where others are who may have some of the same, and are behind. */
  async #place(stream: Stream, wish: Wish): Promise<void> {
    const { wanted, readings } = wish;
    if (readings.some(({ nextSeq }) => nextSeq !== undefined)) return;
    wish.fromSeq = await stream.nextSeq();
    const seq = Math.min(wish.fromSeq, ...this.#behind(wish));
    if (!isWild(wanted) && this.#delivered.of(wanted) === undefined) {
      const next = await stream.from(wanted, seq);
      const before =
        next === undefined ? await stream.latest(wanted) : { position: next.position - 1 };
      if (this.#delivered.of(wanted) === undefined) this.#delivered.set(wanted, before.position);
    }
    for (const reading of readings) reading.nextSeq = seq;
  }

  /** Where those are that may have a channel of it: of two patterns that is not known. */
  *#behind({ wanted, matches }: Wish): Generator<number> {
    for (const other of this.#wishes.values()) {
      const isBoth = isWild(wanted) && isWild(other.wanted);
      if (other.wanted === wanted) continue;
      if (!isBoth && !matches(other.wanted) && !other.matches(wanted)) continue;
      for (const { nextSeq } of other.readings) if (nextSeq !== undefined) yield nextSeq;
    }
  }

  async #read(stream: Stream, reading: Reading): Promise<void> {
    const { wish, subject } = reading;
    let source: Source | undefined;
    while (this.#isOn(stream, wish)) {
      const { messages: room } = this.#node.room(wish.wanted);
      if (room === 0) {
        await this.#roomChanges();
        continue;
      }
      try {
        source ??= { consumer: await stream.consumer(subject, reading.nextSeq ?? 1), taken: 0 };
        if (!(await this.#pull(stream, reading, source, room))) {
          void forgotten(source);
          source = undefined;
        }
      } catch (error) {
        source = undefined;
        if (!this.#isOn(stream, wish)) break;
        this.#node.onError(error, `${wish.wanted} cannot be read now`);
        await passed(againMillis);
      }
    }
    await forgotten(source);
  }

  /** False if it is not known that everything has come: then it is read again from there. */
  async #pull(stream: Stream, reading: Reading, source: Source, room: number): Promise<boolean> {
    const { wish } = reading;
    const byBytes = Math.ceil(mostBytes / this.#meanBytes);
    const max_messages = Math.max(1, Math.min(room, mostMessages, byBytes));
    const messages = await source.consumer.fetch({ max_messages, expires: expiresMillis });
    const pull = { wish, stop: () => void messages.stop() };
    this.#pulls.add(pull);
    try {
      for await (const message of messages) {
        const { deliverySequence } = message.info;
        if (!this.#isOn(stream, wish) || deliverySequence !== source.taken + 1) return false;
        await this.#give(stream, reading, message);
        if (!this.#isOn(stream, wish)) return false;
        source.taken = deliverySequence;
        reading.nextSeq = message.seq + 1;
      }
      return !((await messages.closed()) instanceof Error);
    } finally {
      this.#pulls.delete(pull);
    }
  }

  async #give(stream: Stream, { wish }: Reading, message: JsMsg): Promise<void> {
    const channel = this.#subjects.channel(message.subject);
    if (channel === undefined || !wish.matches(channel)) return;
    const { seq, headers, data } = message;
    if (seq < wish.fromSeq && !this.#isFor(channel, seq)) return;
    const { position, stamp } = read({ seq, headers, data });
    this.#meanBytes = 0.9 * this.#meanBytes + 0.1 * data.byteLength;
    let frame: Frame;
    try {
      frame = Frame.copy(data, stamp?.isBinary ?? false);
    } catch {
      return this.#drops.add("malformed", data.byteLength);
    }
    while (this.#isOn(stream, wish)) {
      const before = this.#delivered.of(channel);
      if (before !== undefined && position <= before) return;
      // Before it is given: whoever catches up from inside of that is to read it.
      this.#delivered.set(channel, position);
      if (this.#node.offer(channel, frame, { epoch: stream.epoch, position })) {
        this.#note(before, position, data.byteLength);
        return;
      }
      this.#delivered.restore(channel, before);
      await this.#roomChanges();
    }
  }

  #note(before: number | undefined, position: number, bytes: number): void {
    this.received.messages++;
    this.received.bytes += bytes;
    if (before === undefined || position === before + 1) return;
    this.#drops.add("trimmed", 0, position - before - 1);
  }

  // ── Who is there ────────────────────────────────────────────────────────────────────────────────────

  #isOn(stream: Stream, wish: Wish): boolean {
    return !wish.isOver && this.#stream === stream;
  }

  /** Whether somebody wanted a channel when this was published. */
  #isFor(channel: string, seq: number): boolean {
    for (const { matches, fromSeq } of this.#wishes.values()) {
      if (fromSeq <= seq && matches(channel)) return true;
    }
    return false;
  }

  #isWanted(channel: string): boolean {
    for (const { matches } of this.#wishes.values()) if (matches(channel)) return true;
    return false;
  }

  #roomChanges(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#rooms.delete(wake);
        resolve();
      };
      this.#rooms.add(wake);
    });
  }

  #stop(which: (pull: { readonly wish: Wish }) => boolean): void {
    for (const pull of this.#pulls) if (which(pull)) pull.stop();
  }

  #wake(): void {
    for (const wake of [...this.#rooms]) wake();
  }
}

const passed = (millis: number) =>
  new Promise<void>((resolve) => void setTimeout(resolve, millis).unref());

async function forgotten(source: Source | undefined): Promise<void> {
  await source?.consumer.delete().catch(() => {});
}
