/**
 * The bounded outbox of one connection: a queue of messages between whoever produces them and a transport
 * that may be slow, with the overflow strategy, the waiting senders and the counters that belong to it.
 *
 * It guarantees, after every call and inside every callback: never more messages or bytes than configured;
 * what leaves is an increasing subsequence of what was taken; every message has exactly one fate and is
 * counted under it. It is pure and synchronous. Time comes from the clock it is given, which it reads when a
 * mark is crossed or a sender waits, and not for every message.
 */
import { Action, type ConnectionState, Event, type Health } from "@sluice/machines";
import { Announcements } from "./Announcements.js";
import { type Configuration, watermarksOf } from "./Configuration.js";
import { delayMillis } from "./Delay.js";
import { dropRate, healthOf, RecentDropRate } from "./DropRate.js";
import { Elapsed } from "./Elapsed.js";
import { Flow, type StepListener } from "./Flow.js";
import {
  accepted,
  acceptedByEvicting,
  type DropReason,
  type OfferResult,
  type RejectReason,
  rejected,
} from "./OfferResult.js";
import { checkSnapshot, type OutboxSnapshot } from "./OutboxSnapshot.js";
import { overflowRules } from "./OverflowStrategy.js";
import { Ring } from "./Ring.js";
import { Losses, noLosses, restoreLosses, type Statistics, total, volumes } from "./Statistics.js";
import { Waiter } from "./Waiter.js";
import { WaitingLine } from "./WaitingLine.js";

/** What an outbox is made of. */
export interface OutboxOptions<T> {
  readonly configuration: Configuration;
  /** The encoded size of a message, in whole bytes. */
  readonly sizeOf: (message: T) => number;
  /** The time, in milliseconds; a monotonic clock is best, any other does no harm. */
  readonly now: () => number;
  /** Told of every step of the chart, in order, when the outbox is whole again. */
  readonly listener?: StepListener;
}

/**
 * A bounded outbox.
 *
 * @example
 * ```ts
 * import { configuration, Outbox } from "@sluice/core";
 *
 * const outbox = new Outbox<string>({
 *   configuration: configuration({ maxMessages: 2 }),
 *   sizeOf: (text) => Buffer.byteLength(text),
 *   now: () => performance.now(),
 * });
 * outbox.offer("a");
 * outbox.offer("b");
 * outbox.offer("c"); // => { _tag: "Accepted", evicted: 1 }
 * outbox.take(); // => "b"
 * ```
 */
export class Outbox<T> implements StepListener {
  readonly configuration: Configuration;

  readonly #flow: Flow;
  readonly #ring = new Ring<T>();
  readonly #sizeOf: (message: T) => number;
  readonly #elapsed: Elapsed;
  readonly #listener: StepListener | undefined;
  readonly #maxMessages: number;
  readonly #maxBytes: number;

  // Counters, plain numbers because they are on the hot path.
  #offered = 0;
  #offeredBytes = 0;
  #delivered = 0;
  #deliveredBytes = 0;
  #peakMessages = 0;
  #peakBytes = 0;
  #losses = noLosses;
  #recent: RecentDropRate | undefined;

  readonly #line = new WaitingLine<T>();
  readonly #announcements = new Announcements();

  constructor(options: OutboxOptions<T>) {
    const { configuration } = options;
    this.configuration = configuration;
    this.#sizeOf = options.sizeOf;
    this.#elapsed = new Elapsed(options.now);
    this.#listener = options.listener;
    this.#maxMessages = configuration.maxMessages;
    this.#maxBytes = configuration.maxBytes;
    this.#flow = new Flow(watermarksOf(configuration), () => this.#elapsed.millis(), this);
  }

