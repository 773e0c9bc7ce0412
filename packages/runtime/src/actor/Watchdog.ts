/**
 * What has time in it, of one connection: delays and deadlines of its senders, the drain watchdog, an orderly close.
 * It looks at a transport that does not speak, and sets the alarm to the next moment at which something is due.
 */
import type { Elapsed, Outbox } from "@sluice/core";
import { Event } from "@sluice/machines";
import type { Context } from "effect";
import type { Transport } from "../adapter/Transport.js";
import { Alarm } from "./Alarm.js";
import type { CloseOptions } from "./CloseInfo.js";
import { type Gate, Shut } from "./Gate.js";
import { Ladder, type LadderView } from "./Ladder.js";
import { Pressure } from "./Pressure.js";
import type { Pump } from "./Pump.js";
import type { Receipts } from "./Receipts.js";
import { type Condition, farewellFor, hasLadder, type Rung } from "./Rung.js";
import type { Vigil } from "./Vigil.js";

/** What it works on. */
export interface WatchdogOptions {
  readonly outbox: Outbox<unknown>;
  readonly transport: Pick<Transport<never>, "bufferedBytes">;
  readonly gate: Gate;
  readonly elapsed: Elapsed;
  readonly vigil: Vigil | undefined;
}

/** What waits beside the outbox has deadlines too. */
interface WithDeadlines {
  readonly backlogs?: { millisToDeadline(): number; advance(): void } | undefined;
}

/** The connection that it watches. */
export interface Watched {
  readonly context: Context.Context<never>;
  readonly pump: Pick<Pump<never>, "turn" | "standInLine"> & LadderView["beside"] & WithDeadlines;
  readonly receipts: Pick<Receipts, "silentMillis" | "isLate">;
  assess(): void;
  evict(options: CloseOptions, rung: Rung): void;
  failed(defect: unknown): void;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #watched: Watched;
  readonly #pressure: Pressure;
  #alarm: Alarm | undefined;
  #ladder: Ladder | undefined;

  constructor(watched: Watched, options: WatchdogOptions) {
    this.#options = options;
    this.#watched = watched;
    this.#pressure = new Pressure(options.gate);
  }

  /** How long the client has given no sign of reading, once that was reported; 0 before. */
  get stalledMillis(): number {
    return this.isStalled ? this.#stuckMillis : 0;
  }

  get isStalled(): boolean {
    return this.#pressure.isStalled;
  }

  /** What it is like, as far as that is a reason to cut it off. */
  get condition(): Condition {
    const { recentRates } = this.#options.outbox;
    const oldestMillis = this.#ladder?.oldestMillis ?? 0;
    return { stalledMillis: this.#stuckMillis, dropRate: recentRates.lost, oldestMillis };
  }

  /** Milliseconds without a sign. A transport under pressure that takes something is one, and so is a receipt. */
  get #stuckMillis(): number {
    const { silentMillis } = this.#watched.receipts;
    const stuckMillis = this.#pressure.stuckMillis(this.#options.elapsed.millis());
    if (silentMillis === 0 || !this.#pressure.isOn) return Math.max(silentMillis, stuckMillis);
    return Math.min(silentMillis, stuckMillis);
  }

  // ── Receipts ────────────────────────────────────────────────────────────────────────────────────────

  /** The client has answered. */
  answered(): void {
    this.#pressure.isStalled = false;
  }

  // ── Pressure ────────────────────────────────────────────────────────────────────────────────────────

  /** The transport holds so many bytes, and may have refused a message. */
  note(bufferedBytes: number, isRefused: boolean): void {
    const { elapsed, outbox } = this.#options;
    const { watchdogMillis } = outbox.configuration;
    this.#pressure.note(bufferedBytes, isRefused, elapsed.millis(), watchdogMillis);
    this.arm();
  }

  /** Looks at the transport: it may have room without having said so. */
  look(): void {
    const pressure = this.#pressure;
    const bufferedBytes = this.#bufferedBytes();
    if (bufferedBytes === undefined) return;
    if (bufferedBytes > 0 || pressure.isOn) this.note(bufferedBytes, false);
    if (!pressure.isOn) {
      this.#watched.pump.standInLine();
      return;
    }
    this.#judgeStall();
  }

  /** Nothing, when the transport throws: then its connection is cut off, whoever looked. */
  #bufferedBytes(): number | undefined {
    try {
      return this.#options.transport.bufferedBytes();
    } catch (defect) {
      this.#watched.failed(defect);
      return undefined;
    }
  }

