/**
 * Those of an audience that keep up. What is published goes to them by one call on a topic of their own, and nothing is
 * done for each of them but a look every few messages: what they were given is known from what was published.
 */

import { defaultQuantum } from "../actor/Flusher.js";
import type { Limited } from "../actor/Lanes.js";
import type { Reader } from "./Reader.js";

export class Cohort {
  readonly topic: string;
  readonly limits: Limited | undefined;
  readonly readers = new Set<Reader>();
  /** Handed over so far. */
  messages = 0;
  bytes = 0;
  /** Published in this turn, and not handed over yet. */
  pendingMessages = 0;
  pendingBytes = 0;
  /** Grows when a reader comes or goes. */
  changes = 0;

  /** The most messages of a turn, and bytes before the next look, for which no reader has to be asked. */
  #roomMessages = 0;
  #roomBytes = 0;
  /** Every reader has to be asked, until the next look. */
  #isNarrow = true;
  /** Published since the latest look. */
  #unseenBytes = 0;

  /** `limits` are those of what waits at who leaves it, where they are its own. */
  constructor(topic: string, limits: Limited | undefined) {
    this.topic = topic;
    this.limits = limits;
  }

  add(reader: Reader): void {
    this.readers.add(reader);
    this.changes++;
    this.#isNarrow = true;
  }

  remove(reader: Reader): void {
    this.readers.delete(reader);
    this.changes++;
  }

  // ── In a turn ───────────────────────────────────────────────────────────────────────────────────────

  /** Whether every reader has room for a message of so many bytes. If not, each has to be asked. */
  hasRoom(bytes: number): boolean {
    if (this.#isNarrow) return false;
    return this.pendingMessages < this.#roomMessages && bytes <= this.#roomBytes;
  }

  /** From now on every reader has to be asked: one of them has used up what is another cohort's share. */
  narrow(): void {
    this.#isNarrow = true;
  }

  /** A message has been published. */
  take(bytes: number): void {
    this.pendingMessages++;
    this.pendingBytes += bytes;
    this.#roomBytes -= bytes;
  }

  // ── At its end ──────────────────────────────────────────────────────────────────────────────────────

  /** What was published has been handed over. */
  handedOver(): void {
    this.messages += this.pendingMessages;
    this.bytes += this.pendingBytes;
    this.#unseenBytes += this.pendingBytes;
    this.pendingMessages = 0;
    this.pendingBytes = 0;
  }

  /** Its readers are to be looked at: as much has gone to them as the flush hands over before it looks. */
  get isDue(): boolean {
    return this.#isNarrow || this.#unseenBytes >= defaultQuantum.bytes;
  }

  /** All its readers are looked at: each says how much room it has. */
  widen(): void {
    this.#isNarrow = false;
    this.#unseenBytes = 0;
    this.#roomMessages = Number.POSITIVE_INFINITY;
    this.#roomBytes = Number.POSITIVE_INFINITY;
  }

  /** A reader has so much room for what this cohort publishes. */
  limit(messages: number, bytes: number): void {
    this.#roomMessages = Math.min(this.#roomMessages, messages);
    this.#roomBytes = Math.min(this.#roomBytes, bytes);
  }
}
