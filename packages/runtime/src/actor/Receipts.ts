/**
 * The receipts of one client: marks go out as pings behind its messages, answers come in, and while there is a window's
 * worth under way the gate is shut. See `Flight` and `Window`.
 *
 * A client that has never answered has no window: it is served by its transport's pressure alone. One that answers for
 * another, or before it has read, is served no worse than that.
 */
import {
  type Configuration,
  type Elapsed,
  Flight,
  type HandedOver,
  unlimitedBytes,
  type Volume,
  Window,
} from "@sluice/core";
import type { Pingable, Unread } from "../adapter/Pingable.js";
import { type Gate, Shut } from "./Gate.js";
import { numberIn, type Payload, payloadOf } from "./PingPayload.js";
import {
  type ReceiptStatistics,
  type ReceiptStatus,
  receiptStatistics,
} from "./ReceiptStatistics.js";
import type { ReceiptsAtRest } from "./Rest.js";

/** What has to be read before an answer can come takes a client no more time than this, in bytes a millisecond. */
const leastRate = 16;
/** So many bytes need no time. */
const quickBytes = 16 * 1024;

/** An answer that takes so long is late, in milliseconds. */
const lateMillis = 1_000;

/** What is handed over. */
interface Handing {
  readonly handedOver: HandedOver;
  readonly configuration: Configuration;
}

export class Receipts implements Unread {
  readonly #pings: Pingable | undefined;
  readonly #outbox: Handing;
  readonly #gate: Gate;
  readonly #elapsed: Elapsed;
  readonly #flight: Flight;
  #window: Window;
  #hasAnswered: boolean;
  readonly #secret: number;
  /** It is being closed: nothing is gained by keeping anything back. */
  #isLifted = false;
  #whenRead: (() => void) | undefined;

  /** Without `pings` nothing is ever known. */
  constructor(
    pings: Pingable | undefined,
    outbox: Handing,
    gate: Gate,
    elapsed: Elapsed,
    rest?: ReceiptsAtRest,
  ) {
    this.#pings = pings;
    this.#outbox = outbox;
    this.#gate = gate;
    this.#elapsed = elapsed;
    const number = rest?.number ?? 0;
    this.#flight = new Flight(outbox.handedOver, number);
    this.#window = rest?.window ?? new Window(outbox.configuration.windowBytes);
    this.#hasAnswered = rest?.hasAnswered ?? false;
    this.#secret = rest?.secret ?? (Math.random() * 2 ** 30) | 0;
  }

  /** From now on its window is of another kind: what was measured is forgotten. */
  renewWindow(): void {
    this.#window = new Window(this.#outbox.configuration.windowBytes);
    this.#gate.set(Shut.window, false);
  }

