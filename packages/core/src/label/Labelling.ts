/**
 * How a message that has a label comes into an outbox: in the place of the one of its key, if one waits; else as any other.
 *
 * A `merge` is its owner's: it may throw, and it may change the outbox while it runs.
 */
import type { Announcements } from "../Announcements.js";
import type { RejectReason } from "../fate.js";
import type { Elapsed } from "../flow/Elapsed.js";
import type { Lane } from "../lane/Lane.js";
import { Link } from "../lane/Links.js";
import type { Ledger } from "../ledger/Ledger.js";
import { accepted, type OfferResult } from "../OfferResult.js";
import type { Label } from "./Label.js";

/** What it comes into. */
export interface LabellingParts<T> {
  /** The time by which lives end. */
  readonly elapsed: Elapsed;
  readonly lane: Lane<T>;
  readonly ledger: Ledger;
  readonly announcements: Announcements;
  readonly admission: { seekRoom(bytes: number): boolean };
  sizeOf(message: T): number;
  /** Hears of what a `merge` throws of which no caller can be told. */
  readonly failed: ((error: unknown) => void) | undefined;
}

/** A message of a sender: when it came, and when it will have expired. */
interface Arrived<T> {
  readonly message: T;
  readonly bytes: number;
  readonly label: Label<T> | undefined;
  readonly arrival: number;
  readonly expiresMillis: number;
}

const never = Number.POSITIVE_INFINITY;
const unlabelled = { label: undefined, arrival: 0, expiresMillis: never };

export class Labelling<T> {
  readonly #parts: LabellingParts<T>;
  #arrivals = 0;

  constructor(parts: LabellingParts<T>) {
    this.#parts = parts;
  }

  // ── Offers ──────────────────────────────────────────────────────────────────────────────────────────

  /** Offers a message. @throws {RangeError} when its size is not a whole number of bytes. @throws what its `merge` throws. */
  offer(message: T, bytes: number, label: Label<T>): OfferResult {
    const { lane, ledger, admission } = this.#parts;
    let older = lane.newestOf(label.key);
    const fits = older === undefined ? lane.hasRoom(bytes) : lane.fitsFor(older, bytes);
    if (!fits) {
      admission.seekRoom(bytes);
      // It may have been handed over.
      older = lane.newestOf(label.key);
    }
    // Every offer with a label comes here: it makes nothing but its link.
    const link = new Link(message, bytes, label, this.#expiryOf(label));
    link.arrival = ++this.#arrivals;
    if (older !== undefined && fits && label.merge === undefined && lane.isOpen) {
      ledger.offer(bytes);
      this.#number(link, older);
      lane.conflate(older, link);
      return accepted;
    }
    if (older !== undefined && lane.isOpen) older = this.#merge(older, link);
    ledger.offer(link.bytes);
    this.#number(link, older);
    return lane.refuse(link.bytes, link) ?? this.#place(link, older, lane.hasRoom(link.bytes));
  }

  // ── Senders ─────────────────────────────────────────────────────────────────────────────────────────

  /** A message has come: its place among those of its key, and its life, begin now. */
  arrive(label: Label<T> | undefined): Pick<Arrived<T>, "label" | "arrival" | "expiresMillis"> {
    if (label === undefined) return unlabelled;
    return { label, arrival: ++this.#arrivals, expiresMillis: this.#expiryOf(label) };
  }

  #expiryOf({ ttlMillis }: Label<T>): number {
    return ttlMillis === never ? never : this.#parts.elapsed.millis() + ttlMillis;
  }

  /** Whether a message need not wait: one of its key does, and it fits in the place of that. */
  takesPlace(bytes: number, label: Label<T> | undefined): boolean {
    const { lane } = this.#parts;
    const older = lane.newestOf(label?.key);
    return older !== undefined && lane.fitsFor(older, bytes);
  }

  /** Takes the message of a sender, which has been counted. */
  letIn(arrived: Arrived<T>): OfferResult {
    const { lane, ledger, elapsed } = this.#parts;
    const { message, bytes, label } = arrived;
    if (label === undefined) return lane.take(message, bytes);
    const link = new Link(message, bytes, label, arrived.expiresMillis);
    link.arrival = arrived.arrival;
    if (link.dueMillis <= elapsed.millis()) return this.#lose(link, "expired");
    let older = lane.newestOf(label.key);
    if (older !== undefined && older.arrival > link.arrival) return this.#yieldTo(older, link);
    if (older !== undefined) {
      try {
        older = this.#merge(older, link);
      } catch (error) {
        this.#tell(error);
        older = lane.newestOf(label.key);
      }
    }
    ledger.resize(bytes, link.bytes);
    this.#number(link, older);
    return lane.refuse(link.bytes, link) ?? this.#place(link, older, lane.fits(link.bytes));
  }

  /** Why a message is refused whatever the fill. */
  refuse(bytes: number, label: Label<T> | undefined): OfferResult | undefined {
    const { lane } = this.#parts;
    const isTooLarge = label !== undefined && lane.isOpen && bytes > lane.maxBytes;
    return isTooLarge ? this.reject("too-large", bytes, label) : lane.refuse(bytes);
  }

  /** Refuses a message, which has been counted; that its sender took it back is no loss to its client. */
  reject(reason: RejectReason, bytes: number, label: Label<T> | undefined): OfferResult {
    const { gaps } = this.#parts.lane;
    const topic = label?.topic;
    const isLoss = reason !== "interrupted" && reason !== "closed";
    if (gaps !== undefined && topic !== undefined && isLoss) {
      gaps.lost(topic, gaps.next(topic), reason);
    }
    return this.#parts.ledger.reject(reason, bytes);
  }

  /** A newer message of its key came while it waited: that stands for both. */
  #yieldTo(newer: Link<T>, link: Link<T>): OfferResult {
    const { lane, ledger, sizeOf } = this.#parts;
    const merge = newer.label?.merge;
    if (merge !== undefined) {
      try {
        const merged = merge(link.message, newer.message);
        const bytes = sizeOf(merged);
        const stands = lane.newestOf(link.label?.key) === newer && lane.fitsFor(newer, bytes);
        if (stands) {
          const { label, dueMillis, arrival } = newer;
          const both = new Link(merged, bytes, label, dueMillis);
          both.arrival = arrival;
          ledger.resize(lane.replace(newer, both), bytes);
          lane.settle();
        }
      } catch (error) {
        this.#tell(error);
      }
    }
    return this.#lose(link, "conflated");
  }

