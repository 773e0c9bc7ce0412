/**
 * A lane: messages in their order, bounded in messages and bytes, and how it makes room when it is full. By the
 * overflow strategy it evicts its oldest, clears itself, or refuses.
 *
 * Whatever it loses is in the ledger, and every mark that its counts pass is a step of the flow. Nothing is
 * allocated for a message that finds room.
 */
import { Event } from "@sluice/machines";
import type { Configuration } from "../configuration/Configuration.js";
import { type OverflowRule, overflowRules } from "../configuration/OverflowStrategy.js";
import type { Flow } from "../flow/Flow.js";
import type { Ledger } from "../ledger/Ledger.js";
import { accepted, acceptedByEvicting, type OfferResult } from "../OfferResult.js";
import type { Link } from "./Links.js";
import { LossyShelf } from "./LossyShelf.js";

export class Lane<T> extends LossyShelf<T> {
  maxMessages = 0;
  maxBytes = 0;
  rule: OverflowRule;
  /** Senders that are blocked for want of room: while there are some, an offer finds none either. */
  blocked = 0;
  readonly #flow: Flow;

  constructor(configuration: Configuration, flow: Flow, ledger: Ledger) {
    super(ledger);
    this.rule = this.limit(configuration);
    this.#flow = flow;
  }

  /** From now on these are its limits. What it holds above them stays, and nothing more comes meanwhile. */
  limit({ maxMessages, maxBytes, overflow }: Configuration): OverflowRule {
    [this.maxMessages, this.maxBytes] = [maxMessages, maxBytes];
    this.rule = overflowRules[overflow];
    return this.rule;
  }

  /** Whether there is room for a message of this size. */
  fits(bytes: number): boolean {
    return this.length < this.maxMessages && this.bytes + bytes <= this.maxBytes;
  }

  get isOpen(): boolean {
    return this.#flow.isOpen;
  }

  /** Whether an offer of this size is simply taken. */
  hasRoom(bytes: number): boolean {
    return this.fits(bytes) && this.blocked === 0 && this.#flow.isOpen;
  }

  /** Whether what has just left makes a difference to others: the counts have cleared a mark, or somebody is blocked. */
  get isRelieved(): boolean {
    const flow = this.#flow;
    const isCleared = this.length <= flow.downMessages && this.bytes <= flow.downBytes;
    return isCleared || this.blocked > 0;
  }

  /** The larger of messages and bytes as a share of their limits, 0 to 1. */
  get fill(): number {
    return this.fillOf(this.length, this.bytes);
  }

  /** The same, if it held so much. */
  fillOf(messages: number, bytes: number): number {
    return Math.min(1, Math.max(messages / this.maxMessages, bytes / this.maxBytes));
  }

  /** Why a message is refused whatever the fill: closed, or too large to fit at all. */
  refuse(bytes: number, link?: Link<T>): OfferResult | undefined {
    if (!this.#flow.isOpen) return this.ledger.reject("closed", bytes);
    if (bytes > this.maxBytes) return this.reject("too-large", bytes, link);
    return undefined;
  }

  /** Takes a message if there is room for it; otherwise the strategy decides. */
  take(message: T, bytes: number): OfferResult {
    if (!this.fits(bytes)) return this.overflow(message, bytes);
    this.enqueue(message, bytes);
    return accepted;
  }

  /** Adds a message for which there is room. */
  enqueue(message: T, bytes: number): void {
    this.push(message, bytes);
    this.#grown();
  }

  /** What it holds has become more. */
  #grown(): void {
    const ledger = this.ledger;
    if (this.length > ledger.peakMessages) ledger.peakMessages = this.length;
    if (this.bytes > ledger.peakBytes) ledger.peakBytes = this.bytes;
    const flow = this.#flow;
    if (this.length >= flow.upMessages || this.bytes >= flow.upBytes) {
      flow.rise(this.length, this.bytes);
    }
  }

  /** Adds a message that has a label, and for which there is room. */
  enqueueLabelled(link: Link<T>): void {
    this.add(link);
    this.#grown();
  }

