/**
 * What the transports of all WebSocket servers have in common: they know how long a client has been silent, and they say
 * goodbye behind the last byte. An adapter adds how to write.
 */
import { attempt } from "../actor/Attempt.js";
import type { Quiet } from "../hub/Idleness.js";
import type { Message } from "./Message.js";
import type { Pingable, Unread } from "./Pingable.js";
import { Tail } from "./Tail.js";
import type { Topics } from "./Topics.js";
import {
  defaultTraits,
  type SendStatus,
  type Transport,
  type TransportTraits,
} from "./Transport.js";

/** What a transport tells the hub of its end. */
export interface Ends {
  /** It has ended in order, and its socket stays until the client has read what is on its way. */
  onLinger(): void;
  /** It has ended; for sockets that close in their own time. */
  onEnded(): void;
  /** A call to its socket has failed that nobody else hears of. */
  onError(error: unknown, what: string): void;
}

export abstract class SocketTransport implements Transport<Message>, Quiet, Pingable {
  heardMillis = 0;
  isAsked = false;
  /** It has been closed because its client was silent for too long. */
  isIdle = false;

  /** Its socket has closed. */
  protected isGone = false;
  readonly #ends: Ends;
  /** What it has answered pings with since it was last seen to hold nothing, in bytes as framed. */
  #pongBytes = 0;
  /** There is none before it ends. */
  #tail: Tail | undefined;

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  get traits(): TransportTraits {
    return defaultTraits;
  }

  /** Whether the client may be pinged to find out what it has read. */
  protected abstract get asks(): boolean;

  get pings(): Pingable | undefined {
    return this.asks ? this : undefined;
  }

  /** Where messages for many are published; undefined if each socket has to be given its own. */
  get topics(): Topics | undefined {
    return undefined;
  }

  abstract send(message: Message): SendStatus;

  abstract ping(payload: string): boolean;

  /** Closes the socket behind what it holds. */
  protected abstract sayGoodbye(code: number, reason: string): void;

  abstract bufferedBytes(): number;

  abstract batch(write: () => void): void;

  abstract terminate(): void;

  end(code: number, reason: string, unread: Unread | undefined): void {
    this.#tail = new Tail({
      say: (farewell) => this.sayGoodbye(farewell.code, farewell.reason),
      linger: () => this.lingers(),
      failed: (defect) => this.#fails(defect),
    });
    this.#tail.end({ code, reason }, unread);
  }

  /** Its socket cannot say goodbye: it is closed at once, if that can be. */
  #fails(defect: unknown): void {
    const report = (error: unknown) => this.#ends.onError(error, "its transport failed");
    report(defect);
    if (!this.isGone) attempt(() => this.terminate(), report);
  }

  /** It has ended in order, and its socket stays until the client has read what is on its way. */
  protected lingers(): void {
    this.#ends.onLinger();
  }

  /** It has ended. */
  protected ended(): void {
    this.#ends.onEnded();
  }

  /** Whether it listens to its client. One whose socket cannot be paused always does. */
  listen(_isListening: boolean): void {}

  /** Closes at once: nothing has been heard of the client for too long. */
  idle(): void {
    this.isIdle = true;
    this.terminate();
  }

  // ── What its socket tells ───────────────────────────────────────────────────────────────────────────

  /** Whether its socket has heard of the client since this was asked last, and nobody was told. */
  hasHeard(): boolean {
    return false;
  }

  /** It has answered a ping with so many bytes. True, once, when it has answered more than may be. */
  pinged(bytes: number): boolean {
    const before = this.#pongBytes;
    this.#pongBytes += bytes + pongHeaderBytes;
    return before <= mostPongBytes && this.#pongBytes > mostPongBytes;
  }

  /** Once a second: whose socket has taken everything may ping as much again. */
  forgetPongs(): void {
    if (this.#pongBytes > 0 && this.bufferedBytes() === 0) this.#pongBytes = 0;
  }

  /** The socket has closed. */
  closed(): void {
    this.isGone = true;
    this.#tail?.closed();
  }

  /** Says goodbye now, if it waits for the client to read. */
  leave(): void {
    this.#tail?.leave();
  }

  /** Resolves when it waits for its client no longer; after `withinMillis` it does not. */
  async left(withinMillis: number): Promise<void> {
    await this.#tail?.left(withinMillis);
  }
}

/**
 * What a library may hold of its own answers to pings, in bytes: 258 of the largest, or 16,384 empty ones. Of
 * uWebSockets.js it is half of what its native limit leaves for control frames, so none is refused that is owed.
 */
const mostPongBytes = 32 * 1024;

/** Of a control frame that is not masked. */
const pongHeaderBytes = 2;
