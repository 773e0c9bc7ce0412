/**
 * A transport that does what a test says, for the interleavings that a socket cannot be made to produce.
 *
 * It keeps the books of a uWebSockets.js socket: a kernel that takes so many bytes, a user-space buffer behind
 * it, a limit over which messages are refused. And it notes every call that a socket would not forgive.
 */
import type { Pingable, Unread } from "../adapter/Pingable.js";
import { defaultTraits, SendStatus, type Transport } from "../adapter/Transport.js";

export class ScriptedTransport<T> implements Transport<T>, Pingable {
  readonly traits = defaultTraits;
  /** Every message accepted, in order. */
  readonly accepted: Array<T> = [];
  /** What was done to it that must never be done. */
  readonly violations: Array<string> = [];
  /** How it was ended, if it was. */
  ending: { readonly code: number; readonly reason: string } | "terminated" | undefined;

  /** The payloads of the pings that it has sent, in order. */
  readonly asked: Array<string> = [];
  /** Whether nothing is heard of the other side: its answers wait. */
  isDeaf = false;
  readonly pings: Pingable | undefined;

  readonly #sizeOf: (message: T) => number;
  readonly #maxBackpressure: number;
  #room: number;
  #buffered = 0;
  #isBatching = false;
  #closed = false;

  /** `room` is what the kernel takes before there is pressure, in bytes; `maxBackpressure` 0 is no limit. */
  constructor(options: {
    readonly sizeOf: (message: T) => number;
    readonly room?: number;
    readonly maxBackpressure?: number;
    /** Whether the other side can be pinged; by default it cannot. */
    readonly isPinged?: boolean;
  }) {
    this.pings = options.isPinged ? this : undefined;
    this.#sizeOf = options.sizeOf;
    this.#room = options.room ?? Number.POSITIVE_INFINITY;
    this.#maxBackpressure = options.maxBackpressure ?? 0;
  }

  send(message: T): SendStatus {
    this.#check("send");
    if (this.#buffered > 0) this.violations.push("send under pressure");
    if (this.#maxBackpressure > 0 && this.#buffered > this.#maxBackpressure) {
      return SendStatus.refused;
    }
    this.accepted.push(message);
    const bytes = this.#sizeOf(message);
    const taken = Math.min(this.#room, bytes);
    this.#room -= taken;
    this.#buffered += bytes - taken;
    return this.#buffered === 0 ? SendStatus.sent : SendStatus.pressure;
  }

  /** A ping is refused where a message would be. */
  ping(payload: string): boolean {
    this.#check("ping");
    if (this.#maxBackpressure > 0 && this.#buffered > this.#maxBackpressure) return false;
    this.asked.push(payload);
    return true;
  }

  bufferedBytes(): number {
    this.#check("bufferedBytes");
    return this.#buffered;
  }

  batch(write: () => void): void {
    this.#check("batch");
    if (this.#isBatching) this.violations.push("batch inside a batch");
    this.#isBatching = true;
    write();
    this.#isBatching = false;
  }

  end(code: number, reason: string, _unread?: Unread | undefined): void {
    this.#check("end");
    if (this.#isBatching) this.violations.push("end inside a batch");
    this.#closed = true;
    this.ending = { code, reason };
  }

  terminate(): void {
    this.#check("terminate");
    if (this.#isBatching) this.violations.push("terminate inside a batch");
    this.#closed = true;
    this.ending = "terminated";
  }

  /** The peer reads so many bytes. Whether the actor hears of it is for the test to say: see `Actor.drained`. */
  drain(bytes: number = Number.POSITIVE_INFINITY): void {
    const fromBuffer = Math.min(this.#buffered, bytes);
    this.#buffered -= fromBuffer;
    this.#room += bytes - fromBuffer;
  }

  /** The peer disappears; tell the actor with `Actor.disconnected`. */
  disconnect(): void {
    this.#closed = true;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  #check(call: string): void {
    if (!this.#closed) return;
    this.violations.push(`${call} after close`);
    throw new Error("Invalid access of closed transport");
  }
}
