/**
 * What goes out on ordered channels: each message is stored in the order in which it was published here, one of a channel
 * at a time, and is tried again until it is known to be stored, or its time is over. What waits is bounded.
 */
import type { Volume } from "@sluice/core";
import type { Frame, Stored as Outcome } from "@sluice/runtime/adapter";
import type { Drops } from "../Drops.js";
import { Line } from "../Line.js";
import type { Bounds } from "../Outflow.js";
import { isOvertaken, type Latest, type Stream } from "./Stream.js";

interface Waiting {
  readonly frame: Frame;
  readonly bytes: number;
  readonly number: number;
  readonly untilMillis: number;
  /** Whether the stream may have it. */
  isTried: boolean;
  readonly settle: (outcome: Outcome) => void;
}

interface Queue {
  readonly line: Line<Waiting>;
  latest: Latest | undefined;
  isRunning: boolean;
}

/** How long a message is tried to be stored. */
const mostMillis = 30_000;
const againMillis = 100;
/** Channels whose latest message is remembered. */
const mostChannels = 10_000;

export class OrderedOutflow {
  readonly published = { messages: 0, bytes: 0 };
  readonly #origin: string;
  readonly #bounds: Bounds & { readonly mostBytes: number };
  readonly #drops: Drops;
  readonly #failed: (error: unknown, what: string) => void;
  /** Whoever is here already is to hear of it. */
  readonly #mayGo: (channel: string) => Promise<void> | undefined;
  readonly #queues = new Map<string, Queue>();
  readonly #held = { messages: 0, bytes: 0 };
  #number = 0;
  #stream: Stream | undefined;
  #isClosed = false;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(
    origin: string,
    bounds: Bounds & { readonly mostBytes: number },
    drops: Drops,
    failed: (error: unknown, what: string) => void,
    mayGo: (channel: string) => Promise<void> | undefined,
  ) {
    this.#origin = origin;
    this.#bounds = bounds;
    this.#drops = drops;
    this.#failed = failed;
    this.#mayGo = mayGo;
  }

  get buffered(): Volume {
    return { ...this.#held };
  }

  publish(channel: string, frame: Frame): Promise<Outcome> {
    const bytes = frame.byteLength;
    const { maxMessages, maxBytes, mostBytes } = this.#bounds;
    const { messages: held, bytes: heldBytes } = this.#held;
    if (this.#isClosed) return this.#refused("disconnected", bytes);
    if (bytes > mostBytes) return this.#refused("too-large", bytes);
    if (held >= maxMessages || heldBytes + bytes > maxBytes) return this.#refused("full", bytes);
    const number = ++this.#number;
    this.#held.messages++;
    this.#held.bytes += bytes;
    this.#sweeping ??= setInterval(() => this.#sweep(), 1_000).unref();
    const queue = this.#queueOf(channel);
    const untilMillis = performance.now() + mostMillis;
    const outcome = new Promise<Outcome>((settle) => {
      queue.line.push({ frame, bytes, number, untilMillis, isTried: false, settle });
    });
    void this.#run(channel, queue);
    return outcome;
  }

  up(stream: Stream): void {
    this.#stream = stream;
    for (const [channel, queue] of this.#queues) {
      queue.latest = undefined;
      void this.#run(channel, queue);
    }
  }

  down(): void {
    this.#stream = undefined;
  }

  /** What is not known to be stored is given up. */
  close(): void {
    this.#isClosed = true;
    this.down();
    clearInterval(this.#sweeping);
    for (const queue of this.#queues.values()) while (queue.line.length > 0) this.#giveUp(queue);
  }

  async #run(channel: string, queue: Queue): Promise<void> {
    if (queue.isRunning) return;
    queue.isRunning = true;
    try {
      for (let next = queue.line.first; next !== undefined; next = queue.line.first) {
        const stream = this.#stream;
        if (stream === undefined) return;
        await this.#store(stream, channel, queue, next);
      }
    } finally {
      queue.isRunning = false;
    }
    if (this.#queues.size > mostChannels) this.#queues.delete(channel);
  }

  async #store(stream: Stream, channel: string, queue: Queue, next: Waiting): Promise<void> {
    const { epoch } = stream;
    const [id, { isBinary }] = [`${this.#origin}.${next.number}`, next.frame];
    try {
      await this.#mayGo(channel);
      const latest = queue.latest ?? (await stream.latest(channel));
      const stamp = { origin: this.#origin, number: next.number, ofChannel: 0, isBinary };
      next.isTried = true;
      const { seq, isOld } = await stream.add(channel, next.frame, { stamp, id }, latest);
      if (isOld) return await this.#find(stream, channel, queue, next, seq);
      const position = latest.position + 1;
      queue.latest = { seq, position };
      this.#settle(queue, next, { _tag: "Stored", position: { epoch, position } });
    } catch (error) {
      queue.latest = undefined;
      if (isOvertaken(error)) {
        const last = await stream.last(channel).catch(() => undefined);
        const { stamp, position = 0 } = last ?? {};
        if (stamp?.origin === this.#origin && stamp.number === next.number) {
          this.#settle(queue, next, { _tag: "Stored", position: { epoch, position } });
        }
        return;
      }
      if (isTooLarge(error)) return this.#lose(queue, next, "too-large");
      if (this.#stream === stream) this.#failed(error, `${channel} cannot be stored now`);
      await new Promise((resolve) => setTimeout(resolve, againMillis));
    }
  }

  /** It was stored when it was tried before. Where, is not known if the stream has let go of it since. */
  async #find(
    stream: Stream,
    channel: string,
    queue: Queue,
    item: Waiting,
    seq: number,
  ): Promise<void> {
    queue.latest = undefined;
    const stored = await stream.from(channel, seq);
    if (stored?.seq !== seq) return this.#lose(queue, item, "unknown");
    const { epoch } = stream;
    this.#settle(queue, item, { _tag: "Stored", position: { epoch, position: stored.position } });
  }

  #settle(queue: Queue, item: Waiting, outcome: Outcome): void {
    // It may have been given up meanwhile.
    if (queue.line.first !== item) return;
    queue.line.shift();
    this.#held.messages--;
    this.#held.bytes -= item.bytes;
    if (outcome._tag === "Stored") {
      this.published.messages++;
      this.published.bytes += item.bytes;
    }
    item.settle(outcome);
  }

  #lose(queue: Queue, item: Waiting, reason: "unknown" | "disconnected" | "too-large"): void {
    if (queue.line.first !== item) return;
    this.#drops.add(reason, item.bytes);
    this.#settle(queue, item, { _tag: "Unstored", reason });
  }

  #giveUp(queue: Queue): void {
    const { first } = queue.line;
    if (first !== undefined) this.#lose(queue, first, first.isTried ? "unknown" : "disconnected");
  }

  #refused(reason: "full" | "disconnected" | "too-large", bytes: number): Promise<Outcome> {
    this.#drops.add(reason, bytes);
    return Promise.resolve({ _tag: "Unstored", reason });
  }

  #sweep(): void {
    const nowMillis = performance.now();
    for (const queue of this.#queues.values()) {
      while ((queue.line.first?.untilMillis ?? nowMillis) < nowMillis) this.#giveUp(queue);
    }
    if (this.#held.messages > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #queueOf(channel: string): Queue {
    const known = this.#queues.get(channel);
    if (known !== undefined) return known;
    const queue: Queue = { line: new Line(), latest: undefined, isRunning: false };
    this.#queues.set(channel, queue);
    return queue;
  }
}

function isTooLarge(error: unknown): boolean {
  return (
    error instanceof Error &&
    /max_payload|maximum payload|too large|exceeds max/i.test(error.message)
  );
}
