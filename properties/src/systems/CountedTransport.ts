/**
 * A transport that takes exactly as many messages as it is told to. With the last of them it is under
 * pressure: it holds one byte until it is told to take more. It notes what a socket would not forgive.
 */
import { defaultTraits, SendStatus, type Transport } from "@sluice/runtime";
import type { Message } from "../System.js";

export class CountedTransport implements Transport<Message> {
  readonly traits = defaultTraits;
  /** What was done to it that must never be done. */
  readonly misuse: Array<string> = [];

  #left = 0;
  #heldBytes = 0;
  #isBatching = false;
  #isClosed = false;
  readonly #seen = new Set<number>();
  /** Who is told of what it takes; while there is nobody, that is kept for the next. */
  #deliver: ((message: Message) => void) | undefined;
  #untold: Array<Message> = [];

  get hasRoom(): boolean {
    return this.#left > 0;
  }

  /** From now on it takes so many messages more. */
  take(count: number, deliver?: (message: Message) => void): void {
    this.letGo();
    this.#left += count;
    this.#deliver = deliver;
    if (deliver !== undefined) this.#untold.splice(0).forEach(deliver);
  }

  takeNoMore(): void {
    this.#left = 0;
    this.#deliver = undefined;
  }

  /** The held byte has gone; false if there was none, or nobody to tell of it. */
  letGo(): boolean {
    const held = this.#heldBytes;
    this.#heldBytes = 0;
    return held > 0 && !this.#isClosed;
  }

  /** The peer has gone; false if the connection had been ended. */
  disconnect(): boolean {
    const wasOpen = !this.#isClosed;
    this.#isClosed = true;
    return wasOpen;
  }

  send(message: Message): SendStatus {
    this.#check("send");
    if (this.#heldBytes > 0) this.misuse.push("send under pressure");
    else if (this.#left === 0) this.misuse.push("send out of turn");
    if (this.#seen.has(message.id)) this.misuse.push(`message ${message.id} sent twice`);
    this.#seen.add(message.id);
    if (this.#deliver === undefined) this.#untold.push(message);
    else this.#deliver(message);
    this.#left = Math.max(0, this.#left - 1);
    if (this.#left > 0) return SendStatus.sent;
    this.#heldBytes = 1;
    return SendStatus.pressure;
  }

  bufferedBytes(): number {
    this.#check("bufferedBytes");
    return this.#heldBytes;
  }

  batch(write: () => void): void {
    this.#check("batch");
    if (this.#isBatching) this.misuse.push("batch inside a batch");
    this.#isBatching = true;
    write();
    this.#isBatching = false;
  }

  end(): void {
    this.#finish("end");
  }

  terminate(): void {
    this.#finish("terminate");
  }

  #finish(call: string): void {
    this.#check(call);
    if (this.#isBatching) this.misuse.push(`${call} inside a batch`);
    this.#isClosed = true;
  }

  #check(call: string): void {
    if (!this.#isClosed) return;
    this.misuse.push(`${call} after the end`);
    throw new Error("Invalid access of closed transport");
  }
}
