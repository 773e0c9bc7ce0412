/**
 * One connection catches up with one channel. It is given what is after its place as its outbox has room for it, whatever
 * its strategy, and is subscribed in the turn in which it has had the latest: what comes then comes live, so that nothing
 * is missing in between, and nothing comes twice.
 *
 * What has gone for good it is told, once, before what comes after it.
 */
import type { OfferResult } from "@sluice/core";
import type { Limited } from "../actor/Lanes.js";
import type { Frame } from "../adapter/Frame.js";
import type { History } from "./History.js";
import { type Gap, type Kept, missing, type Place } from "./Past.js";
import type { Resumed } from "./Resumption.js";
import type { Room } from "./Room.js";

/** Whose connection it is. */
export interface Latecomer {
  readonly isOpen: boolean;
  take(frame: Frame, bytes: number, limits: Limited | undefined): OfferResult;
  /** For messages of a channel with such limits. */
  roomFor(limits: Limited | undefined): Room;
  onError(error: unknown, what: string): void;
}

export interface CatchUpParts {
  readonly channel: string;
  readonly limits: Limited | undefined;
  readonly history: History;
  readonly latecomer: Latecomer;
  /** Subscribes it. */
  readonly join: () => void;
  /** It is not over, and goes on when the outbox has handed something over. */
  readonly waits: () => void;
  readonly ended: () => void;
}

const againMillis = 500;

export class CatchUp {
  readonly done: Promise<Resumed>;
  readonly #parts: CatchUpParts;
  #place: Place | undefined;
  #replayed = 0;
  readonly #gaps: Array<Gap> = [];
  #isReading = false;
  #isOver = false;
  #resolve: (resumed: Resumed) => void = () => {};

  constructor(parts: CatchUpParts, place: Place | undefined) {
    this.#parts = parts;
    this.#place = place;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Goes as far as there is room. */
  step(): void {
    try {
      while (!this.#isOver && !this.#isReading) {
        if (!this.#parts.latecomer.isOpen) this.end();
        else if (!this.#goesOn()) return;
      }
    } catch (error) {
      // Of a function of the options: it costs this, and nobody else's turn.
      this.#fail(error);
    }
  }

  /** It is given nothing more of this. */
  end(isLive = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.ended();
    this.#resolve({ isLive, replayed: this.#replayed, gaps: this.#gaps });
  }

  /** False when it is to wait. */
  #goesOn(): boolean {
    const { channel, history, latecomer, limits } = this.#parts;
    const past = history.past(channel);
    const place = this.#place;
    const reaching = past.reach?.(place);
    if (reaching !== undefined) return this.#waitsFor(reaching);
    const { epoch, last } = past;
    if (place?.epoch === epoch && place.position === last) return this.#join();
    const room = latecomer.roomFor(limits);
    if (room.messages === 0) return this.#waits();
    if (place === undefined) return this.#tell({ epoch, position: last });
    const gap = missing(place, past);
    if (gap !== undefined) return this.#tell({ epoch, position: gap.last }, gap);
    const kept = past.read(place.position, { maxMessages: room.messages, maxBytes: room.bytes });
    if (!(kept instanceof Promise)) return this.#give(kept, epoch, room);
    this.#isReading = true;
    kept
      .then(
        (those) => this.#hasRead(those, epoch),
        (error) => this.#again(error),
      )
      .catch((error) => this.#fail(error));
    return false;
  }

  #waitsFor(reaching: Promise<void>): boolean {
    this.#isReading = true;
    reaching
      .then(
        () => {
          this.#isReading = false;
          this.step();
        },
        (error) => this.#again(error),
      )
      .catch((error) => this.#fail(error));
    return false;
  }

  /** Whoever has the past does not answer now: it is asked again, for as long as the connection is there. */
  #again(error: unknown): void {
    if (this.#isOver) return;
    this.#parts.latecomer.onError(error, "a channel cannot be resumed now");
    setTimeout(() => {
      this.#isReading = false;
      this.step();
    }, againMillis).unref();
  }

  /** It took a while: what there was room for then may not be so now. */
  #hasRead(kept: ReadonlyArray<Kept>, epoch: string): void {
    this.#isReading = false;
    if (this.#isOver) return;
    const { latecomer, limits } = this.#parts;
    if (latecomer.isOpen && !this.#give(kept, epoch, latecomer.roomFor(limits))) return;
    this.step();
  }

  #give(kept: ReadonlyArray<Kept>, epoch: string, room: Room): boolean {
    const { channel, history, latecomer, limits } = this.#parts;
    const place = this.#place as Place;
    if (kept[0]?.position !== place.position + 1) {
      // It may have been trimmed while it was read.
      if (missing(place, history.past(channel)) !== undefined) return true;
      throw new Error(`nothing was read of ${channel} after ${place.position}`);
    }
    for (const { position, frame } of kept) {
      const { byteLength } = frame;
      const isFirst = room.isEmpty && frame === kept[0]?.frame;
      if (room.messages === 0 || (byteLength > room.bytes && !isFirst)) return this.#waits();
      const result = latecomer.take(frame, byteLength, limits);
      if (result._tag === "Rejected") return this.#isRefused(result.reason, { epoch, position });
      room.messages--;
      room.bytes -= byteLength;
      this.#place = { epoch, position };
      this.#replayed++;
    }
    return true;
  }

  #isRefused(reason: string, place: Place): boolean {
    // Whoever is not open any more is seen in the next step.
    if (reason !== "too-large") return this.#parts.latecomer.isOpen ? this.#waits() : true;
    const { position } = place;
    return this.#tell(place, { first: position, last: position, count: 1, reason });
  }

  /** Tells it where it is, and what it will not get. */
  #tell(place: Place, gap?: Gap): boolean {
    const { channel, history, latecomer, limits } = this.#parts;
    const { epoch } = place;
    const notice = gap === undefined ? { channel, ...place } : { channel, epoch, gap };
    const frame = history.wire.notice(notice);
    const result = latecomer.take(frame, frame.byteLength, limits);
    if (result._tag === "Rejected") return latecomer.isOpen ? this.#waits() : true;
    if (gap !== undefined) this.#gaps.push(gap);
    this.#place = place;
    return true;
  }

  #join(): boolean {
    this.#parts.join();
    this.end(true);
    return false;
  }

  #waits(): boolean {
    this.#parts.waits();
    return false;
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.end();
    this.#parts.latecomer.onError(error, "a channel could not be resumed");
  }
}
