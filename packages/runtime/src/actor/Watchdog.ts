/**
 * What has time in it, of one connection: delays and deadlines of its senders, the drain watchdog, an orderly close.
 * It looks at a transport that does not speak, and sets the alarm to the next moment at which something is due.
 */
import type { Elapsed, Outbox } from "@sluice/core";
import { Event } from "@sluice/machines";
import type { Context } from "effect";
import type { Transport } from "../adapter/Transport.js";
import { Alarm } from "./Alarm.js";
import type { Gate } from "./Gate.js";
import { Pressure } from "./Pressure.js";
import type { Pump } from "./Pump.js";
import type { Vigil } from "./Vigil.js";

/** What it works on. */
export interface WatchdogOptions {
  readonly outbox: Outbox<unknown>;
  readonly transport: Pick<Transport<never>, "bufferedBytes">;
  readonly gate: Gate;
  readonly elapsed: Elapsed;
  readonly vigil: Vigil | undefined;
}

/** The connection that it watches. */
export interface Watched {
  readonly context: Context.Context<never>;
  readonly pump: Pick<Pump<never>, "turn" | "standInLine">;
  assess(): void;
  evict(): void;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #watched: Watched;
  readonly #pressure: Pressure;
  #alarm: Alarm | undefined;

  constructor(watched: Watched, options: WatchdogOptions) {
    this.#options = options;
    this.#watched = watched;
    this.#pressure = new Pressure(options.gate);
  }

  /** How long the transport has taken nothing, once that was reported; 0 before. */
  get stalledMillis(): number {
    if (!this.#pressure.isStalled) return 0;
    return this.#pressure.stuckMillis(this.#options.elapsed.millis());
  }

  get isStalled(): boolean {
    return this.#pressure.isStalled;
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
    const { elapsed, outbox, transport } = this.#options;
    const pressure = this.#pressure;
    const bufferedBytes = transport.bufferedBytes();
    if (bufferedBytes > 0 || pressure.isOn) this.note(bufferedBytes, false);
    if (!pressure.isOn) {
      this.#watched.pump.standInLine();
      return;
    }
    const { stallTimeoutMillis, evictTimeoutMillis } = outbox.configuration;
    const stuckMillis = pressure.stuckMillis(elapsed.millis());
    if (!pressure.isStalled && stuckMillis >= stallTimeoutMillis) {
      pressure.isStalled = true;
      outbox.signal(Event.stall);
      this.#watched.assess();
    }
    if (evictTimeoutMillis !== null && stuckMillis >= evictTimeoutMillis) this.#watched.evict();
  }

  // ── Deadlines ───────────────────────────────────────────────────────────────────────────────────────

  /** Something may be due earlier than before. */
  arm(): void {
    const { outbox, elapsed, vigil } = this.#options;
    const nowMillis = elapsed.millis();
    const toLook = Math.max(0, this.#pressure.lookMillis - nowMillis);
    const millis = Math.min(outbox.millisToDeadline(), toLook);
    if (millis === Number.POSITIVE_INFINITY) return;
    this.#alarm ??= new Alarm(this.#watched.context, vigil, () => this.#wake());
    this.#alarm.set(millis, nowMillis);
  }

  /** The connection has closed: nothing is due any more, though its transport may be there. */
  release(): void {
    this.#pressure.release();
  }

  /** The transport has gone. */
  stop(): void {
    this.#pressure.release();
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
    if (this.#pressure.lookMillis <= nowMillis) this.look();
    this.#watched.pump.standInLine();
    this.arm();
    this.#alarm?.rest();
  }
}
