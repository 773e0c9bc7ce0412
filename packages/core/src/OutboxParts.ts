/**
 * The parts of one outbox, put together: each has what it needs of the others. Here is what takes all of them: what
 * a step of the chart makes them do, the statistics, the snapshot.
 */
import { Action } from "@sluice/machines";
import { Announcements } from "./Announcements.js";
import type { Account } from "./budget/Account.js";
import type { Budget } from "./budget/Budget.js";
import { type Configuration, watermarksOf } from "./configuration/Configuration.js";
import { Deadlines } from "./flow/Deadlines.js";
import { Elapsed } from "./flow/Elapsed.js";
import { Flow, type StepListener } from "./flow/Flow.js";
import type { Label } from "./label/Label.js";
import { Labelling } from "./label/Labelling.js";
import type { TopicGaps } from "./label/TopicGaps.js";
import { Lane } from "./lane/Lane.js";
import { healthOf } from "./ledger/DropRate.js";
import { Ledger } from "./ledger/Ledger.js";
import type { Statistics } from "./ledger/Statistics.js";
import { total, type Volume } from "./ledger/Volume.js";
import { Admission, type RoomMaker } from "./line/Admission.js";
import type { Waiter } from "./line/Waiter.js";
import type { OfferResult } from "./OfferResult.js";
import { checkSnapshot, type OutboxSnapshot } from "./OutboxSnapshot.js";
import type { Past } from "./Past.js";

const nothing: Volume = { messages: 0, bytes: 0 };

/** What is held, and what waits, in outboxes beside one. */
export interface Beside extends Volume {
  readonly waiting: Volume;
}

const nothingBeside: Beside = { ...nothing, waiting: nothing };

/** What the parts are made of. */
export interface PartsOptions<T> {
  readonly configuration: Configuration;
  sizeOf(message: T): number;
  readonly now: (() => number) | Elapsed;
  readonly listener?: StepListener;
  readonly roomMaker?: RoomMaker;
  readonly past?: Past | undefined;
  readonly budget?: Budget<T> | undefined;
  readonly gaps?: TopicGaps | undefined;
  readonly failed?: ((error: unknown) => void) | undefined;
}

export class OutboxParts<T> implements StepListener {
  configuration: Configuration;
  readonly elapsed: Elapsed;
  readonly announcements = new Announcements();
  readonly ledger: Ledger;
  readonly flow: Flow;
  readonly lane: Lane<T>;
  readonly labelling: Labelling<T>;
  readonly failed: ((error: unknown) => void) | undefined;
  readonly sizeOf: PartsOptions<T>["sizeOf"];
  readonly admission: Admission<T>;
  readonly deadlines: Deadlines;
  readonly roomMaker: RoomMaker | undefined;
  readonly account: Account<T> | undefined;
  readonly #listener: StepListener | undefined;

  /** Those `beside` which it is have its ledger, and its account is one of theirs. */
  constructor(options: PartsOptions<T>, beside?: OutboxParts<T>) {
    const { configuration, now, listener, roomMaker, past } = options;
    this.configuration = configuration;
    this.roomMaker = roomMaker;
    this.elapsed = now instanceof Elapsed ? now : new Elapsed(now);
    this.ledger = beside?.ledger ?? new Ledger(configuration.healthWindowMillis);
    this.flow = new Flow(watermarksOf(configuration), this.elapsed, this);
    this.lane = new Lane(configuration, this.flow, this.ledger);
    this.sizeOf = options.sizeOf;
    this.failed = options.failed ?? beside?.failed;
    this.labelling = new Labelling(this);
    this.admission = new Admission(this, past?.line);
    this.deadlines = new Deadlines(this);
    const budget = options.budget ?? beside?.account?.budget;
    this.account = budget?.open(this, beside?.account);
    this.lane.account = this.account;
    this.lane.gaps = options.gaps ?? beside?.lane.gaps;
    this.#listener = listener;
    if (past === undefined) return;
    this.ledger.goOn(past.ledger, this.elapsed.millis());
    this.flow.goOn(past);
  }

