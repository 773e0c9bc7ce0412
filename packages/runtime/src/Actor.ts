/**
 * The actor of one connection: it runs the outbox against a transport.
 *
 * Messages pass through it in plain code; what has time in it (delays, pauses, deadlines, the drain watchdog,
 * an orderly close) is one fiber that sleeps until the next deadline and is there only while there is one.
 * The transport is written to, and ended, only in the actor's turn of the shared flush. It is the side of a
 * connection that adapters see; users get a `Connection` or a `PlainConnection`.
 */
import {
  type Configuration,
  type ConfigurationOptions,
  type ConnectionState,
  configuration,
  Elapsed,
  type Health,
  type OfferResult,
  Outbox,
  type Recommendation,
  recommend,
  type Statistics,
  type StepListener,
  type Waiter,
} from "@sluice/core";
import { Action, Event } from "@sluice/machines";
import { Clock, Context, Effect, Exit, type Fiber, Scope } from "effect";
import { type CloseInfo, type CloseOptions, farewell, slowConsumer } from "./CloseInfo.js";
import type { Flushable, Flusher, Quantum } from "./Flusher.js";
import { type SampleListener, Sampler } from "./metrics/Sampler.js";
import { Pressure } from "./Pressure.js";
import { hasTracer } from "./Span.js";
import { SendStatus, type Transport } from "./Transport.js";

/** What an actor is made of. */
export interface ActorOptions<T> {
  readonly transport: Transport<T>;
  readonly flusher: Flusher;
  /** The encoded size of a message, in whole bytes. */
  readonly sizeOf: (message: T) => number;
  readonly configuration?: ConfigurationOptions | Configuration;
  /** By default a number that no other connection of this process has. */
  readonly id?: string;
  /** Told of every step of the chart, in order. */
  readonly listener?: StepListener;
  /** The services its fibers run with, the clock among them. */
  readonly context?: Context.Context<never>;
}

export class Actor<T> implements Flushable, StepListener {
  readonly id: string;

