/**
 * What a server keeps of its channels: a log for each that has a history and was published on. There are at most as many
 * as there may be channels: for one more, that one goes on which nothing has been published for longest.
 *
 * What is kept counts in the server's budget, and is at most half of it: the longest log gives up its oldest messages. So
 * neither do connections lose what they hold for the past, nor the past for them.
 */
import { randomBytes } from "node:crypto";
import type { Elapsed } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { MemoryBudget } from "../budget/MemoryBudget.js";
import { placeBytes } from "../budget/Weight.js";
import { DeepPast, type Depths } from "./DeepPast.js";
import type { Bounds, HistoryLimits } from "./HistoryOptions.js";
import { Log } from "./Log.js";
import type { Past, Place } from "./Past.js";
import type { Wire } from "./Wire.js";

export interface HistoryParts {
  readonly limits: HistoryLimits;
  readonly maxChannels: number;
  readonly wire: Wire;
  readonly budget: MemoryBudget | undefined;
  readonly now: Elapsed;
}

/** How often what has become too old is let go of, in milliseconds, if nothing is published. */
const sweepMillis = 1_000;

export class History {
  readonly wire: Wire;
  /** What a bus has of channels that it orders. */
  depths: Depths | undefined;
  readonly #limits: HistoryLimits;
  readonly #most: number;
  readonly #budget: MemoryBudget | undefined;
  readonly #mostBytes: number;
  readonly #now: Elapsed;
  /** The one that was published on last is the last. */
  readonly #logs = new Map<string, Log>();
  /** Of channels that were asked for: there are more names than patterns. */
  readonly #bounds = new Map<string, Bounds | undefined>();
  readonly #nonce = randomBytes(6).toString("base64url");
  /** Logs that have gone. */
  #gone = 0;
  /** What all logs are together, in bytes. */
  #bytes = 0;
  #sweeping: NodeJS.Timeout | undefined;

  constructor({ limits, maxChannels, wire, budget, now }: HistoryParts) {
    this.wire = wire;
    this.#limits = limits;
    this.#most = maxChannels;
    this.#budget = budget;
    this.#mostBytes = budget === undefined ? Number.POSITIVE_INFINITY : budget.maxBytes / 2;
    this.#now = now;
  }

  /** Whether a channel has a history. */
  has(channel: string): boolean {
    return this.#boundsOf(channel) !== undefined;
  }

  /** What there is of a channel that has a history, as of now. */
  past(channel: string): Past {
    const log = this.#logs.get(channel);
    const deep = this.depths?.past(channel);
    if (deep !== undefined) return new DeepPast(channel, deep, log, this.wire);
    // One that nothing was published on is at the place where its log will begin.
    if (log === undefined) return { epoch: this.#epoch, first: 1, last: 0, read: () => [] };
    this.#change(log, () => log.trim(this.#now.millis()));
    return log;
  }

  /**
   * The next message of a channel that has a history, as it goes over the wire: it is kept from now on.
   *
   * @throws {TypeError} for what is no message, or cannot be written; nothing has changed then.
   */
  append(channel: string, message: Message): Frame {
    const { epoch, last } = this.#logs.get(channel) ?? { epoch: this.#epoch, last: 0 };
    const at = { epoch, position: last + 1 };
    return this.#keep(channel, this.wire.message({ channel, ...at }, message), at);
  }

  /** @throws {TypeError} for what could not be written when it comes back by the bus. */
  check(channel: string, message: Message): void {
    this.wire.message({ channel, epoch: this.#nonce, position: 1 }, message);
  }

  /** The same at the position that a bus has given it. What is kept begins anew there if something is missing before it. */
  appendAt(channel: string, message: Message, at: Place): Frame {
    const log = this.#logs.get(channel);
    if (log?.epoch !== at.epoch || log.last + 1 !== at.position) this.forget(channel);
    return this.#keep(channel, this.wire.foreign({ channel, ...at }, message), at);
  }

  #keep(channel: string, frame: Frame, at: Place): Frame {
    const log = this.#logs.get(channel) ?? this.#made(channel, at);
    this.#change(log, () => log.append(frame, this.#now.millis()));
    this.#logs.delete(channel);
    this.#logs.set(channel, log);
    if (this.#bytes > this.#mostBytes) this.#comeDown();
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMillis).unref();
    return frame;
  }

  /** Forgets a channel: whoever comes back to it is told that what came meanwhile is not known. */
  forget(channel: string): void {
    const log = this.#logs.get(channel);
    if (log === undefined) return;
    this.#change(log, () => log.shorten(log.length));
    this.#logs.delete(channel);
    this.#gone++;
  }

  /** Channels that something is kept of, or was. */
  get channels(): ReadonlyArray<string> {
    return [...this.#logs.keys()];
  }

  /** No two logs of a channel have the same. */
  get #epoch(): string {
    return this.#gone === 0 ? this.#nonce : `${this.#nonce}.${this.#gone}`;
  }

  #boundsOf(channel: string): Bounds | undefined {
    if (this.#bounds.has(channel)) return this.#bounds.get(channel);
    const bounds = this.#limits.of(channel);
    if (this.#bounds.size >= this.#most) this.#bounds.clear();
    this.#bounds.set(channel, bounds);
    return bounds;
  }

  #made(channel: string, at: Place): Log {
    const log = new Log(at, this.#boundsOf(channel) as Bounds, this.#budget);
    for (const name of this.#logs.keys()) {
      if (this.#logs.size < this.#most) break;
      this.forget(name);
    }
    this.#logs.set(channel, log);
    return log;
  }

  #change(log: Log, change: () => void): void {
    this.#bytes -= weightOf(log);
    change();
    this.#bytes += weightOf(log);
  }

  /** To seven eighths, so that the longest is not looked for at each message. */
  #comeDown(): void {
    while (this.#bytes > (this.#mostBytes / 8) * 7) {
      let longest: Log | undefined;
      for (const log of this.#logs.values()) {
        if (longest === undefined || weightOf(log) > weightOf(longest)) longest = log;
      }
      if (longest === undefined || longest.length === 0) return;
      const log = longest;
      this.#change(log, () => log.shorten(Math.ceil(log.length / 8)));
    }
  }

  #sweep(): void {
    const nowMillis = this.#now.millis();
    let isEmpty = true;
    for (const log of this.#logs.values()) {
      this.#change(log, () => log.trim(nowMillis));
      isEmpty &&= log.length === 0;
    }
    if (!isEmpty) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }
}

const weightOf = ({ bytes, length }: Log): number => bytes + placeBytes * length;
