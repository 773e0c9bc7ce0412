/**
 * Who may go in: which sender goes at once, which waits for its delay, which is blocked for want of room, and which
 * gives up. Senders are let in first come first served, and each is told exactly once what became of it, when the outbox is
 * whole. While nobody waits there is no line, and looking costs nothing.
 */
import type { Announcements } from "../Announcements.js";
import type { Account } from "../budget/Account.js";
import type { Configuration } from "../configuration/Configuration.js";
import type { RejectReason } from "../fate.js";
import { delayMillis } from "../flow/Delay.js";
import type { Elapsed } from "../flow/Elapsed.js";
import type { Flow } from "../flow/Flow.js";
import type { Label } from "../label/Label.js";
import type { Labelling } from "../label/Labelling.js";
import type { Lane } from "../lane/Lane.js";
import type { Ledger } from "../ledger/Ledger.js";
import type { OfferResult } from "../OfferResult.js";
import { Waiter } from "./Waiter.js";
import { type LineSnapshot, noLine, WaitingLine, type WaitingVolumes } from "./WaitingLine.js";

/** What senders are let into, and by what. */
export interface AdmissionParts<T> {
  readonly configuration: Configuration;
  readonly elapsed: Elapsed;
  readonly flow: Flow;
  readonly lane: Lane<T>;
  readonly labelling: Labelling<T>;
  readonly ledger: Ledger;
  readonly announcements: Announcements;
  readonly roomMaker: RoomMaker | undefined;
  /** What is held counts there, and so does what waits. */
  readonly account: Account<T> | undefined;
}

/** Whoever can make room while the outbox is full: the transport's side. */
export interface RoomMaker {
  /** Takes messages out, if the transport bears it, and says whether any have gone. */
  makeRoom(): boolean;
}

export class Admission<T> {
  readonly #parts: AdmissionParts<T>;
  #line: WaitingLine<T>;

  constructor(parts: AdmissionParts<T>, line: WaitingLine<T> = noLine) {
    this.#parts = parts;
    this.#line = line;
  }

  /** The line, which must be empty: then it is anybody's. */
  get line(): WaitingLine<never> {
    return this.#line as WaitingLine<never>;
  }

  /** Senders waiting. */
  get length(): number {
    return this.#line.length;
  }

  /** First come first. */
  get waiters(): Iterable<Waiter<T>> {
    return this.#line;
  }

  /** When the first of them is due, in elapsed milliseconds; `Infinity` when nobody waits. */
  get dueMillis(): number {
    return this.#line.dueMillis;
  }

  /** What waits, and the most that did. */
  get volumes(): WaitingVolumes {
    return this.#line.volumes;
  }

  /** What a sender that comes now has to wait at the most, in milliseconds, if there is room. */
  get delayMillis(): number {
    const { configuration, lane } = this.#parts;
    return delayMillis(configuration, lane.fill);
  }

  /** Lets what has expired go, and asks for room, where room can help, until there is some or nobody makes more. */
  seekRoom(bytes: number): boolean {
    const { roomMaker, lane, flow } = this.#parts;
    if (lane.isLinked) {
      this.expire();
      if (lane.hasRoom(bytes)) return true;
    }
    if (roomMaker === undefined || !(bytes <= lane.maxBytes)) return false;
    while (flow.isOpen && roomMaker.makeRoom()) {
      if (lane.hasRoom(bytes)) return true;
    }
    return false;
  }

  /** What has expired leaves, and whoever waits for that is let in. While nothing has a lifetime, nobody asks for the time. */
  expire(): void {
    const { lane, elapsed } = this.#parts;
    if (lane.isLinked && lane.dueMillis < Infinity && lane.expire(elapsed.millis())) this.relieve();
  }