  readonly #outbox: Outbox<T>;
  readonly #transport: Transport<T>;
  readonly #flusher: Flusher;
  readonly #listener: StepListener | undefined;
  readonly #context: Context.Context<never>;
  /** Whether its services have a tracer: then its sends have spans. */
  readonly isTraced: boolean;
  readonly #elapsed: Elapsed;
  readonly #write = () => {
    try {
      this.#writeBatch();
    } catch (defect) {
      // Nothing may be thrown through the socket's cork.
      this.#fail(defect);
    }
  };

  #marked = false;
  #batch: Quantum = { bytes: 0, messages: 0 };

  readonly #pressure = new Pressure();
  #isRefused = false;
  #refusals = 0;

  /** Who looks at it for a while: nobody, mostly, and then it costs nothing. */
  #observers: Set<StepListener> | undefined;
  #sampler: Sampler | undefined;
  /** Its sampler waits for something: else it is not even looked at. */
  #isSampling = false;

  // Closing.
  #farewell = slowConsumer;
  #closeByMillis = Number.POSITIVE_INFINITY;
  #goodbye: "none" | "end" | "terminate" = "none";
  #closeInfo: CloseInfo | undefined;
  #onClosed: Array<(info: CloseInfo) => void> | undefined;
  #scope: Scope.Closeable | undefined;

  // The fiber for time.
  #timer: Fiber.Fiber<void> | undefined;
  #timerMillis = Number.POSITIVE_INFINITY;

  /** @throws {ConfigurationError} */
  constructor(options: ActorOptions<T>) {
    this.id = options.id ?? `c${++made}`;
    this.#transport = options.transport;
    this.#flusher = options.flusher;
    this.#listener = options.listener;
    this.#context = options.context ?? Context.empty();
    this.isTraced = hasTracer(this.#context);
    const clock = Context.get(this.#context, Clock.Clock);
    const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6;
    this.#elapsed = new Elapsed(now);
    this.#outbox = new Outbox<T>({
      configuration: configuration(options.configuration),
      sizeOf: options.sizeOf,
      now,
      listener: this,
    });
  }

  // ── In ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes or refuses a message at once. Its size in bytes may be given where it is known already. */
  offer(message: T, bytes?: number): OfferResult {
    const result = this.#outbox.offer(message, bytes);
    if (!this.#marked) {
      if (!this.#pressure.isOn) this.#mark();
      if (this.#isSampling) this.#sampler?.taken(result);
    }
    return result;
  }

  /** Starts a send: see `Outbox.send`. `settle` may be called before this returns. */
  send(message: T, settle: (result: OfferResult) => void): Waiter<T> | undefined {
    if (this.#isSampling) this.#sampler?.sends();
    const waiter = this.#outbox.send(message, settle);
    if (this.#isSampling) this.#sampler?.sent();
    if (!this.#marked && !this.#pressure.isOn) this.#mark();
    if (waiter !== undefined) this.#arm();
    return waiter;
  }

  /** Runs an effect with the actor's services, and interrupts it when the signal says so. */
  run<A, E>(effect: Effect.Effect<A, E>, signal: AbortSignal | undefined): Promise<A> {
    return Effect.runPromiseWith(this.#context)(effect, signal && { signal });
  }

  /** A sender waits from now on. Give what it returns to `waitEnds`. */
  waitBegins(): number {
    return this.#sampler?.waitBegins() ?? Number.NaN;
  }

  /** A sender that waited has been answered. */
  waitEnds(sinceMillis: number, result: OfferResult): void {
    this.#sampler?.waitEnds(sinceMillis, result);
  }

  /** Takes a send back that waits. */
  cancel(waiter: Waiter<T>): void {
    if (this.#outbox.cancel(waiter) && !this.#marked && !this.#pressure.isOn) this.#mark();
  }

  // ── What it is like ─────────────────────────────────────────────────────────────────────────────────

  get configuration(): Configuration {
    return this.#outbox.configuration;
  }

  get state(): ConnectionState {
    return this.#outbox.state;
  }

  /** The row of the transition table that it is in. */
  get stateId(): number {
    return this.#outbox.stateId;
  }

  get fill(): number {
    return this.#outbox.fill;
  }

  get delayMillis(): number {
    return this.#outbox.delayMillis;
  }

  /** Whether the transport is under pressure: nothing is handed over until it has drained. */
  get isPressured(): boolean {
    return this.#pressure.isOn;
  }

  /** How often the transport refused a message; it stayed in the outbox. */
  get refusals(): number {
    return this.#refusals;
  }

  stats(): Statistics {
    return this.#outbox.stats();
  }

  /** Moves the recent window of the drop rate on, and the health with it. */
  assess(): Health {
    if (this.#sampler !== undefined) {
      this.#sampler.arm();
      this.#isSampling = true;
    }
    return this.#outbox.assess(this.#pressure.isStalled);
  }

  recommendation(): Recommendation {
    return recommend({
      state: this.state,
      health: this.assess(),
      fill: this.fill,
      dropRate: this.#outbox.recentDropRate,
      stalledMillis: this.#pressure.isStalled
        ? this.#pressure.stuckMillis(this.#elapsed.millis())
        : 0,
    });
  }

  /**
   * Tells an observer of every step of the chart from now on, in order; one that throws is logged. Returns how
   * to stop.
   */
  observe(observer: StepListener): () => void {
    this.#observers ??= new Set();
    const observers = this.#observers;
    observers.add(observer);
    return () => observers.delete(observer);
  }

  /**
   * Takes samples of it for a listener from now on, in the place of any other: see `Sampler` for which, and what they
   * cost. Returns how to stop.
   */
  sample(listener: SampleListener): () => void {
    const sampler = new Sampler(this.#outbox, () => this.#elapsed.millis(), listener);
    this.#sampler = sampler;
    return () => {
      if (this.#sampler !== sampler) return;
      this.#sampler = undefined;
      this.#isSampling = false;
    };
  }

  // ── The transport's side ────────────────────────────────────────────────────────────────────────────

  /** The transport has taken some of what it held. Safe to call at any time and from any callback. */
  drained(): void {
    if (this.#pressure.isOn) this.#look();
  }

  /** The transport has closed, whoever did it. What was not delivered is dropped and counted. */
  disconnected(code = 1006, reason = ""): void {
    this.#goodbye = "none";
    if (this.#closeInfo === undefined) {
      this.#finish({ code, reason, by: "peer" });
      this.#outbox.signal(Event.disconnected);
    }
    this.#release();
  }

  // ── Closing ─────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes nothing new, flushes what is queued, closes.
   *
   * @throws {RangeError} for a code or a reason that cannot be sent.
   */
  close(options: CloseOptions = {}): void {
    if (!this.#outbox.isOpen) return;
    this.#farewell = farewell(options, normalClosure);
    this.#closeByMillis = this.#elapsed.millis() + this.configuration.closeTimeoutMillis;
    this.#outbox.signal(Event.close);
    if (!this.#marked) this.#mark();
    this.#arm();
  }

  /** Closes without flushing, as a slow consumer unless said otherwise. */
  evict(options: CloseOptions = {}): void {
    if (this.#closeInfo !== undefined) return;
    this.#farewell = farewell(options, slowConsumer);
    this.#outbox.signal(Event.evict);
  }

  /** Calls `listener` once when it has closed; at once if it has. Returns how to stop listening. */
  onClosed(listener: (info: CloseInfo) => void): () => void {
    if (this.#isReleased) {
      listener(this.#closeInfo as CloseInfo);
      return () => {};
    }
    this.#onClosed ??= [];
    const listeners = this.#onClosed;
    listeners.push(listener);
    return () => {
      const at = listeners.indexOf(listener);
      if (at >= 0) listeners.splice(at, 1);
    };
  }

  /** Closed when the connection is. Made when it is first asked for. */
  get scope(): Scope.Scope {
    if (this.#scope === undefined) {
      this.#scope = Scope.makeUnsafe();
      if (this.#isReleased) this.#closeScope();
    }
    return this.#scope;
  }

  // ── The flush's side ────────────────────────────────────────────────────────────────────────────────

  /** @internal */
  flush(quantum: Quantum): boolean {
    // It stays marked during its turn: whatever is offered meanwhile is seen at the end.
    try {
      if (this.#closeInfo === undefined) {
        if (this.#isSampling) this.#sampler?.turnBegins();
        this.#takeTurn(quantum);
        if (this.#isSampling) this.#isSampling = this.#sampler?.turnEnds() ?? false;
      }
    } catch (defect) {
      this.#fail(defect);
    }
    if (this.#goodbye !== "none") this.#sayGoodbye();
    this.#marked = this.#closeInfo === undefined && !this.#pressure.isOn && this.#outbox.length > 0;
    return this.#marked;
  }

  #takeTurn(quantum: Quantum): void {
    const outbox = this.#outbox;
    if (!this.#pressure.isOn && outbox.length > 0) {
      this.#batch = quantum;
      this.#isRefused = false;
      const framedBytes = outbox.peekBytes() + frameHeaderBytes;
      if (outbox.length === 1 || framedBytes > quantum.bytes) this.#writeOne();
      else this.#transport.cork(this.#write);
      if (this.#closeInfo !== undefined) return;
      this.#notePressure(this.#transport.bufferedBytes());
    }
    if (!this.#pressure.isOn && outbox.length === 0 && this.state === "closing") {
      outbox.signal(Event.flushed);
    }
  }

  #writeBatch(): void {
    const outbox = this.#outbox;
    let { bytes, messages } = this.#batch;
    while (outbox.length > 0 && messages-- > 0) {
      bytes -= outbox.peekBytes() + frameHeaderBytes;
      if (bytes < 0 || !this.#writeOne()) return;
    }
  }

  /** Hands the next message over; false when nothing may follow it for now. */
  #writeOne(): boolean {
    const status = this.#transport.send(this.#outbox.peek() as T);
    if (status === SendStatus.refused) {
      this.#isRefused = true;
      this.#refusals++;
      return false;
    }
    this.#outbox.delivered();
    return status === SendStatus.sent;
  }

  /** A transport that throws is a defect: that connection is cut off, the others go on. */
  #fail(defect: unknown): void {
    this.#log("its transport failed", defect);
    this.evict({ code: 1011, reason: "internal error" });
  }

  #log(what: string, defect: unknown): void {
    Effect.runForkWith(this.#context)(Effect.logError(`connection ${this.id}: ${what}`, defect));
  }

  #mark(): void {
    if (this.#closeInfo !== undefined && this.#goodbye === "none") return;
    this.#marked = true;
    this.#flusher.mark(this);
  }

  // ── Pressure ────────────────────────────────────────────────────────────────────────────────────────

  #notePressure(buffered: number): void {
    const pressure = this.#pressure;
    if (buffered === 0 && !this.#isRefused && !pressure.isOn) return;
    const { watchdogMillis } = this.configuration;
    pressure.note(buffered, this.#isRefused, this.#elapsed.millis(), watchdogMillis);
    this.#arm();
  }

  /** Looks at the transport: it may have room without having said so. */
  #look(): void {
    this.#isRefused = false;
    this.#notePressure(this.#transport.bufferedBytes());
    if (!this.#pressure.isOn) {
      if (!this.#marked) this.#mark();
      return;
    }
    const { stallTimeoutMillis, evictTimeoutMillis } = this.configuration;
    const stuckMillis = this.#pressure.stuckMillis(this.#elapsed.millis());
    if (!this.#pressure.isStalled && stuckMillis >= stallTimeoutMillis) {
      this.#pressure.isStalled = true;
      this.#outbox.signal(Event.stall);
      this.assess();
    }
    if (evictTimeoutMillis !== null && stuckMillis >= evictTimeoutMillis) this.evict();
  }

  // ── Time ────────────────────────────────────────────────────────────────────────────────────────────

  /** Sees to it that the fiber for time wakes no later than the next deadline. */
  #arm(): void {
    const millis = this.#millisToDeadline();
    if (millis === Number.POSITIVE_INFINITY) return;
    const dueMillis = this.#elapsed.millis() + millis;
    if (this.#timerMillis <= dueMillis) return;
    this.#timer?.interruptUnsafe();
    this.#timerMillis = dueMillis;
    this.#timer = Effect.runForkWith(this.#context)(
      Effect.andThen(
        Effect.sleep(Math.ceil(millis)),
        Effect.sync(() => this.#wake()),
      ),
    );
  }

  #wake(): void {
    this.#timer = undefined;
    this.#timerMillis = Number.POSITIVE_INFINITY;
    const now = this.#elapsed.millis();
    this.#outbox.advance();
    if (this.#pressure.lookMillis <= now) this.#look();
    if (this.#closeByMillis <= now) this.#outbox.signal(Event.deadline);
    if (!this.#marked && !this.#pressure.isOn) this.#mark();
    if (this.#closeInfo === undefined) this.#arm();
  }

  #millisToDeadline(): number {
    const toSender = this.#outbox.millisToDeadline();
    const at = Math.min(this.#pressure.lookMillis, this.#closeByMillis);
    return Math.min(toSender, Math.max(0, at - this.#elapsed.millis()));
  }

  // ── The chart's actions ─────────────────────────────────────────────────────────────────────────────

  /** @internal */
  onStep(event: number, from: number, to: number, mask: number): void {
    if (mask & Action.sendClose) {
      this.#finish({ ...this.#farewell, by: event === Event.flushed ? "close" : "eviction" });
      this.#goodbye = "end";
    }
    if (mask & Action.terminate) {
      this.#finish({ code: 1006, reason: "", by: "deadline" });
      this.#goodbye = "terminate";
    }
    if (this.#goodbye !== "none" && !this.#marked) this.#mark();
    this.#listener?.onStep(event, from, to, mask);
    if (this.#observers === undefined) return;
    // A copy: who begins to look during a step is told from the next one on.
    for (const observer of [...this.#observers]) {
      try {
        observer.onStep(event, from, to, mask);
      } catch (defect) {
        this.#log("an observer of it failed", defect);
      }
    }
  }

  #finish(info: CloseInfo): void {
    this.#closeInfo = info;
    this.#pressure.release();
    this.#closeByMillis = Number.POSITIVE_INFINITY;
  }

  /** Ends the transport. Its close callback may come from inside the call: by then all is done. */
  #sayGoodbye(): void {
    const goodbye = this.#goodbye;
    this.#goodbye = "none";
    try {
      if (goodbye === "end") this.#transport.end(this.#farewell.code, this.#farewell.reason);
      else this.#transport.terminate();
    } catch (defect) {
      this.#fail(defect);
    }
    this.#release();
  }

  /** The transport is gone: no timer, fiber or listener stays behind. */
  #release(): void {
    if (this.#isReleased) return;
    this.#timer?.interruptUnsafe();
    this.#timer = undefined;
    this.#timerMillis = Number.NEGATIVE_INFINITY;
    const listeners = this.#onClosed ?? [];
    this.#onClosed = undefined;
    for (const listener of listeners) {
      try {
        listener(this.#closeInfo as CloseInfo);
      } catch (defect) {
        this.#log("a listener to its closing failed", defect);
      }
    }
    this.#closeScope();
  }

  get #isReleased(): boolean {
    return this.#timerMillis === Number.NEGATIVE_INFINITY;
  }

  #closeScope(): void {
    if (this.#scope === undefined) return;
    Effect.runForkWith(this.#context)(Scope.close(this.#scope, Exit.void));
  }
}

const normalClosure = { code: 1000, reason: "" };

/** A server's frame has 2 to 10 bytes of header: the most that a message adds to a batch. */
const frameHeaderBytes = 10;

let made = 0;