  // ── In ──────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Offers a message and says what became of it. Never waits, never throws for load.
   *
   * It does not queue behind senders that are being delayed; while a sender is blocked for want of room, an
   * offer finds none either.
   *
   * @throws {RangeError} when the size of the message is not a whole number of bytes.
   */
  offer(message: T, bytes: number = this.#sizeOf(message)): OfferResult {
    this.#count(bytes);
    if (this.#fits(bytes) && this.#line.blocked === 0 && this.#flow.isOpen) {
      this.#enqueue(message, bytes);
      if (!this.#announcements.isEmpty) this.#announcements.announce();
      return accepted;
    }
    const result = this.#refuse(bytes) ?? this.#overflow(message, bytes);
    this.advance();
    return result;
  }

  /**
   * Sends a message as its state allows: at once, after a delay, or when there is room.
   *
   * `settle` is called exactly once, now or later, with what became of it. While it waits, the waiter can be
   * taken back with `cancel`; undefined means that it does not wait. (Sent from inside a callback of this
   * outbox, it is settled when that callback has returned.)
   *
   * @throws {RangeError} when the size of the message is not a whole number of bytes.
   */
  send(
    message: T,
    settle: (result: OfferResult) => void,
    bytes: number = this.#sizeOf(message),
  ): Waiter<T> | undefined {
    this.#count(bytes);
    const blocks = this.#waitsForRoom && !this.#fits(bytes);
    const delay = blocks ? 0 : this.delayMillis;
    let result = this.#refuse(bytes);
    if (result === undefined && this.#line.length === 0 && delay === 0 && !blocks) {
      result = this.#take(message, bytes);
    } else if (result === undefined && this.#line.length >= this.configuration.maxWaiters) {
      result = this.#reject("waiters", bytes);
    }
    if (result !== undefined) {
      const settled = result;
      this.#announcements.add(() => settle(settled));
      this.#announcements.announce();
      return undefined;
    }
    const dueMillis = this.#elapsed.millis() + delay;
    const waiter = new Waiter({ message, bytes, rung: this.#flow.rung, dueMillis, settle });
    this.#line.add(waiter);
    this.advance();
    return waiter.result === undefined ? waiter : undefined;
  }

  /** Takes a waiting sender back, as if it had been interrupted: its message is wholly out. */
  cancel(waiter: Waiter<T>): boolean {
    if (!this.#line.has(waiter)) return false;
    this.#answer(waiter, () => this.#reject("interrupted", waiter.bytes));
    this.advance();
    return true;
  }

  // ── Out ─────────────────────────────────────────────────────────────────────────────────────────────

  /** The next message for the transport; undefined when there is none. It stays in the outbox. */
  peek(): T | undefined {
    return this.#ring.peek();
  }

  /** The size of the next message, in bytes. */
  peekBytes(): number {
    return this.#ring.peekBytes();
  }

  /**
   * The transport has accepted the next message: it leaves the outbox.
   *
   * @throws {RangeError} when there is none.
   */
  delivered(): void {
    if (this.#ring.length === 0) throw new RangeError("the outbox is empty: nothing was delivered");
    const bytes = this.#ring.shift();
    this.#delivered++;
    this.#deliveredBytes += bytes;
    const flow = this.#flow;
    if (this.#ring.length <= flow.downMessages && this.#ring.bytes <= flow.downBytes) {
      flow.fall(this.#ring.length, this.#ring.bytes);
      if (this.#line.length > 0) this.#admit();
    } else if (this.#line.blocked > 0) {
      this.#admit();
    }
    if (!this.#announcements.isEmpty) this.#announcements.announce();
  }

  /** Removes the next message and returns it, counted as delivered: `peek` and `delivered` in one. */
  take(): T | undefined {
    const message = this.#ring.peek();
    if (this.#ring.length > 0) this.delivered();
    return message;
  }

  // ── Time and events ─────────────────────────────────────────────────────────────────────────────────

  /** Time has passed: lets senders go whose delay is over, and gives up those whose deadline is. */
  advance(): void {
    if (this.#line.length > 0) this.#admit();
    this.#announcements.announce();
  }

  /** Milliseconds until `advance` has something to do; `Infinity` while nobody waits. */
  millisToDeadline(): number {
    return Math.max(0, this.#line.dueMillis - this.#elapsed.millis());
  }

  /** An event from outside: one of `Event`, such as `Event.close` or `Event.disconnected`. */
  signal(event: number): void {
    this.#flow.step(event);
    this.#announcements.announce();
  }

  /** Moves the recent window on, and the health region with it. `stalled` makes it unhealthy. */
  assess(stalled = false): Health {
    const now = this.#elapsed.millis();
    const lost = this.#losses.byPolicy;
    this.#recent ??= new RecentDropRate(this.configuration.healthWindowMillis, now);
    this.#recent.advance(now, lost, this.#offered);
    this.#flow.follow(stalled ? "unhealthy" : healthOf(this.#recent.rate(lost, this.#offered)));
    if (this.#ring.length === 0) this.#ring.clear();
    this.#announcements.announce();
    return this.#flow.health;
  }

  // ── What it is like ─────────────────────────────────────────────────────────────────────────────────

  /** Messages buffered. */
  get length(): number {
    return this.#ring.length;
  }

  /** Bytes buffered. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Messages that were taken and have left, delivered or dropped; with `length`, all that were ever taken. */
  get departed(): number {
    const { evicted, cleared, closed } = this.#losses.dropped;
    return this.#delivered + evicted.messages + cleared.messages + closed.messages;
  }

  /** Senders waiting. */
  get waiting(): number {
    return this.#line.length;
  }

  get isOpen(): boolean {
    return this.#flow.isOpen;
  }

  get state(): ConnectionState {
    return this.#flow.state;
  }

  /** The row of the transition table that the connection is in. */
  get stateId(): number {
    return this.#flow.stateId;
  }

  get health(): Health {
    return this.#flow.health;
  }

  /** The larger of messages and bytes as a share of their limits, 0 to 1. */
  get fill(): number {
    return this.#fillOf(this.#ring.length, this.#ring.bytes);
  }

  /** What a sender that comes now has to wait at the most, in milliseconds, if there is room. */
  get delayMillis(): number {
    return delayMillis(this.configuration, this.fill);
  }

  /** The share of recently offered messages that policy lost, 0 to 1. */
  get recentDropRate(): number {
    const lost = this.#losses.byPolicy;
    return this.#recent?.rate(lost, this.#offered) ?? dropRate(lost, this.#offered);
  }

  /** A picture of everything counted, that no longer changes. */
  stats(): Statistics {
    const delivered = { messages: this.#delivered, bytes: this.#deliveredBytes };
    const buffered = { messages: this.#ring.length, bytes: this.#ring.bytes };
    const dropped = volumes(this.#losses.dropped);
    return {
      state: this.state,
      health: this.health,
      fill: this.fill,
      delayMillis: this.delayMillis,
      offered: { messages: this.#offered, bytes: this.#offeredBytes },
      // What was taken is what has left and what is left: one counter less for every message.
      enqueued: total({ delivered, buffered, dropped: total(dropped) }),
      delivered,
      dropped,
      rejected: volumes(this.#losses.rejected),
      buffered,
      waiting: { messages: this.#line.length, bytes: this.#line.bytes },
      peak: { messages: this.#peakMessages, bytes: this.#peakBytes },
      throttleEvents: this.#flow.throttleEvents,
      pauseEvents: this.#flow.pauseEvents,
      pausedMillis: this.#flow.pausedMillis,
      dropRate: {
        lifetime: dropRate(this.#losses.byPolicy, this.#offered),
        recent: this.recentDropRate,
      },
    };
  }

  // ── Snapshot ────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Everything that decides what it will do, and everything counted, as plain JSON apart from the messages.
   * Times are relative to this moment, in milliseconds. Who is still to be told of something when it is taken
   * inside a callback is told by this outbox, not by a restored one.
   *
   * @example
   * ```ts
   * import { configuration, Outbox } from "@sluice/core";
   *
   * const options = {
   *   configuration: configuration({ maxMessages: 2 }),
   *   sizeOf: (text: string) => Buffer.byteLength(text),
   *   now: () => performance.now(),
   * };
   * const before = new Outbox(options);
   * before.offer("a");
   * const saved = JSON.parse(JSON.stringify(before.snapshot()));
   * const { outbox } = Outbox.restore(options, saved, () => {});
   * outbox.take(); // => "a"
   * outbox.stats().offered.messages; // => 1
   * ```
   */
  snapshot(): OutboxSnapshot<T> {
    const now = this.#elapsed.millis();
    return {
      ...this.#flow.snapshot(),
      buffered: this.#ring.snapshot(),
      waiting: this.#line.snapshot(now),
      offered: { messages: this.#offered, bytes: this.#offeredBytes },
      delivered: { messages: this.#delivered, bytes: this.#deliveredBytes },
      dropped: volumes(this.#losses.dropped),
      rejected: volumes(this.#losses.rejected),
      peak: { messages: this.#peakMessages, bytes: this.#peakBytes },
      recent: this.#recent?.snapshot(now) ?? null,
    };
  }

  /**
   * An outbox that goes on from a snapshot as the one that it was taken of would have, and the senders that
   * wait in it, in their order, to be taken back with `cancel`. `settle` is called once for each of them, with
   * its message and what became of it. See `snapshot` for an example.
   *
   * @throws {SnapshotError} when the snapshot is malformed, or does not fit the configuration.
   */
  static restore<T>(
    options: OutboxOptions<T>,
    snapshot: OutboxSnapshot<T>,
    settle: (message: T, result: OfferResult) => void,
  ): { readonly outbox: Outbox<T>; readonly waiters: ReadonlyArray<Waiter<T>> } {
    checkSnapshot(options.configuration, snapshot);
    const outbox = new Outbox<T>(options);
    return { outbox, waiters: outbox.#restore(snapshot, settle) };
  }

  #restore(
    snapshot: OutboxSnapshot<T>,
    settle: (message: T, result: OfferResult) => void,
  ): ReadonlyArray<Waiter<T>> {
    const now = this.#elapsed.millis();
    const { offered, delivered, peak, recent } = snapshot;
    this.#flow.restore(snapshot);
    for (const { message, bytes } of snapshot.buffered) this.#ring.push(message, bytes);
    this.#offered = offered.messages;
    this.#offeredBytes = offered.bytes;
    this.#delivered = delivered.messages;
    this.#deliveredBytes = delivered.bytes;
    this.#peakMessages = peak.messages;
    this.#peakBytes = peak.bytes;
    this.#losses = restoreLosses(snapshot);
    if (recent !== null) {
      this.#recent = new RecentDropRate(this.configuration.healthWindowMillis, now);
      this.#recent.restore(recent, now);
    }
    return snapshot.waiting.map(({ message, bytes, rung, blocked, millisLeft }) => {
      const tell = (result: OfferResult) => settle(message, result);
      const dueMillis = now + millisLeft;
      const waiter = new Waiter({ message, bytes, rung, dueMillis, settle: tell });
      this.#line.add(waiter);
      if (blocked) this.#line.block(waiter, dueMillis);
      return waiter;
    });
  }

  /** The chart has made a step. @internal */
  onStep(event: number, from: number, to: number, mask: number): void {
    if (mask & Action.refuseSenders) this.#refuseSenders();
    if (mask & Action.discardBuffered) this.#drop("closed", this.#ring.length);
    const listener = this.#listener;
    if (listener !== undefined)
      this.#announcements.add(() => listener.onStep(event, from, to, mask));
  }

  // ── Taking and losing ───────────────────────────────────────────────────────────────────────────────

  #count(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(`the size of a message (${bytes}) must be a whole number of bytes`);
    }
    this.#offered++;
    this.#offeredBytes += bytes;
  }

  #fits(bytes: number): boolean {
    return this.#ring.length < this.#maxMessages && this.#ring.bytes + bytes <= this.#maxBytes;
  }

  #fillOf(messages: number, bytes: number): number {
    return Math.max(messages / this.#maxMessages, bytes / this.#maxBytes);
  }

  get #waitsForRoom(): boolean {
    return overflowRules[this.configuration.overflow].waits;
  }

  /** Why a message is refused whatever the fill: closed, or too large to fit at all. */
  #refuse(bytes: number): OfferResult | undefined {
    if (!this.#flow.isOpen) return this.#reject("closed", bytes);
    if (bytes > this.#maxBytes) return this.#reject("too-large", bytes);
    return undefined;
  }

  #take(message: T, bytes: number): OfferResult {
    if (!this.#fits(bytes)) return this.#overflow(message, bytes);
    this.#enqueue(message, bytes);
    return accepted;
  }

  #enqueue(message: T, bytes: number): void {
    const ring = this.#ring;
    ring.push(message, bytes);
    if (ring.length > this.#peakMessages) this.#peakMessages = ring.length;
    if (ring.bytes > this.#peakBytes) this.#peakBytes = ring.bytes;
    const flow = this.#flow;
    if (ring.length >= flow.upMessages || ring.bytes >= flow.upBytes) {
      flow.rise(ring.length, ring.bytes);
    }
  }

  /** A message found no room. Afterwards the state follows the fill down again, if that has fallen. */
  #overflow(message: T, bytes: number): OfferResult {
    const rule = overflowRules[this.configuration.overflow];
    this.#flow.overflow();
    if (!rule.accepts) {
      const result = this.#reject(rule.disconnects ? "slow-consumer" : "full", bytes);
      if (rule.disconnects) this.#flow.step(Event.evict);
      else this.#flow.fall(this.#ring.length, this.#ring.bytes);
      return result;
    }
    let evicted = 0;
    if (rule.evicts === "all") {
      evicted = this.#ring.length;
      this.#drop("cleared", evicted);
    } else {
      while (!this.#fits(bytes)) {
        this.#drop("evicted", 1);
        evicted++;
      }
    }
    this.#enqueue(message, bytes);
    this.#flow.fall(this.#ring.length, this.#ring.bytes);
    return acceptedByEvicting(evicted);
  }

  #drop(reason: DropReason, count: number): void {
    if (count === 0) return;
    const tally = this.#lost.dropped[reason];
    for (let index = 0; index < count; index++) tally.add(this.#ring.shift());
  }

  #reject(reason: RejectReason, bytes: number): OfferResult {
    this.#lost.rejected[reason].add(bytes);
    return rejected[reason];
  }

  get #lost(): Losses {
    if (this.#losses === noLosses) this.#losses = new Losses();
    return this.#losses;
  }

  // ── Waiting ─────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Lets waiting senders in, first come first served.
   *
   * A sender may go when its delay has passed or its state has fallen below the one it met; then so may all
   * before it, so that order holds and no delay is longer than was said. One whose own delay is over and that
   * finds no room is blocked, if the strategy waits, and nobody passes it. Letting one in can change the state, and
   * then the others are looked at afresh.
   */
  #admit(): void {
    let rung: number;
    do {
      const now = this.#elapsed.millis();
      rung = this.#flow.rung;
      let released = this.#line.released(now, rung);
      let isRoomTaken = false;
      for (const waiter of this.#line) {
        if (released-- === 0) break;
        if (!this.#waitsForRoom || (this.#fits(waiter.bytes) && !isRoomTaken)) {
          this.#answer(waiter, () => this.#take(waiter.message, waiter.bytes));
        } else {
          isRoomTaken = this.#block(waiter, now) || isRoomTaken;
        }
        if (this.#flow.rung !== rung) break;
      }
    } while (this.#flow.rung !== rung);
  }

  /** There is no room for a sender: false when its deadline has passed and it is gone. */
  #block(waiter: Waiter<T>, now: number): boolean {
    if (!waiter.isReleased(now, this.#flow.rung)) return true;
    this.#line.block(waiter, now + this.configuration.blockTimeoutMillis);
    if (waiter.dueMillis > now) return true;
    this.#answer(waiter, () => this.#reject("timeout", waiter.bytes));
    this.#flow.overflow();
    this.#flow.fall(this.#ring.length, this.#ring.bytes);
    return false;
  }

  #refuseSenders(): void {
    for (const waiter of this.#line) {
      this.#answer(waiter, () => this.#reject("closed", waiter.bytes));
    }
  }

  /** Takes a sender out of the line; it is told before anybody who learns of what is decided. */
  #answer(waiter: Waiter<T>, decide: () => OfferResult): void {
    this.#line.remove(waiter);
    this.#announcements.add(() => waiter.settle(waiter.result as OfferResult));
    waiter.result = decide();
  }
}
