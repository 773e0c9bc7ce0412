/**
 * What is on its way to one client: what the transport was handed, and what the client is known to have received.
 *
 * A mark is a question behind the last message that was handed over. Every WebSocket endpoint answers a ping, in order,
 * with the same payload (RFC 6455, 5.5.2 and 5.5.3); it may answer the latest one alone. So the answer to a mark is a
 * receipt for everything before it. A number that is not asked for now, forged, stale or foreign, changes nothing.
 *
 * Pure; time is a parameter, in elapsed milliseconds. Nothing of it is made for a message.
 */
import type { Volume } from "../ledger/Volume.js";

/** How much the transport has been handed so far: a ledger knows. */
export interface HandedOver {
  readonly deliveredMessages: number;
  readonly deliveredBytes: number;
}

/** A question that has not been answered. */
interface Mark {
  readonly number: number;
  /** What had been handed over before it. */
  readonly messages: number;
  readonly bytes: number;
  readonly askedMillis: number;
}

const nothing: HandedOver = { deliveredMessages: 0, deliveredBytes: 0 };

/** One that comes when there are so many takes the place of the latest, and asks for more. */
const mostMarks = 8;

export class Flight {
  readonly #handedOver: HandedOver;
  readonly #marks: Array<Mark> = [];
  #number: number;
  #askedMessages: number;
  #askedBytes: number;
  #acknowledgedMessages: number;
  #acknowledgedBytes: number;
  #receivedMillis = Number.NEGATIVE_INFINITY;

  /** What has been handed over is acknowledged by the mark of this number; 0 for none. */
  constructor(handedOver: HandedOver, number = 0) {
    const { deliveredMessages, deliveredBytes } = number === 0 ? nothing : handedOver;
    this.#handedOver = handedOver;
    this.#number = number;
    this.#askedMessages = deliveredMessages;
    this.#askedBytes = deliveredBytes;
    this.#acknowledgedMessages = deliveredMessages;
    this.#acknowledgedBytes = deliveredBytes;
  }

  // ── Where it is ─────────────────────────────────────────────────────────────────────────────────────

  /** What the client has certainly received. */
  get acknowledged(): Volume {
    return { messages: this.#acknowledgedMessages, bytes: this.#acknowledgedBytes };
  }

  /** What was handed over and is not acknowledged. */
  get inFlight(): Volume {
    const messages = this.#handedOver.deliveredMessages - this.#acknowledgedMessages;
    return { messages, bytes: this.bytes };
  }

  /** Bytes in flight. */
  get bytes(): number {
    return this.#handedOver.deliveredBytes - this.#acknowledgedBytes;
  }

  get acknowledgedBytes(): number {
    return this.#acknowledgedBytes;
  }

  /** Whether the client has received everything. */
  get isEmpty(): boolean {
    return this.#handedOver.deliveredMessages === this.#acknowledgedMessages;
  }

  /** Whether something was handed over that no mark stands behind. */
  get isUnasked(): boolean {
    return this.#handedOver.deliveredMessages > this.#askedMessages;
  }

  /** Bytes handed over that no mark stands behind. */
  get unaskedBytes(): number {
    return this.#handedOver.deliveredBytes - this.#askedBytes;
  }

  /** Whether an answer is awaited. */
  get isAwaited(): boolean {
    return this.#marks.length > 0;
  }

  /** How long the oldest mark has not been answered; 0 when none is awaited. */
  askedForMillis(nowMillis: number): number {
    return nowMillis - (this.#marks[0]?.askedMillis ?? nowMillis);
  }

  /** Bytes in flight before the oldest mark: what has to be read before its answer can come. */
  get owedBytes(): number {
    return (this.#marks[0]?.bytes ?? this.#acknowledgedBytes) - this.#acknowledgedBytes;
  }

  /** How long an answer has been awaited and none has come; 0 when none is awaited. */
  silentMillis(nowMillis: number): number {
    return Math.min(this.askedForMillis(nowMillis), nowMillis - this.#receivedMillis);
  }

  // ── What happens to it ──────────────────────────────────────────────────────────────────────────────

  /** The number of the next mark. */
  get nextNumber(): number {
    return this.#number + 1;
  }

  /** A mark has gone out, behind everything that was handed over. */
  asked(nowMillis: number): void {
    const { deliveredMessages: messages, deliveredBytes: bytes } = this.#handedOver;
    if (this.#marks.length === mostMarks) this.#marks.pop();
    this.#marks.push({ number: ++this.#number, messages, bytes, askedMillis: nowMillis });
    this.#askedMessages = messages;
    this.#askedBytes = bytes;
  }

  /**
   * An answer has come. Acknowledges everything before its mark, and answers with the round trip in milliseconds;
   * undefined for a number that is not awaited.
   */
  received(number: number, nowMillis: number): number | undefined {
    const at = this.#marks.findIndex((mark) => mark.number === number);
    const mark = this.#marks[at];
    if (mark === undefined) return undefined;
    this.#marks.splice(0, at + 1);
    this.#acknowledgedMessages = mark.messages;
    this.#acknowledgedBytes = mark.bytes;
    this.#receivedMillis = nowMillis;
    return nowMillis - mark.askedMillis;
  }
}
