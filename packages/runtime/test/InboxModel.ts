/** What should become of every message of an inbox, told plainly: an array, and no thought of speed. */
import type { IncomingOptions } from "@sluice/runtime/adapter";
import fc from "fast-check";
import type { Manner } from "./InboxWorld.js";

/** Ten a second, each worth a hundred milliseconds: whole numbers, which add up. */
export const paces = fc.record({
  concurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  maxMessages: fc.integer({ min: 1, max: 4 }),
  maxBytes: fc.integer({ min: 1, max: 30 }),
  onFull: fc.constantFrom("close" as const, "pause" as const),
  burst: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
});

type Pacing = typeof paces extends fc.Arbitrary<infer P> ? P : never;

export function optionsOf({ concurrency, burst, ...waiting }: Pacing): IncomingOptions {
  return {
    ...(concurrency !== undefined && { concurrency, ...waiting }),
    ...(burst !== undefined && { perSecond: 10, burst }),
  };
}

export class Model {
  isOpen = true;
  isListening = true;
  begun: Array<number> = [];
  running: Array<number> = [];
  waiting: Array<{ readonly id: number; readonly bytes: number; readonly manner: Manner }> = [];
  lost = { rate: 0, inbox: 0, closed: 0 };
  credit: number;
  /** So much more than a burst it may have: its socket was paused. */
  extra = 0;
  next = 0;

  constructor(readonly pacing: Pacing) {
    this.credit = 100 * (pacing.burst ?? 0);
  }

  get bytes(): number {
    return this.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  passes(millis: number): void {
    this.extra = this.isListening ? Math.max(0, this.extra - millis) : this.extra + millis;
    const most = 100 * (this.pacing.burst ?? 0) + this.extra;
    this.credit = Math.min(most, this.credit + millis);
  }

  comes(bytes: number, manner: Manner): void {
    const { burst, onFull, maxMessages, maxBytes } = this.pacing;
    const message = { id: this.next++, bytes, manner };
    if (!this.isOpen) return;
    if (burst !== undefined && this.credit < 100) {
      this.loses("rate");
      return;
    }
    this.credit -= 100;
    this.waiting.push(message);
    this.goOn();
    if (!this.waiting.includes(message)) return;
    const isAt = this.waiting.length >= maxMessages || this.bytes >= maxBytes;
    const isOver = this.waiting.length > maxMessages || this.bytes > maxBytes;
    if (onFull === "pause" && isAt) this.isListening = false;
    if (onFull === "close" && isOver) {
      this.waiting.pop();
      this.loses("inbox");
    }
  }

  loses(why: "rate" | "inbox"): void {
    this.lost[why]++;
    this.closes();
  }

  ends(which: number, how: "resolve" | "reject"): void {
    this.running.splice(which, 1);
    if (how === "reject") this.isOpen = false;
    if (this.isOpen) this.goOn();
    else this.closes();
    this.relieves();
  }

  goOn(): void {
    const { concurrency = Number.POSITIVE_INFINITY } = this.pacing;
    while (this.isOpen && this.waiting.length > 0 && this.running.length < concurrency) {
      const { id, manner } = this.waiting.shift() as Model["waiting"][number];
      this.begun.push(id);
      if (manner === "throws") this.isOpen = false;
      else if (manner !== "returns") this.running.push(id);
    }
  }

  relieves(): void {
    const { maxMessages, maxBytes } = this.pacing;
    const isRelieved = this.waiting.length <= maxMessages / 2 && this.bytes <= maxBytes / 2;
    if (isRelieved) this.isListening = true;
  }

  closes(): void {
    this.isOpen = false;
    this.lost.closed += this.waiting.length;
    this.waiting = [];
    this.isListening = true;
  }
}