  /** It has been taken, and goes no further. */
  #lose(link: Link<T>, reason: "expired" | "conflated"): OfferResult {
    const { lane, ledger } = this.#parts;
    if (reason === "expired" || lane.gaps?.tellsConflated) {
      this.#number(link, undefined);
      lane.miss(link, reason);
    }
    ledger.losses.dropped[reason].add(link.bytes);
    return accepted;
  }

  #tell(error: unknown): void {
    const { failed, announcements } = this.#parts;
    announcements.add(() => {
      if (failed === undefined) throw error;
      failed(error);
    });
  }

  // ── Its place ───────────────────────────────────────────────────────────────────────────────────────

  /** Makes one of both; answers which it takes the place of: the older has gone if `merge` itself has changed the outbox. */
  #merge(older: Link<T>, link: Link<T>): Link<T> | undefined {
    const { lane, sizeOf } = this.#parts;
    const merge = link.label?.merge;
    if (merge === undefined) return older;
    const { arrival } = older;
    const merged = merge(older.message, link.message);
    const bytes = sizeOf(merged);
    const now = lane.newestOf(link.label?.key);
    if (now !== older || older.arrival !== arrival) return now;
    link.message = merged;
    link.bytes = bytes;
    return older;
  }

  /** Its position in its topic, if that is told of. In the place of another of its topic it has that of the other. */
  #number(link: Link<T>, older: Link<T> | undefined): void {
    const { lane } = this.#parts;
    const { gaps } = lane;
    const topic = link.label?.topic;
    if (gaps === undefined || topic === undefined) return;
    const isInPlace =
      older?.label?.topic === topic &&
      link.label?.place === "keep" &&
      lane.fitsFor(older, link.bytes);
    if (!isInPlace || gaps.tellsConflated) link.position = gaps.next(topic);
  }

  #place(link: Link<T>, older: Link<T> | undefined, hasRoom: boolean): OfferResult {
    const { lane } = this.#parts;
    if (older !== undefined && lane.fitsFor(older, link.bytes)) {
      lane.conflate(older, link);
      return accepted;
    }
    if (older === undefined && hasRoom) {
      lane.enqueueLabelled(link);
      return accepted;
    }
    // Without room for what it is larger, the older one goes if others may, and stays if they may not.
    if (older !== undefined && lane.rule.accepts && !lane.isWriting) lane.supersede(older);
    return lane.overflow(link.message, link.bytes, link);
  }
}