  /** Whether one more sender may wait, with so many bytes. */
  #mayWait(bytes: number): boolean {
    const { maxWaiters, maxWaitingBytes } = this.#parts.configuration;
    return this.#line.length < maxWaiters && this.#line.bytes + bytes <= maxWaitingBytes;
  }

  /** Messages have left: leaves the marks that are cleared, and lets in whoever waited for that. */
  relieve(): void {
    this.#parts.lane.fall();
    this.admit();
  }

  /**
   * A sender comes: its waiter while it waits, undefined once it has been answered.
   * @throws {RangeError} when the size of its message is not a whole number of bytes.
   */
  enter(
    message: T,
    bytes: number,
    settle: (result: OfferResult) => void,
    label?: Label<T>,
  ): Waiter<T> | undefined {
    const { lane, labelling, ledger, flow, elapsed, announcements } = this.#parts;
    if (!lane.hasRoom(bytes) || !this.#mayWait(bytes)) this.seekRoom(bytes);
    ledger.offer(bytes);
    const result = labelling.refuse(bytes, label) ?? this.#answerAtOnce(message, bytes, label);
    if (result !== undefined) {
      announcements.add(() => settle(result));
      return undefined;
    }
    const delay = this.#mustBlock(bytes) ? 0 : this.delayMillis;
    const dueMillis = elapsed.millis() + delay;
    const arrived = { message, bytes, ...labelling.arrive(label) };
    const waiter = new Waiter({ ...arrived, rung: flow.rung, dueMillis, settle });
    this.#openLine().add(waiter);
    this.#parts.account?.took(message, bytes);
    this.admit();
    return waiter.result === undefined ? waiter : undefined;
  }

  /** Takes a sender back, as if it had been interrupted: false when it does not wait. */
  cancel(waiter: Waiter<T>): boolean {
    if (!this.#line.has(waiter)) return false;
    this.#reject(waiter, "interrupted");
    this.admit();
    return true;
  }

  /**
   * Lets waiting senders in, first come first served.
   *
   * A sender may go when its delay has passed or its state has fallen below the one it met; then so may all
   * before it, so that order holds and no delay is longer than was said. One whose own delay is over and that
   * finds no room is blocked, if the strategy waits, and nobody passes it. Letting one in can change the state, and
   * then the others are looked at afresh.
   */
  admit(): void {
    if (this.#line === noLine || this.#line.length === 0) return;
    const { lane, labelling, flow, elapsed } = this.#parts;
    let rung: number;
    do {
      const now = elapsed.millis();
      rung = flow.rung;
      let released = this.#line.released(now, rung);
      let isRoomTaken = false;
      for (const waiter of this.#line) {
        if (released-- === 0) break;
        if (!lane.rule.waits || (lane.fits(waiter.bytes) && !isRoomTaken)) {
          this.#answer(waiter, () => labelling.letIn(waiter));
        } else {
          isRoomTaken = this.#block(waiter, now) || isRoomTaken;
        }
        if (flow.rung !== rung) break;
      }
    } while (flow.rung !== rung);
  }

  /** Whoever waits is refused. */
  refuseAll(reason: RejectReason): void {
    for (const waiter of this.#line) this.#reject(waiter, reason);
  }

  snapshot(nowMillis: number): LineSnapshot<T> {
    return this.#line.snapshot(nowMillis);
  }

  /** Goes on from a snapshot: see `WaitingLine.restore`. */
  restore(
    snapshot: LineSnapshot<T>,
    nowMillis: number,
    settle: (message: T, result: OfferResult) => void,
  ): ReadonlyArray<Waiter<T>> {
    const { messages, bytes } = snapshot.peakWaiting;
    if (messages + bytes === 0) return [];
    const waiters = this.#openLine().restore(snapshot, nowMillis, settle);
    this.#parts.lane.blocked = waiters.filter(({ blocked }) => blocked).length;
    return waiters;
  }

  /** What a sender is told that need not wait, or may not. */
  #answerAtOnce(message: T, bytes: number, label: Label<T> | undefined): OfferResult | undefined {
    const mustWait = this.#mustBlock(bytes) || this.#line.length > 0 || this.delayMillis > 0;
    const { labelling } = this.#parts;
    const isLetIn = !mustWait || labelling.takesPlace(bytes, label);
    if (isLetIn) return labelling.letIn({ message, bytes, ...labelling.arrive(label) });
    return this.#mayWait(bytes) ? undefined : labelling.reject("waiters", bytes, label);
  }

  /** Whether there is no room for a message, and the strategy waits for some. */
  #mustBlock(bytes: number): boolean {
    const { lane } = this.#parts;
    return lane.rule.waits && !lane.fits(bytes);
  }

  #reject(waiter: Waiter<T>, reason: RejectReason): void {
    const { bytes, label } = waiter;
    this.#answer(waiter, () => this.#parts.labelling.reject(reason, bytes, label));
  }

  /** There is no room for a sender: false when its deadline has passed and it is gone. */
  #block(waiter: Waiter<T>, now: number): boolean {
    const { configuration, lane, flow } = this.#parts;
    if (!waiter.isReleased(now, flow.rung)) return true;
    if (!waiter.blocked) {
      waiter.block(now + configuration.blockTimeoutMillis);
      lane.blocked++;
    }
    if (waiter.dueMillis > now) return true;
    this.#reject(waiter, "timeout");
    flow.overflow();
    lane.fall();
    return false;
  }

  /** Takes a sender out of the line; it is told before anybody who learns of what is decided. */
  #answer(waiter: Waiter<T>, decide: () => OfferResult): void {
    this.#line.remove(waiter);
    const { lane, announcements, account } = this.#parts;
    account?.gave(waiter.message, waiter.bytes);
    if (waiter.blocked) lane.blocked--;
    announcements.add(() => waiter.settle(waiter.result as OfferResult));
    waiter.result = decide();
  }

  #openLine(): WaitingLine<T> {
    if (this.#line === noLine) this.#line = new WaitingLine();
    return this.#line;
  }
}
