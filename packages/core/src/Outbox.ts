/** The bounded outbox of one connection: what it is made of is said in `OutboxParts`. */
import { type ConnectionState, Event, type Health } from "@sluice/machines";
import type { Configuration } from "./configuration/Configuration.js";
import type { RecentRates } from "./ledger/DropRate.js";
import type { Statistics } from "./ledger/Statistics.js";
import type { Volume } from "./ledger/Volume.js";
import type { Waiter } from "./line/Waiter.js";
import { accepted, type OfferResult } from "./OfferResult.js";
import type { OutboxOptions } from "./OutboxOptions.js";
import { OutboxParts } from "./OutboxParts.js";
import type { OutboxSnapshot } from "./OutboxSnapshot.js";
import type { Past } from "./Past.js";
import type { HandedOver } from "./receipts/Flight.js";

/**
 * A bounded queue of messages between whoever produces them and a transport that may be slow. Inside every callback too:
 * never more messages or bytes than configured; what leaves is an increasing subsequence of what was taken; each message
 * has exactly one fate.
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
export class Outbox<T> {
  /** What it has on the budget that it was given. */
  readonly account: OutboxParts<T>["account"];
  readonly #sizeOf: (message: T) => number;
  readonly #parts: OutboxParts<T>;
  readonly #announcements: OutboxParts<T>["announcements"];
  readonly #ledger: OutboxParts<T>["ledger"];
  readonly #lane: OutboxParts<T>["lane"];

  constructor(options: OutboxOptions<T>) {
    this.#sizeOf = options.sizeOf;
    this.#parts = new OutboxParts(options, options.beside ? options.beside.#parts : undefined);
    this.#announcements = this.#parts.announcements;
    this.#ledger = this.#parts.ledger;
    this.#lane = this.#parts.lane;
    this.account = this.#parts.account;
  }

  // ── In ──────────────────────────────────────────────────────────────────────────────────────────────
  /**
   * Offers a message and says what became of it. Never waits, never throws for load. It does not queue behind
   * senders that are being delayed; while a sender is blocked for want of room, an offer finds none either.
   * @throws {RangeError} when the size of the message is not a whole number of bytes.
   */
  offer(message: T, bytes: number = this.#sizeOf(message)): OfferResult {
    const hasRoom = this.#lane.hasRoom(bytes) || this.#parts.admission.seekRoom(bytes);
    this.#ledger.offer(bytes);
    if (hasRoom) {
      this.#lane.enqueue(message, bytes);
      if (!this.#announcements.isEmpty) this.#announcements.announce();
      return accepted;
    }
    const result = this.#lane.refuse(bytes) ?? this.#lane.overflow(message, bytes);
    this.#parts.admission.admit();
    this.#announcements.announce();
    return result;
  }

  /**
   * Sends a message as its state allows: at once, after a delay, or when there is room.
   * `settle` is called exactly once, now or later, with what became of it. A waiter can be taken back with `cancel`;
   * undefined means that it does not wait. Sent from inside a callback of this outbox, it is settled after that.
   * @throws {RangeError} when the size of the message is not a whole number of bytes.
   */
  send(
    message: T,
    settle: (result: OfferResult) => void,
    bytes: number = this.#sizeOf(message),
  ): Waiter<T> | undefined {
    const waiter = this.#parts.admission.enter(message, bytes, settle);
    this.#announcements.announce();
    return waiter?.result === undefined ? waiter : undefined;
  }

  /** Takes a waiting sender back, as if it had been interrupted: its message is wholly out. */
  cancel(waiter: Waiter<T>): boolean {
    const isCancelled = this.#parts.admission.cancel(waiter);
    this.#announcements.announce();
    return isCancelled;
  }

  // ── Out ─────────────────────────────────────────────────────────────────────────────────────────────
  /** The next message for the transport, or one behind it, and its size in bytes; undefined when there is none. */
  peek(index = 0): T | undefined {
    return index === 0 ? this.#lane.peek() : this.#lane.at(index);
  }

  peekBytes(index = 0): number {
    return index === 0 ? this.#lane.peekBytes() : this.#lane.bytesAt(index);
  }

  /** The transport has accepted the next messages: they leave the outbox. @throws {RangeError} when there are none. */
  delivered(count = 1): void {
    const lane = this.#lane;
    if (lane.length < count) throw new RangeError("the outbox is empty: nothing was delivered");
    for (let left = count; left > 0; left--) this.#ledger.deliver(lane.shift());
    if (lane.isRelieved) this.#parts.admission.relieve();
    if (!this.#announcements.isEmpty) this.#announcements.announce();
  }

  /** So many messages went to the transport past the outbox, which was empty: as if held to the end of a turn. */
  passed(messages: number, bytes: number): void {
    this.#ledger.pass(messages, bytes);
  }

  /** The transport can never send the next message: it is dropped. @throws {RangeError} when there is none. */
  unsendable(): void {
    if (this.length === 0) throw new RangeError("the outbox is empty: nothing is unsendable");
    this.#lane.loseNext();
    this.#parts.admission.relieve();
    this.#announcements.announce();
  }

  /** Removes the next message and returns it, counted as delivered: `peek` and `delivered` in one. */
  take(): T | undefined {
    const message = this.peek();
    if (this.length > 0) this.delivered();
    return message;
  }

  /** Time has passed: lets senders go or gives them up, and ends an orderly close that is not flushed in time. */
  advance(): void {
    this.#parts.admission.admit();
    if (this.#parts.deadlines.isCloseDue) this.#parts.flow.step(Event.deadline);
    this.#announcements.announce();
  }

  /** Milliseconds until `advance` has something to do; `Infinity` while nobody waits and nothing is closing. */
  millisToDeadline(): number {
    return this.#parts.deadlines.millisLeft;
  }

  /** An event from outside, one of `Event`. What `Event.close` begins ends with `Event.flushed` or in time. */
  signal(event: number): void {
    this.#parts.flow.step(event);
    this.#announcements.announce();
  }

  /** Moves the recent window on, and the health region with it. `stalled` makes it unhealthy. */
  assess(stalled = false): Health {
    this.#parts.assess(stalled);
    this.#announcements.announce();
    return this.health;
  }

  // ── What it is like ─────────────────────────────────────────────────────────────────────────────────
  get configuration(): Configuration {
    return this.#parts.configuration;
  }

  /** Messages buffered; `bytes` is what they weigh. */
  get length(): number {
    return this.#lane.length;
  }

  get bytes(): number {
    return this.#lane.bytes;
  }

  /** Messages that were taken and have left, delivered or dropped; with `length`, all that were ever taken. */
  get departed(): number {
    return this.#ledger.departed;
  }

  /** Those of this outbox alone: what was held beside it, or passed it by, is not among them. */
  get departedHere(): number {
    return this.#lane.departed;
  }

  /** What the transport has taken so far. */
  get handedOver(): HandedOver {
    return this.#ledger;
  }

  get waiting(): number {
    return this.#parts.admission.length;
  }

  get isOpen(): boolean {
    return this.#parts.flow.isOpen;
  }

  get state(): ConnectionState {
    return this.#parts.flow.state;
  }

  get stateId(): number {
    return this.#parts.flow.stateId;
  }

  get health(): Health {
    return this.#parts.flow.health;
  }

  /** The larger of messages and bytes as a share of their limits, 0 to 1. */
  get fill(): number {
    return this.#lane.fill;
  }

  /** What a sender that comes now has to wait at the most, in milliseconds, if there is room. */
  get delayMillis(): number {
    return this.#parts.admission.delayMillis;
  }

  /** Shares of what was recently offered; of everything, while health has never been assessed. */
  get recentRates(): RecentRates {
    return this.#ledger.recentRates;
  }

  /** A picture of what is counted, with what is held `beside`; as if what is `ahead` were held too, so much of it `apart`. */
  stats(ahead?: Volume, beside?: Volume, apart?: Volume): Statistics {
    return this.#parts.statistics(ahead, beside, apart);
  }

  /** What is behind it, while it is at rest and another may go on in its place; undefined while it is not. */
  get past(): Past | undefined {
    return this.#parts.past;
  }

  /** The outbox at this moment, as plain JSON apart from the messages: see `OutboxSnapshot` for an example. */
  snapshot(): OutboxSnapshot<T> {
    return this.#parts.snapshot();
  }

  /**
   * An outbox that goes on from a snapshot as the one that it was taken of would have, and the senders that wait in it.
   * `settle` is called once for each. @throws {SnapshotError} when it is malformed, or does not fit the configuration.
   */
  static restore<T>(
    options: OutboxOptions<T>,
    snapshot: OutboxSnapshot<T>,
    settle: (message: T, result: OfferResult) => void,
  ): { readonly outbox: Outbox<T>; readonly waiters: ReadonlyArray<Waiter<T>> } {
    const outbox = new Outbox<T>(options);
    return { outbox, waiters: outbox.#parts.restore(snapshot, settle) };
  }
}
