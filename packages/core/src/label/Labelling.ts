/**
 * How a message that has a label comes into an outbox: in the place of the one of its key, if one waits; else as any other.
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
  readonly elapsed: Elapsed;
  readonly lane: Lane<T>;
  readonly ledger: Ledger;
  readonly announcements: Announcements;
  readonly admission: { seekRoom(bytes: number): boolean };
  sizeOf(message: T): number;
}

export class Labelling<T> {
  readonly #parts: LabellingParts<T>;

  constructor(parts: LabellingParts<T>) {
    this.#parts = parts;
  }

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
    const link = this.#linkOf(message, bytes, label, older);
    ledger.offer(link.bytes);
    this.#number(link, older);
    return lane.refuse(link.bytes, link) ?? this.#place(link, older, lane.hasRoom(link.bytes));
  }

  /**
   * Takes the message of a sender, which has been counted and may have no label. If its `merge` throws, it does not take
   * the place of the older one, and the error comes out of the call by which it was let in.
   */
  take(message: T, bytes: number, label: Label<T> | undefined): OfferResult {
    const { lane, ledger } = this.#parts;
    if (label === undefined) return lane.take(message, bytes);
    const older = lane.newestOf(label.key);
    try {
      const link = this.#linkOf(message, bytes, label, older);
      ledger.resize(bytes, link.bytes);
      this.#number(link, older);
      return lane.refuse(link.bytes, link) ?? this.#place(link, older, lane.fits(link.bytes));
    } catch (error) {
      this.#parts.announcements.add(() => {
        throw error;
      });
      const link = this.#linkOf(message, bytes, label, undefined);
      this.#number(link, undefined);
      return this.#place(link, undefined, lane.fits(bytes));
    }
  }

  /** What it makes of itself and of the older one; its life begins now. */
  #linkOf(message: T, bytes: number, label: Label<T>, older: Link<T> | undefined): Link<T> {
    const { elapsed, sizeOf } = this.#parts;
    const { ttlMillis } = label;
    const isLasting = ttlMillis === Number.POSITIVE_INFINITY;
    const dueMillis = isLasting ? ttlMillis : elapsed.millis() + ttlMillis;
    if (older === undefined || label.merge === undefined) {
      return new Link(message, bytes, label, dueMillis);
    }
    const merged = label.merge(older.message, message);
    return new Link(merged, sizeOf(merged), label, dueMillis);
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

  /** Its position in its topic, if that is told of. In the place of another it has that of the other. */
  #number(link: Link<T>, older: Link<T> | undefined): void {
    const { lane } = this.#parts;
    const { gaps } = lane;
    const topic = link.label?.topic;
    if (gaps === undefined || topic === undefined) return;
    const isInPlace =
      older !== undefined && link.label?.place === "keep" && lane.fitsFor(older, link.bytes);
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
    if (older !== undefined && lane.rule.accepts) {
      lane.supersede(older);
    }
    return lane.overflow(link.message, link.bytes, link);
  }
}