  /** What is behind it, if it is at rest: as it began, but for what it has counted. */
  get past(): Past | undefined {
    const { flow, lane, admission, announcements, ledger } = this;
    const isEmpty = lane.length === 0 && admission.length === 0 && announcements.isEmpty;
    if (!flow.isAtStart || !isEmpty || !ledger.isQuiet) return undefined;
    const { throttleEvents, pauseEvents, pausedMillis } = flow;
    return {
      ledger: ledger.atRest(),
      line: admission.line,
      throttleEvents,
      pauseEvents,
      pausedMillis,
    };
  }

  /** The chart has made a step: its actions are performed at once, others are told when the outbox is whole. */
  onStep(event: number, from: number, to: number, mask: number): void {
    if (mask & Action.refuseSenders) this.admission.refuseAll("closed");
    if (mask & Action.discardBuffered) this.lane.discard();
    if (from !== to) this.deadlines.enter(to);
    const listener = this.#listener;
    if (listener !== undefined) {
      this.announcements.add(() => listener.onStep(event, from, to, mask));
    }
  }

  /** From now on it has these limits, this strategy and these times. */
  reconfigure(configuration: Configuration): void {
    const { lane, flow, ledger, admission, elapsed } = this;
    this.configuration = configuration;
    lane.limit(configuration);
    if (flow.isOpen) flow.remark(watermarksOf(configuration), lane.length, lane.bytes);
    ledger.look(configuration.healthWindowMillis, elapsed.millis());
    admission.admit();
    this.announcements.announce();
  }

  /** Offers a message that has a label. */
  offerLabelled(message: T, bytes: number, label: Label<T>): OfferResult {
    const { lane, labelling, admission, announcements } = this;
    const result = labelling.offer(message, bytes, label);
    if (lane.isRelieved) admission.relieve();
    announcements.announce();
    return result;
  }

  /** Moves the recent window on, and the health region with it; an empty lane gives its memory back. */
  assess(isStalled: boolean): void {
    this.admission.expire();
    const rate = this.ledger.assess(this.elapsed.millis());
    this.flow.follow(isStalled ? "unhealthy" : healthOf(rate));
    if (this.lane.length === 0) this.lane.clear();
  }

  statistics(ahead = nothing, beside = nothingBeside, apart = nothing): Statistics {
    const messages = this.lane.length + ahead.messages;
    const bytes = this.lane.bytes + ahead.bytes;
    const { state, health, throttleEvents, pauseEvents, pausedMillis } = this.flow;
    const buffered = { messages: messages + beside.messages, bytes: bytes + beside.bytes };
    this.ledger.hold(buffered);
    const { offered, delivered, dropped, rejected, peak } = this.ledger.totals();
    const { waiting, peakWaiting } = this.admission.volumes;
    return {
      state,
      health,
      fill: this.lane.fillOf(messages - apart.messages, bytes - apart.bytes),
      delayMillis: this.admission.delayMillis,
      offered: total({ offered, ahead }),
      // What was taken is what has left and what is left: one counter less for every message.
      enqueued: total({ delivered, buffered, dropped: total(dropped) }),
      delivered,
      dropped,
      rejected,
      buffered,
      waiting: total({ waiting, beside: beside.waiting }),
      peak,
      peakWaiting,
      throttleEvents,
      pauseEvents,
      pausedMillis,
      dropRate: this.ledger.dropRate(ahead.messages),
    };
  }

  snapshot(): OutboxSnapshot<T> {
    const now = this.elapsed.millis();
    return {
      ...this.flow.snapshot(),
      closing: this.deadlines.snapshot(now),
      buffered: this.lane.snapshot(now),
      ...this.admission.snapshot(now),
      ...this.ledger.snapshot(now),
    };
  }

  /** Goes on from a snapshot; answers the senders that wait. @throws {SnapshotError} when it cannot be one. */
  restore(
    snapshot: OutboxSnapshot<T>,
    settle: (message: T, result: OfferResult) => void,
  ): ReadonlyArray<Waiter<T>> {
    checkSnapshot(this.configuration, snapshot);
    const now = this.elapsed.millis();
    this.flow.restore(snapshot);
    this.deadlines.restore(snapshot.closing, now);
    this.lane.restore(snapshot.buffered, now);
    this.ledger.restore(snapshot, now);
    return this.admission.restore(snapshot, now, settle);
  }
}
