/**
 * What goes out to NATS on channels that may lose: at most `maxMessages` and `maxBytes` of it are here, the oldest that has
 * not been sent goes first when there would be more.
 *
 * A window of it is on its way: NATS has answered a ping behind what is not. When the connection breaks, what is on its way
 * is sent once more by the next one, and whoever has had it knows by its stamp.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { bytesOf, type Frame } from "@sluice/runtime/adapter";
import type { Drops } from "./Drops.js";
import { Line } from "./Line.js";
import { stamped } from "./Stamp.js";
import type { Subjects } from "./Subjects.js";

interface Outgoing {
  readonly channel: string;
  readonly frame: Frame;
  readonly bytes: number;
  readonly number: number;
  readonly ofChannel: number;
}

export interface Bounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** What may be on its way, in bytes and messages. */
const windowBytes = 1024 * 1024;
const windowMessages = 4_096;
/** Channels whose messages are numbered. */
const mostChannels = 10_000;

export class Outflow {
  readonly published = { messages: 0, bytes: 0 };
  readonly #origin: string;
  readonly #subjects: Subjects;
  readonly #bounds: Bounds;
  readonly #drops: Drops;
  readonly #waiting = new Line<Outgoing>();
  readonly #onWay = new Line<Outgoing>();
  readonly #numbers = new Map<string, number>();
  #number = 0;
  #connection: NatsConnection | undefined;
  #isAsking = false;
  #isTurn = false;

  constructor(origin: string, subjects: Subjects, bounds: Bounds, drops: Drops) {
    this.#origin = origin;
    this.#subjects = subjects;
    this.#bounds = bounds;
    this.#drops = drops;
  }

  get buffered(): { readonly messages: number; readonly bytes: number } {
    const [waiting, onWay] = [this.#waiting, this.#onWay];
    return { messages: waiting.length + onWay.length, bytes: waiting.bytes + onWay.bytes };
  }

  publish(channel: string, frame: Frame): void {
    const bytes = frame.byteLength;
    const ofChannel = this.#numberOf(channel);
    const number = ++this.#number;
    this.published.messages++;
    this.published.bytes += bytes;
    if (bytes > this.#bounds.maxBytes) this.#count("too-large", bytes);
    else this.#hold({ channel, frame, bytes, number, ofChannel });
  }

  #hold(outgoing: Outgoing): void {
    const { maxMessages, maxBytes } = this.#bounds;
    const reason = this.#connection === undefined ? "disconnected" : "behind";
    this.#waiting.push(outgoing);
    for (let held = this.buffered; held.messages > maxMessages || held.bytes > maxBytes; ) {
      this.#lose(reason);
      held = this.buffered;
    }
    if (this.#isTurn || this.#connection === undefined) return;
    this.#isTurn = true;
    queueMicrotask(() => {
      this.#isTurn = false;
      this.#pump();
    });
  }

  /** There is a connection: what may not have arrived goes first. */
  up(connection: NatsConnection): void {
    this.#connection = connection;
    this.#isAsking = false;
    this.#waiting.prepend(this.#onWay);
    this.#pump();
  }

  down(): void {
    this.#connection = undefined;
  }

  /** Gives up what it holds. */
  close(): void {
    this.#waiting.prepend(this.#onWay);
    while (this.#waiting.length > 0) this.#lose("disconnected");
    this.down();
  }

  #pump(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const [waiting, onWay] = [this.#waiting, this.#onWay];
    while (waiting.length > 0 && onWay.bytes < windowBytes && onWay.length < windowMessages) {
      const next = waiting.shift() as Outgoing;
      if (this.#send(connection, next)) onWay.push(next);
    }
    if (onWay.length > 0 && !this.#isAsking) this.#ask(connection);
  }

  #send(
    connection: NatsConnection,
    { channel, frame, bytes, number, ofChannel }: Outgoing,
  ): boolean {
    const { isBinary } = frame;
    const stamp = stamped({ origin: this.#origin, number, ofChannel, isBinary });
    const most = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    try {
      // Room for the headers.
      if (bytes + 256 > most) throw new RangeError("too large");
      connection.publish(this.#subjects.of(channel), new Uint8Array(bytesOf(frame)), {
        headers: stamp,
      });
      return true;
    } catch {
      this.#count("too-large", bytes);
      return false;
    }
  }

  #ask(connection: NatsConnection): void {
    this.#isAsking = true;
    const last = this.#number - this.#waiting.length;
    connection.flush().then(
      () => {
        if (connection !== this.#connection) return;
        this.#isAsking = false;
        while ((this.#onWay.first?.number ?? Number.POSITIVE_INFINITY) <= last) this.#onWay.shift();
        this.#pump();
      },
      // The connection has broken, or is about to: the next one sends it once more.
      () => {},
    );
  }

  #lose(reason: "disconnected" | "behind"): void {
    const lost = this.#waiting.shift();
    if (lost !== undefined) this.#count(reason, lost.bytes);
  }

  #count(reason: "disconnected" | "behind" | "too-large", bytes: number): void {
    this.#drops.add(reason, bytes);
    this.published.messages--;
    this.published.bytes -= bytes;
  }

  #numberOf(channel: string): number {
    const number = (this.#numbers.get(channel) ?? 0) + 1;
    if (number === 1 && this.#numbers.size >= mostChannels) this.#numbers.clear();
    this.#numbers.set(channel, number);
    return number;
  }
}
