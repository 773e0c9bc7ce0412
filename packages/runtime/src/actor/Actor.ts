/**
 * The actor of one connection: it runs the outbox against a transport. Each thing that it is has a room: why nothing is
 * written now (`Gate`), what is handed over in a turn (`Pump`), what has arrived (`Receipts`), time (`Watchdog`), `Ending`.
 */
import type { Configuration, Health } from "@sluice/core";
import { Action, Event } from "@sluice/machines";
import type { Transport } from "../adapter/Transport.js";
import { Watchers } from "../watch/Watchers.js";
import type { ActorOptions } from "./ActorOptions.js";
import { type CloseOptions, farewell, normalClosure, slowConsumer } from "./CloseInfo.js";
import { Ending } from "./Ending.js";
import { Gate, Shut } from "./Gate.js";
import type { Pumped } from "./Handover.js";
import type { Holder } from "./Holder.js";
import { Intake } from "./Intake.js";
import { Notices } from "./Notices.js";
import type { OutboxReading } from "./OutboxReading.js";
import { Pump } from "./Pump.js";
import { Receipts } from "./Receipts.js";
import { type Rest, restOf } from "./Rest.js";
import { hasLadder, type Rung } from "./Rung.js";
import type { Vigil } from "./Vigil.js";
import { Watchdog, type Watched } from "./Watchdog.js";

export class Actor<T> extends Intake<T> implements Holder<T>, Pumped, Watched {
  readonly #transport: Transport<T>;
  readonly #vigil: Vigil | undefined;
  readonly pump: Pump<T>;
  readonly #receipts: Receipts;
  /** @internal Called when a turn of the flush is over, and now and then: there may be room. It must not throw. */
  afterTurn: (() => void) | undefined;
  readonly #gate = new Gate();
  #watching: Watchdog | undefined;
  #ends: Ending | undefined;

