/** The bounded outbox of one connection: what it is made of is said in `OutboxParts`. */
import { Event, type Health } from "@sluice/machines";
import type { Configuration } from "./configuration/Configuration.js";
import type { StepListener } from "./flow/Flow.js";
import type { Label } from "./label/Label.js";
import type { TopicGap } from "./label/TopicGaps.js";
import type { Waiter } from "./line/Waiter.js";
import { accepted, type OfferResult } from "./OfferResult.js";
import type { OutboxOptions } from "./OutboxOptions.js";
import { OutboxParts } from "./OutboxParts.js";
import type { OutboxSnapshot } from "./OutboxSnapshot.js";
import { OutboxView } from "./OutboxView.js";

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
export class Outbox<T> extends OutboxView<T> {
  readonly #sizeOf: (message: T) => number;
  readonly #announcements: OutboxParts<T>["announcements"];
  readonly #ledger: OutboxParts<T>["ledger"];
  readonly #lane: OutboxParts<T>["lane"];

  constructor(options: OutboxOptions<T>) {
    super(new OutboxParts(options, options.beside?.parts));
    this.#sizeOf = options.sizeOf;
    this.#announcements = this.parts.announcements;
    this.#ledger = this.parts.ledger;
    this.#lane = this.parts.lane;
  }

  /**
   * An outbox beside this one, for some of the messages of a connection: it has limits and a strategy of its own, and counts
   * in the ledger of this one. `listener` is told of its own steps.
   */
  beside(configuration: Configuration, listener?: StepListener): Outbox<T> {
    const { sizeOf, elapsed: now, roomMaker } = this.parts;
    const own = { ...(roomMaker && { roomMaker }), ...(listener && { listener }) };
    return new Outbox<T>({ configuration, sizeOf, now, ...own, beside: this });
  }

  /**
   * From now on it has another configuration. Nothing is lost by that: what it holds above new limits stays, and no more comes
   * until it is within them. Who waits for room is answered as the new strategy answers who comes.
   */
  reconfigure(configuration: Configuration): void {
    this.parts.reconfigure(configuration);
  }

  // ── In ──────────────────────────────────────────────────────────────────────────────────────────────
  /**
   * Offers a message and says what became of it. Never waits, never throws for load. It does not queue behind
   * senders that are being delayed; while a sender is blocked for want of room, an offer finds none either.
   * @throws {RangeError} when the size of the message is not a whole number of bytes.
   */
  offer(message: T, bytes: number = this.#sizeOf(message), label?: Label<T>): OfferResult {
    if (label !== undefined) return this.parts.offerLabelled(message, bytes, label);
    const hasRoom = this.#lane.hasRoom(bytes) || this.parts.admission.seekRoom(bytes);
    this.#ledger.offer(bytes);
    if (hasRoom) {
      this.#lane.enqueue(message, bytes);
      if (!this.#announcements.isEmpty) this.#announcements.announce();
      return accepted;
    }
    const result = this.#lane.refuse(bytes) ?? this.#lane.overflow(message, bytes);
    this.parts.admission.admit();
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
    label?: Label<T>,
  ): Waiter<T> | undefined {
    const waiter = this.parts.admission.enter(message, bytes, settle, label);
    this.#announcements.announce();
    return waiter?.result === undefined ? waiter : undefined;
  }

  /** Takes a waiting sender back, as if it had been interrupted: its message is wholly out. */
  cancel(waiter: Waiter<T>): boolean {
    const isCancelled = this.parts.admission.cancel(waiter);
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

  /** What has waited for longer than its `ttlMillis` leaves: to be called before a turn that looks what is next. */
  expire(): void {
    if (!this.#lane.isLinked) return;
    this.parts.admission.expire();
    this.#announcements.announce();
  }

  /**
   * The next messages are being written, so many of them, and whoever is called meanwhile may offer more. Until that is over,
   * by 0, they stay where they are: no newer one takes their place, none is evicted for another, and none expires.
   */
  writing(count: number): void {
    this.#lane.writing(count);
  }

  /** What its client is to be told before a message, of what was lost of its topic; undefined for nothing. */
  gapBefore(index = 0): TopicGap | undefined {
    return this.#lane.gapBefore(index);
  }

  /** The transport has accepted the next messages: they leave the outbox. @throws {RangeError} when there are none. */
  delivered(count = 1): void {
    const lane = this.#lane;
    if (lane.length < count) throw new RangeError("the outbox is empty: nothing was delivered");
    for (let left = count; left > 0; left--) this.#ledger.deliver(lane.shift());
    if (lane.isRelieved) this.parts.admission.relieve();
    if (!this.#announcements.isEmpty) this.#announcements.announce();
  }

  /** So many messages went to the transport past the outbox, which was empty: as if held to the end of a turn. */
  passed(messages: number, bytes: number): void {
    this.#ledger.pass(messages, bytes);
  }

  /** The transport can never send the next message: it is dropped. @throws {RangeError} when there is none. */
  unsendable(): void {
    if (this.length === 0) throw new RangeError("the outbox is empty: nothing is unsendable");
    this.#lane.lose("unsendable");
    this.parts.admission.relieve();
    this.#announcements.announce();
  }

  /** Removes the next message and returns it, counted as delivered: `peek` and `delivered` in one. */
  take(): T | undefined {
    this.expire();
    const message = this.peek();
    if (this.length > 0) this.delivered();
    return message;
  }

  /** Time has passed: lets senders go or gives them up, and ends an orderly close that is not flushed in time. */
  advance(): void {
    this.parts.admission.expire();
    this.parts.admission.admit();
    if (this.parts.deadlines.isCloseDue) this.parts.flow.step(Event.deadline);
    this.#announcements.announce();
  }

  /** Milliseconds until `advance` has something to do; `Infinity` while nobody waits and nothing is closing. */
  millisToDeadline(): number {
    return this.parts.deadlines.millisLeft;
  }

  /** An event from outside, one of `Event`. What `Event.close` begins ends with `Event.flushed` or in time. */
  signal(event: number): void {
    this.parts.flow.step(event);
    this.#announcements.announce();
  }

  /** Moves the recent window on, and the health region with it. `stalled` makes it unhealthy. */
  assess(stalled = false): Health {
    this.parts.assess(stalled);
    this.#announcements.announce();
    return this.health;
  }

  // ── As JSON ─────────────────────────────────────────────────────────────────────────────────────────
  /** The outbox at this moment, as plain JSON apart from the messages: see `OutboxSnapshot` for an example. */
  snapshot(): OutboxSnapshot<T> {
    return this.parts.snapshot();
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
    return { outbox, waiters: outbox.parts.restore(snapshot, settle) };
  }
}
