/**
 * What was published on one channel lately: its messages as they went over the wire, by position, from 1 on and without
 * holes. It is bounded in messages, in bytes and by age; what is beyond a bound goes, the oldest first.
 */
import type { Budget } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { Bounds } from "./HistoryOptions.js";
import type { Kept, Past, Place, ReadLimits } from "./Past.js";

/** Where what is kept weighs: a message that outboxes hold too is there once. */
export type Scales = Pick<Budget<Message>, "hold" | "release">;

export class Log implements Past {
  readonly epoch: string;
  /** Of what is kept. */
  bytes = 0;
  readonly #bounds: Bounds;
  readonly #scales: Scales | undefined;
  #frames: Array<Frame | undefined> = [];
  #publishedMillis: Array<number> = [];
  /** What is before it in the arrays has gone. */
  #head = 0;
  /** The position of what is at the head. */
  #first: number;

  /** It begins at a position. */
  constructor({ epoch, position }: Place, bounds: Bounds, scales: Scales | undefined) {
    this.epoch = epoch;
    this.#first = position;
    this.#bounds = bounds;
    this.#scales = scales;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#first + this.length - 1;
  }

  /** Messages that are kept. */
  get length(): number {
    return this.#frames.length - this.#head;
  }

  /** Keeps the next message, whose position is one more than the latest. */
  append(frame: Frame, nowMillis: number): void {
    this.#frames.push(frame);
    this.#publishedMillis.push(nowMillis);
    this.bytes += frame.byteLength;
    this.#scales?.hold(frame, frame.byteLength);
    this.trim(nowMillis);
  }

  /** Lets go of what is beyond the bounds. */
  trim(nowMillis: number): void {
    const { maxMessages, maxBytes, maxAgeMillis } = this.#bounds;
    while (this.length > maxMessages || this.bytes > maxBytes) this.#dropFirst();
    const oldestMillis = nowMillis - maxAgeMillis;
    while (this.length > 0 && (this.#publishedMillis[this.#head] as number) < oldestMillis) {
      this.#dropFirst();
    }
  }

  /** Lets go of so many of the oldest. */
  shorten(messages: number): void {
    for (let left = Math.min(messages, this.length); left > 0; left--) this.#dropFirst();
  }

  read(after: number, { maxMessages, maxBytes }: ReadLimits): ReadonlyArray<Kept> {
    const kept: Array<Kept> = [];
    let bytes = 0;
    for (let position = Math.max(after + 1, this.#first); position <= this.last; position++) {
      const frame = this.#frames[this.#head + position - this.#first] as Frame;
      bytes += frame.byteLength;
      if (kept.length > 0 && (kept.length >= maxMessages || bytes > maxBytes)) break;
      kept.push({ position, frame });
    }
    return kept;
  }

  #dropFirst(): void {
    const frame = this.#frames[this.#head] as Frame;
    this.#frames[this.#head++] = undefined;
    this.#first++;
    this.bytes -= frame.byteLength;
    this.#scales?.release(frame, frame.byteLength);
    // The arrays are made anew when half of their places are empty: each message is moved once, on average.
    if (this.#head * 2 < this.#frames.length) return;
    this.#frames = this.#frames.slice(this.#head);
    this.#publishedMillis = this.#publishedMillis.slice(this.#head);
    this.#head = 0;
  }
}