  /** @throws {ConfigurationError} */
  constructor(options: ActorOptions<T>) {
    super(options);
    const { vigil, rest, transport } = options;
    this.#transport = transport;
    this.#vigil = vigil;
    this.#receipts = new Receipts(transport.pings, this.own, this.#gate, this.elapsed, rest);
    const { gapWire, sizeOf, joiner } = options;
    const notices = this.gaps && gapWire && new Notices<T>(this.gaps, gapWire, sizeOf, joiner);
    this.pump = new Pump(this, this.own, options, this.#gate, notices);
    if (options.listener !== undefined) this.watchers.observe(options.listener);
  }

  /** @internal What is left of it, if there is nothing else to it: nothing to do, nobody who looks. */
  rest(): Rest | undefined {
    const { pump, reading } = this;
    const isBusy = this.#gate.shut > 0 || pump.isInLine || (reading?.pending.messages ?? 0) > 0;
    if (isBusy || pump.backlogs?.isBusy || this.#ends?.isOpen === false) return undefined;
    const [{ atRest }, { past }] = [this.receipts, this.own];
    if (atRest === undefined || past === undefined) return undefined;
    reading?.leave();
    this.#watching?.stop();
    return restOf(past, atRest, this.#ends, this.gaps);
  }

  /** @internal Those who look at one that rested look at this one, which was made of its rest. */
  adopt(rest: Rest | undefined, watchers: Watchers | undefined): void {
    [this.pump.watchers, this.#ends] = [watchers?.adopt(this, this.own), rest?.ends];
    this.#ends?.adopt(this);
  }

  get outbox(): OutboxReading<T> {
    this.reading?.settle();
    return this.own;
  }

  get receipts(): Receipts {
    this.reading?.settle();
    return this.#receipts;
  }

  /** Whether the transport is under pressure: nothing is handed over until it has drained. */
  get isPressured(): boolean {
    return this.#gate.has(Shut.pressure);
  }

  /** How long its client has been stalled; 0 while it is not. */
  get stalledMillis(): number {
    return this.#watching?.stalledMillis ?? 0;
  }

  /** Moves the health on; one sample of each kind is due. */
  assess(): Health {
    this.pump.watchers?.arm();
    this.pump.backlogs?.sweep();
    this.afterTurn?.();
    if (this.receipts.isLate || hasLadder(this.configuration)) this.watchdog.climb();
    return this.own.assess(this.#watching?.isStalled ?? false);
  }

  /** Who looks at it. There are none until they are first asked for. */
  get watchers(): Watchers {
    this.pump.watchers ??= new Watchers(this.elapsed).adopt(this, this.own);
    return this.pump.watchers;
  }

  /** From now on it has another configuration; nothing is lost by that. */
  reconfigure(next: Configuration): void {
    this.reading?.leave();
    const { windowBytes } = this.configuration;
    this.own.reconfigure(next);
    if (next.windowBytes !== windowBytes) this.#receipts.renewWindow();
    this.#watching?.reconfigured();
    this.pump.standInLine();
  }

  /** The transport has taken some of what it held. Safe to call at any time and from any callback. */
  drained(): void {
    this.hold();
    if (this.isPressured) this.#watching?.look();
  }

  /** A pong has come: true if it answers a ping of ours, which is nobody else's. */
  pong(payload: ArrayBuffer | Uint8Array): boolean {
    const isNews = this.receipts.hear(payload, !this.pump.isEmpty);
    if (isNews) this.#watching?.answered();
    if (isNews) this.pump.answered();
    return isNews !== undefined;
  }

  /** Until its next turn of the flush nothing is written: the transport is in a callback that does not bear it. */
  hold(): void {
    this.#gate.set(Shut.held, true);
    this.pump.standInLine();
  }

  /** The transport has closed, whoever did it. What was not delivered is dropped and counted. */
  disconnected(code = 1006, reason = "", by: "peer" | "idle" = "peer"): void {
    this.reading?.leave();
    const wasOpen = this.ending.isOpen;
    this.ending.lost({ code, reason, by });
    this.leave();
    if (wasOpen) this.own.signal(Event.disconnected);
    this.ending.finish();
  }

  /** Takes nothing new, flushes what is queued, closes. Throws for a farewell that cannot be sent. */
  close(options: CloseOptions = {}): void {
    const goodbye = farewell(options, normalClosure);
    if (!this.own.isOpen) return;
    this.reading?.leave();
    this.ending.plan(goodbye);
    this.own.signal(Event.close);
    this.pump.backlogs?.close();
    this.receipts.lift();
    this.pump.standInLine();
    this.watchdog.arm();
  }

  /** Closes without flushing, as a slow consumer unless said otherwise. Throws as `close` does. */
  evict(options: CloseOptions = {}, rung: Rung = "asked"): void {
    const goodbye = farewell(options, slowConsumer);
    if (!this.ending.isOpen) return;
    this.reading?.leave();
    this.ending.plan(goodbye, rung);
    this.own.signal(Event.evict);
  }

  /** @internal A transport that throws is a defect: that connection is cut off, the others go on. */
  failed(defect: unknown): void {
    this.report("its transport failed", defect);
    this.evict({ code: 1011, reason: "internal error" }, "failed");
  }

  /** @internal Now the transport may be ended. */
  turnEnds(): void {
    this.afterTurn?.();
    if (this.#ends?.owesGoodbye) this.#ends.sayGoodbye(this.#transport);
  }

  makeRoom(): boolean {
    return this.pump.makeRoom();
  }

  /** @internal Nothing is written any more, and nothing is due. */
  leave(): void {
    this.#gate.set(Shut.gone, true);
    this.#watching?.stop();
  }

  /** @internal How it ends. There is nothing of it until that is asked for. */
  get ending(): Ending {
    this.#ends ??= new Ending(this);
    return this.#ends;
  }

  /** @internal There is none until something has time in it. */
  get watchdog(): Watchdog {
    this.#watching ??= new Watchdog(this, {
      outbox: this.own,
      transport: this.#transport,
      gate: this.#gate,
      elapsed: this.elapsed,
      vigil: this.#vigil,
    });
    return this.#watching;
  }

  /** @internal The chart has made a step. */
  onStep(event: number, from: number, to: number, mask: number): void {
    if (mask & Action.discardBuffered) this.pump.backlogs?.discard();
    if (mask & Ending.actions && this.ending.follow(event, mask)) {
      this.#watching?.release();
      this.receipts.lift();
      this.pump.standInLine();
    }
    this.pump.watchers?.stepped(event, from, to, mask);
  }
}
