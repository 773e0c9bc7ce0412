/**
 * The live feed: flights in time order at a constant rate, a minute's departures in a message, encoded once for
 * everyone.
 *
 * It runs while someone listens and rests while nobody does; `seq` goes on where it was. When the process is
 * too busy to keep the rate, the feed gets slower: it never sends more in a turn of the event loop than the
 * shared flush hands over in one, so that a client that keeps up is not overrun by a burst.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { defaultQuantum } from "@sluice/runtime";
import { Frame } from "@sluice/uws";
import type { Peers } from "../cluster/Peers.js";
import type { Minute } from "./Timetable.js";

export interface FeedOptions {
  readonly timetable: { next(): Promise<Minute> };
  readonly broadcast: (message: Frame) => void;
  /** Messages per second, to begin with. */
  readonly rate: number;
  /** Other servers that have the same feed, if there are any: one of them sends it. */
  readonly peers?: Pick<Peers, "isLeading" | "listenersElsewhere" | "seq"> | undefined;
  /** Told when flights cannot be read; the feed waits a second and tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Half a year of flights in three minutes: about 1.3 MB/s, which fills a stalled socket's 4 MB in the kernel
 * within three seconds.
 */
export const defaultFeedRate = 1_500;

const tickMillis = 5;
const retryMillis = 1_000;

/** What a tick may send: a quantum of the shared flush. */
const maxBytesPerTick = defaultQuantum.bytes;

export class Feed {
  /** Messages per second. May be changed while it runs. */
  rate: number;
  readonly #options: FeedOptions;
  #listeners = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  #seq = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.rate = options.rate;
  }

  /** Messages sent so far: the `seq` of the next one. */
  get seq(): number {
    return this.#seq;
  }

  /** Someone listens. */
  join(): void {
    this.#listeners++;
    this.changed();
  }

  /** Who listens here. */
  get listeners(): number {
    return this.#listeners;
  }

  /** It may be wanted from now on: because of another server, say. */
  changed(): void {
    if (this.#isWanted) this.#running ??= this.#run();
  }

  /** Someone no longer listens. */
  leave(): void {
    this.#listeners--;
  }

  /** Ends the feed for good. Resolves when it has sent its last message. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    let due = 0;
    // It goes on where another server was.
    this.#seq = Math.max(this.#seq, this.#options.peers?.seq ?? 0);
    let last = performance.now();
    while (this.#isWanted) {
      await sleep(tickMillis);
      const now = performance.now();
      due += ((now - last) * this.rate) / 1000;
      last = now;
      let bytes = 0;
      for (; due >= 1 && bytes < maxBytesPerTick && this.#isWanted; due--) {
        bytes += await this.#sendNext();
      }
      // What could not be sent in time is not made up for.
      due = Math.min(due, 1);
    }
    this.#running = undefined;
  }

  get #isWanted(): boolean {
    if (this.#stopped) return false;
    const { peers } = this.#options;
    if (peers === undefined) return this.#listeners > 0;
    return peers.isLeading && this.#listeners + peers.listenersElsewhere > 0;
  }

  /** Sends the next message and returns its size. */
  async #sendNext(): Promise<number> {
    const { timetable, broadcast, onError } = this.#options;
    try {
      const minute = await timetable.next();
      const frame = Frame.text(JSON.stringify({ seq: this.#seq, ...minute }));
      this.#seq++;
      broadcast(frame);
      return frame.byteLength;
    } catch (error) {
      onError(error);
      await sleep(retryMillis);
      return 0;
    }
  }
}