  /**
   * A message found no room; it is `link`, if it has a label. Afterwards the state follows the fill down again, if that has
   * fallen.
   */
  overflow(message: T, bytes: number, link?: Link<T>): OfferResult {
    // What is being written does not leave for another.
    const { evicts, accepts, disconnects } = this.isWriting ? refusing : this.rule;
    if (evicts === "oldest" && link === undefined && this.#staysFull(bytes)) {
      return this.#replaceOldest(message, bytes);
    }
    this.#flow.overflow();
    if (!accepts) {
      const result = this.reject(disconnects ? "slow-consumer" : "full", bytes, link);
      if (disconnects) this.#flow.step(Event.evict);
      else this.fall();
      return result;
    }
    const evicted = this.#evict(evicts, bytes);
    if (link === undefined) this.enqueue(message, bytes);
    else this.enqueueLabelled(link);
    this.fall();
    return acceptedByEvicting(evicted);
  }

  /** Whether a newer message of this size may take the place of one that waits. */
  fitsFor(older: Link<T>, bytes: number): boolean {
    return this.bytes - older.bytes + bytes <= this.maxBytes;
  }

  /** A newer message takes the place of one that waits; it must fit. */
  conflate(older: Link<T>, newer: Link<T>): void {
    if (newer.label?.place === "tail") {
      this.supersede(older);
      this.add(newer);
    } else {
      // Of one topic it has the older one's position: its own is that of the message that is not sent.
      const isOfTopic = older.label?.topic === newer.label?.topic;
      if (this.gaps?.tellsConflated) this.miss(isOfTopic ? newer : older, "conflated");
      this.ledger.losses.dropped.conflated.add(this.replace(older, newer));
      if (!isOfTopic) older.position = newer.position;
    }
    this.settle();
  }

  /** What it holds is of another size. */
  settle(): void {
    this.#grown();
    this.fall();
  }

  /** There is a newer message of its key: it leaves. */
  supersede(older: Link<T>): void {
    if (this.gaps?.tellsConflated) this.miss(older, "conflated");
    this.ledger.losses.dropped.conflated.add(this.remove(older));
  }

  /** What has expired by then leaves: true if anything has. */
  expire(nowMillis: number): boolean {
    if (nowMillis < this.dueMillis || this.isWriting) return false;
    const expired = this.links?.expired(nowMillis) ?? [];
    for (const link of expired) {
      this.miss(link, "expired");
      this.ledger.losses.dropped.expired.add(this.remove(link));
    }
    return expired.length > 0;
  }

  /** Leaves every mark that the counts have cleared. */
  fall(): void {
    this.#flow.fall(this.length, this.bytes);
  }

  /**
   * Whether it is as full after one message has left for one of this size as it was before: then no mark is passed. So it
   * is for a slow client, message after message.
   */
  #staysFull(bytes: number): boolean {
    const isFull = this.#flow.isOverflowing && this.length === this.maxMessages;
    return (
      isFull && this.links === undefined && this.bytes - this.peekBytes() + bytes <= this.maxBytes
    );
  }

  #replaceOldest(message: T, bytes: number): OfferResult {
    const ledger = this.ledger;
    ledger.losses.dropped.evicted.add(this.rotate(message, bytes));
    if (this.bytes > ledger.peakBytes) ledger.peakBytes = this.bytes;
    return acceptedByEvicting(1);
  }

  /** Makes room for a message of this size; answers how many have left for it. */
  #evict(what: OverflowRule["evicts"], bytes: number): number {
    switch (what) {
      case "nothing":
        return 0;
      case "oldest":
        return this.#evictFor(bytes);
      case "all":
        return this.#clear();
      default:
        return what satisfies never;
    }
  }

  /** Messages leave from the head until one of this size fits; answers how many. */
  #evictFor(bytes: number): number {
    let count = 0;
    for (; !this.fits(bytes); count++) this.lose("evicted");
    return count;
  }

  /** Everything leaves; answers how many messages that were. */
  #clear(): number {
    const count = this.length;
    while (this.length > 0) this.lose("cleared");
    return count;
  }
}

const refusing = overflowRules["drop-newest"];
