/**
 * What comes from NATS on channels that may lose. However many subscriptions have a message, it is given once; what never
 * came of a channel that goes on is counted when the next of it comes.
 */
import type { Msg } from "@nats-io/transport-node";
import { type BusNode, Frame, matcher } from "@sluice/runtime/adapter";
import type { Drops } from "./Drops.js";
import { type Stamp, stampOf } from "./Stamp.js";

/** Senders, and channels of each, that are remembered. */
const mostOrigins = 1_000;
const mostChannels = 10_000;

interface Origin {
  /** Of its latest message. */
  number: number;
  readonly channels: Map<string, number>;
}

export class Inflow {
  readonly received = { messages: 0, bytes: 0 };
  readonly #origin: string;
  readonly #node: BusNode;
  readonly #drops: Drops;
  readonly #origins = new Map<string, Origin>();
  /** Names and patterns, the oldest first. */
  readonly #wanted = new Map<string, (channel: string) => boolean>();

  constructor(origin: string, node: BusNode, drops: Drops) {
    this.#origin = origin;
    this.#node = node;
    this.#drops = drops;
  }

  get joined(): number {
    return this.#wanted.size;
  }

  join(wanted: string): void {
    this.#wanted.set(wanted, matcher(wanted));
  }

  /** Of channels that nobody wants any more nothing is missed. */
  leave(wanted: string): void {
    const matches = this.#wanted.get(wanted);
    this.#wanted.delete(wanted);
    if (matches === undefined) return;
    for (const { channels } of this.#origins.values()) {
      for (const channel of channels.keys()) {
        if (matches(channel) && this.#firstWith(channel) === undefined) channels.delete(channel);
      }
    }
  }

  /** A subscription to a name or a pattern has had a message. */
  hear(wanted: string, channel: string, message: Msg): void {
    if (!this.#wanted.get(wanted)?.(channel)) return;
    const stamp = stampOf(message);
    if (
      stamp === undefined
        ? this.#firstWith(channel) !== wanted
        : !this.#isNew(stamp, channel, message)
    )
      return;
    const { data } = message;
    try {
      const frame = Frame.copy(data, stamp?.isBinary ?? false);
      this.received.messages++;
      this.received.bytes += data.byteLength;
      this.#node.deliver(channel, frame);
    } catch {
      this.#drops.add("malformed", data.byteLength);
    }
  }

  #isNew({ origin, number, ofChannel }: Stamp, channel: string, { data }: Msg): boolean {
    if (origin === this.#origin) return false;
    const known = this.#origins.get(origin) ?? this.#met(origin);
    const last = known.channels.get(channel);
    // Another subscription has had it, or it was sent once more.
    if (number <= known.number) {
      if (last !== undefined && ofChannel > last) this.#drops.add("late", data.byteLength);
      return false;
    }
    known.number = number;
    if (last !== undefined && ofChannel > last + 1) {
      this.#drops.add("missed", 0, ofChannel - last - 1);
    }
    if (last === undefined && known.channels.size >= mostChannels) known.channels.clear();
    known.channels.set(channel, ofChannel);
    return true;
  }

  #met(origin: string): Origin {
    const [oldest] = this.#origins.keys();
    if (this.#origins.size >= mostOrigins && oldest !== undefined) this.#origins.delete(oldest);
    const met = { number: 0, channels: new Map<string, number>() };
    this.#origins.set(origin, met);
    return met;
  }

  #firstWith(channel: string): string | undefined {
    for (const [wanted, matches] of this.#wanted) if (matches(channel)) return wanted;
    return undefined;
  }
}