  /** What is known, if the client has received everything, or nothing is ever known. */
  get atRest(): ReceiptsAtRest | undefined {
    const flight = this.#flight;
    const hasAll = this.#hasAnswered && flight.isEmpty && !flight.isAwaited;
    if (!hasAll && this.#pings !== undefined) return undefined;
    const number = flight.nextNumber - 1;
    const [hasAnswered, secret, window] = [this.#hasAnswered, this.#secret, this.#window];
    return { number, hasAnswered, secret, window };
  }

  // ── What is known ───────────────────────────────────────────────────────────────────────────────────

  /** Whether the client is known to have something to read. */
  get isOwed(): boolean {
    return this.#hasAnswered && !this.#flight.isEmpty && !this.#isDeaf;
  }

  /** What the client has certainly received. */
  get acknowledged(): Volume {
    return this.#flight.acknowledged;
  }

  /**
   * How long the client has given no sign of reading what it is owed, beyond what it takes to read what is before the
   * oldest ping; 0 for one that has never answered.
   */
  get silentMillis(): number {
    if (!this.isOwed) return 0;
    const rate = Math.max(this.#window.rate ?? 0, leastRate);
    const readingMillis = Math.max(0, this.#flight.owedBytes - quickBytes) / rate;
    return Math.max(0, this.#flight.silentMillis(this.#elapsed.millis()) - readingMillis);
  }

  /** How long the oldest ping has not been answered; 0 for a client that has never answered. */
  get behindMillis(): number {
    return this.#hasAnswered ? this.#flight.askedForMillis(this.#elapsed.millis()) : 0;
  }

  /** The latest round trip, in milliseconds; undefined before the first. */
  get roundTripMillis(): number | undefined {
    return this.#window.latestMillis;
  }

  /** Whether it has been silent for long enough to be watched. */
  get isLate(): boolean {
    const { stallTimeoutMillis, evictTimeoutMillis } = this.#outbox.configuration;
    const late = Math.min(lateMillis, stallTimeoutMillis, evictTimeoutMillis ?? lateMillis);
    return this.isOwed && this.silentMillis >= late;
  }

  /** What it is known not to have received, if there is any. */
  get unread(): Unread | undefined {
    return this.isOwed ? this : undefined;
  }

  statistics(): ReceiptStatistics {
    return receiptStatistics(this.#status, this.#flight, this.#window, this.behindMillis);
  }

  get #status(): ReceiptStatus {
    if (this.#pings === undefined) return "off";
    if (this.#hasAnswered) return "answered";
    const askedForMillis = this.#flight.askedForMillis(this.#elapsed.millis());
    const isOverdue = askedForMillis >= this.#outbox.configuration.stallTimeoutMillis;
    return isOverdue ? "unanswered" : "awaited";
  }

  /** Whether nothing more is handed over before the client has answered. */
  get isShut(): boolean {
    return this.#gate.has(Shut.window);
  }

  // ── Out ─────────────────────────────────────────────────────────────────────────────────────────────

  get #isLimiting(): boolean {
    return this.#hasAnswered && !this.#isLifted && !this.#isDeaf;
  }

  /** Answers are not heard for now: nothing may wait for them. */
  get #isDeaf(): boolean {
    return this.#pings?.isDeaf ?? false;
  }

  /** Bytes that may still be handed over; one message may exceed it. */
  get roomBytes(): number {
    return this.#isLimiting ? this.#window.roomBytes(this.#flight.bytes) : unlimitedBytes;
  }

  /** Whether anything may be handed over. If not, the gate is shut until the client has answered, or cannot be asked. */
  opens(): boolean {
    if (!this.#isLimiting) return true;
    // Before anything follows: what has nothing before it measures the way.
    if (this.#window.isUnmeasured && !this.#flight.isAwaited) this.ask();
    if (!this.#window.isFull(this.#flight.bytes)) return true;
    if (!this.#flight.isAwaited) this.ask();
    this.#gate.set(Shut.window, this.#flight.isAwaited);
    return false;
  }

  /** Whether it is time to ask behind what was handed over. */
  get isDue(): boolean {
    return this.#isLimiting && this.#window.bytesToAsk(this.#flight.unaskedBytes) <= 0;
  }

  /** Messages have been handed over: asks behind them, if it is time to. Answers after how many bytes that will be so. */
  handedOver(): number {
    if (!this.#isLimiting) return unlimitedBytes;
    const flight = this.#flight;
    const window = this.#window;
    if (window.bytesToAsk(flight.unaskedBytes) <= 0) this.ask();
    return window.bytesToAsk(flight.unaskedBytes);
  }

  /** Asks the client to say what it has received. */
  ask(): void {
    const flight = this.#flight;
    if (!this.#pings?.ping(payloadOf(flight.nextNumber, this.#secret))) return;
    flight.asked(this.#elapsed.millis());
  }

  /**
   * A second has passed: asks behind what nothing stands behind yet, and again who has not answered for long. There are
   * clients that answer only the latest ping, whoever sent it. Answers whether more may follow than before.
   */
  askInTime(): boolean {
    const isSilent = this.isOwed && this.#flight.silentMillis(this.#elapsed.millis()) >= lateMillis;
    if (this.#flight.isUnasked || isSilent) this.ask();
    if (!this.isShut || this.#isLimiting) return false;
    this.#gate.set(Shut.window, false);
    return true;
  }

  /** Nothing is kept back any more. */
  lift(): void {
    this.#isLifted = true;
    this.#gate.set(Shut.window, false);
  }

  whenRead(listener: () => void): void {
    this.#whenRead = listener;
  }

  // ── In ──────────────────────────────────────────────────────────────────────────────────────────────

  /** The client has answered whether it is there: it is one that answers. */
  isThere(roundTripMillis: number): void {
    if (this.#hasAnswered) return;
    this.#hasAnswered = true;
    const { acknowledgedBytes, bytes: inFlight } = this.#flight;
    const answer = { roundTripMillis, acknowledgedBytes, inFlight, isHolding: false };
    this.#window.received(answer, this.#elapsed.millis());
  }

  /** A pong has come, while something waits or not: undefined unless it is ours; then whether it has told anything new. */
  hear(payload: Payload, isWaiting: boolean): boolean | undefined {
    const number = numberIn(payload, this.#secret);
    if (this.#pings === undefined || number === undefined) return undefined;
    const [flight, window, gate] = [this.#flight, this.#window, this.#gate];
    const nowMillis = this.#elapsed.millis();
    const roundTripMillis = flight.received(number, nowMillis);
    if (roundTripMillis === undefined) return false;
    this.#hasAnswered = true;
    const isHolding = gate.has(Shut.window) && isWaiting;
    const { acknowledgedBytes, bytes: inFlight } = flight;
    window.received({ roundTripMillis, acknowledgedBytes, inFlight, isHolding }, nowMillis);
    gate.set(Shut.window, gate.has(Shut.window) && window.isFull(flight.bytes) && flight.isAwaited);
    if (flight.isEmpty) this.#whenRead?.();
    return true;
  }
}