  #judgeStall(): void {
    const { outbox } = this.#options;
    const { stallTimeoutMillis } = outbox.configuration;
    const stuckMillis = this.#stuckMillis;
    if (!this.isStalled && stuckMillis >= stallTimeoutMillis) {
      this.#pressure.isStalled = true;
      outbox.signal(Event.stall);
      this.#watched.assess();
    }
    if (stuckMillis >= this.#evictMillis) this.#cutOff("stalled");
  }

  /** Milliseconds until a client that is silent has been so for too long. */
  get #toStall(): number {
    if (!this.#watched.receipts.isLate) return Number.POSITIVE_INFINITY;
    const { stallTimeoutMillis } = this.#options.outbox.configuration;
    const toEvict = this.#evictMillis;
    const next = this.isStalled ? toEvict : Math.min(stallTimeoutMillis, toEvict);
    return Math.max(0, next - this.#stuckMillis);
  }

  /** So long without progress is too long. */
  get #evictMillis(): number {
    const { evictTimeoutMillis, evictGraceMillis } = this.#options.outbox.configuration;
    return (evictTimeoutMillis ?? Number.POSITIVE_INFINITY) + evictGraceMillis;
  }

  // ── The ladder ──────────────────────────────────────────────────────────────────────────────────────

  /** Looks whether the client climbs the ladder. Whatever is due of that is judged when the alarm rings. */
  climb(): void {
    const { outbox, elapsed } = this.#options;
    if (outbox.isOpen && hasLadder(outbox.configuration)) {
      this.#ladder ??= new Ladder({ outbox, beside: this.#watched.pump });
      this.#ladder.look(elapsed.millis());
    }
    this.arm();
  }

  /** What was seen of the ladder is by another configuration. */
  reconfigured(): void {
    this.#ladder = undefined;
    this.climb();
  }

  #judgeLadder(nowMillis: number): void {
    if (!this.#options.outbox.isOpen) this.#ladder = undefined;
    const rung = this.#ladder?.look(nowMillis);
    if (rung !== undefined) this.#cutOff(rung);
  }

  #cutOff(rung: Rung): void {
    this.#watched.evict(farewellFor(rung, this.condition), rung);
  }

  // ── Deadlines ───────────────────────────────────────────────────────────────────────────────────────

  /** Something may be due earlier than before. */
  arm(): void {
    const { outbox, elapsed, vigil, gate } = this.#options;
    // What is judged may end it.
    if (gate.has(Shut.gone)) return;
    const nowMillis = elapsed.millis();
    const toLook = Math.max(0, this.#pressure.lookMillis - nowMillis);
    const toClimb = Math.max(0, (this.#ladder?.dueMillis ?? Number.POSITIVE_INFINITY) - nowMillis);
    const beside = this.#watched.pump.backlogs?.millisToDeadline() ?? Number.POSITIVE_INFINITY;
    const millis = Math.min(outbox.millisToDeadline(), beside, toLook, this.#toStall, toClimb);
    if (millis === Number.POSITIVE_INFINITY) return;
    this.#alarm ??= new Alarm(this.#watched.context, vigil, () => this.#wake());
    this.#alarm.set(millis, nowMillis);
  }

  /** The connection has closed: nothing is due any more, though its transport may be there. */
  release(): void {
    this.#pressure.release();
    this.#ladder = undefined;
  }

  /** The transport has gone. */
  stop(): void {
    this.release();
    this.#alarm?.stop();
  }

  #wake(): void {
    const { vigil } = this.#options;
    if (vigil === undefined) this.#judge();
    vigil?.afterInput(() => {
      // After a late wake there may be room that no drain has told of yet: a deadline is judged after that.
      if (this.#pressure.isOn) this.look();
      this.#watched.pump.turn();
      this.#judge();
    });
  }

  #judge(): void {
    const { outbox, elapsed } = this.#options;
    const nowMillis = elapsed.millis();
    outbox.advance();
    this.#watched.pump.backlogs?.advance();
    if (this.#pressure.lookMillis <= nowMillis) this.look();
    if (this.#toStall <= 0) this.#judgeStall();
    this.#judgeLadder(nowMillis);
    this.#watched.pump.standInLine();
    this.arm();
    this.#alarm?.rest();
  }
}
