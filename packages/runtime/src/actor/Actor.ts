/**
 * The actor of one connection: it runs the outbox against a transport. Each thing that it is has a room: why nothing is
 * written now (`Gate`), what is handed over in a turn (`Pump`), what has arrived (`Receipts`), time (`Watchdog`), `Ending`.
 */
import {
  configuration,
  type Elapsed,
  type Health,
  type OfferResult,
  Outbox,
  type Waiter,
} from "@sluice/core";
import { Action, Event } from "@sluice/machines";
import type { Transport } from "../adapter/Transport.js";
import { Watchers } from "../watch/Watchers.js";
import type { ActorOptions } from "./ActorOptions.js";
import { Backlogs, type Limited } from "./Backlogs.js";
import { elapsed } from "./Clock.js";
import { type CloseOptions, farewell, normalClosure, slowConsumer } from "./CloseInfo.js";
import { Ending } from "./Ending.js";
import { Gate, Shut } from "./Gate.js";
import type { Holder } from "./Holder.js";
import { Named } from "./Named.js";
import type { OutboxReading } from "./OutboxReading.js";
import { Pump, type Pumped } from "./Pump.js";
import type { Reading } from "./Reading.js";
import { Receipts } from "./Receipts.js";
import { type Rest, restOf } from "./Rest.js";
import { hasLadder, type Rung } from "./Rung.js";
import { type Settle, sendTo, takeOf } from "./Sending.js";
import type { Vigil } from "./Vigil.js";
import { Watchdog, type Watched } from "./Watchdog.js";

export class Actor<T> extends Named implements Holder<T>, Pumped, Watched {
  readonly #outbox: Outbox<T>;
  readonly #transport: Transport<T>;
  readonly #elapsed: Elapsed;
  readonly #vigil: Vigil | undefined;
  readonly pump: Pump<T>;
  readonly #receipts: Receipts;
  /** @internal What it reads in the place of its outbox, while it keeps up. */
  reading: Reading | undefined;
  /** @internal Called when a turn of the flush is over: there may be room. It must not throw. */
  afterTurn: (() => void) | undefined;
  readonly #gate = new Gate();
  #watching: Watchdog | undefined;
  #ends: Ending | undefined;

  /** @throws {ConfigurationError} */
  constructor(options: ActorOptions<T>) {
    super(options);
    const { vigil, rest, sizeOf, transport, budget } = options;
    this.#transport = transport;
    this.#vigil = vigil;
    this.#elapsed = options.elapsed ?? elapsed(vigil, this.context);
    const own = { configuration: configuration(options.configuration), now: this.#elapsed };
    const room = options.makesRoom && { roomMaker: this };
    this.#outbox = new Outbox<T>({ ...own, sizeOf, listener: this, ...room, past: rest, budget });
    this.#receipts = new Receipts(transport.pings, this.#outbox, this.#gate, this.#elapsed, rest);
    this.pump = new Pump(this, this.#outbox, options, this.#gate);
    if (options.listener !== undefined) this.watchers.observe(options.listener);
  }

  /** Takes or refuses a message at once. Its size in bytes may be given where it is known already. */
  offer(message: T, bytes?: number): OfferResult {
    if (this.reading !== undefined) this.reading.leave();
    const result = this.#outbox.offer(message, bytes);
    if (!this.pump.isInLine) {
      this.pump.standInLine();
      this.pump.watchers?.taken(result);
    }
    return result;
  }

  /** The same for a message for many, whose channel may have limits of its own: see `Backlogs`. */
  take(message: T, bytes: number, channel: Limited | undefined): OfferResult {
    if (channel === undefined) return this.offer(message, bytes);
    this.reading?.leave();
    this.pump.backlogs ??= new Backlogs(this.#outbox, this.#elapsed, this);
    return takeOf(channel, this, message, bytes);
  }

  /** Starts a send: see `Outbox.send`. `settle` may be called before this returns, and hears whether it waited. */
  send(message: T, settle: Settle): Waiter<T> | undefined {
    this.reading?.leave();
    const waiter = sendTo(this.#outbox, this.pump, message, settle);
    if (waiter !== undefined) this.watchdog.arm();
    return waiter;
  }

  /** It may let in another whose delay is over. */
  cancel(waiter: Waiter<T>): void {
    if (this.#outbox.cancel(waiter)) this.pump.standInLine();
  }

  /** @internal What is left of it, if there is nothing else to it: nothing to do, nobody who looks. */
  rest(): Rest | undefined {
    const { pump, reading } = this;
    const isBusy = this.#gate.shut > 0 || pump.isInLine || (reading?.pending.messages ?? 0) > 0;
    if (isBusy || this.#ends?.isOpen === false) return undefined;
    const [{ atRest }, { past }] = [this.receipts, this.#outbox];
    if (atRest === undefined || past === undefined) return undefined;
    reading?.leave();
    this.#watching?.stop();
    return restOf(past, atRest, this.#ends);
  }

  /** @internal Those who look at one that rested look at this one, which was made of its rest. */
  adopt(rest: Rest | undefined, watchers: Watchers | undefined): void {
    [this.pump.watchers, this.#ends] = [watchers?.adopt(this, this.#outbox), rest?.ends];
    this.#ends?.adopt(this);
  }

  get outbox(): OutboxReading<T> {
    this.reading?.settle();
    return this.#outbox;
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
    if (this.receipts.isLate || hasLadder(this.configuration)) this.watchdog.climb();
    return this.#outbox.assess(this.#watching?.isStalled ?? false);
  }

  /** Who looks at it. There are none until they are first asked for. */
  get watchers(): Watchers {
    this.pump.watchers ??= new Watchers(this.#elapsed).adopt(this, this.#outbox);
    return this.pump.watchers;
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
    if (wasOpen) this.#outbox.signal(Event.disconnected);
    this.ending.finish();
  }

  /** Takes nothing new, flushes what is queued, closes. Throws for a farewell that cannot be sent. */
  close(options: CloseOptions = {}): void {
    const goodbye = farewell(options, normalClosure);
    if (!this.#outbox.isOpen) return;
    this.reading?.leave();
    this.ending.plan(goodbye);
    this.#outbox.signal(Event.close);
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
    this.#outbox.signal(Event.evict);
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
      outbox: this.#outbox,
      transport: this.#transport,
      gate: this.#gate,
      elapsed: this.#elapsed,
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
