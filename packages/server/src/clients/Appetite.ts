/**
 * Makes a real socket be read at a limited rate: it stops reading and goes on again, so that the network's
 * buffers fill and the server feels it.
 */

/** What can be stopped and started: a `WebSocket` of `ws`. */
export interface Readable {
  pause(): void;
  resume(): void;
}

/** A socket that was stopped is looked at again after so long. */
const periodMillis = 50;

export class Appetite {
  readonly #socket: Readable;
  #bytesPerSecond: number;
  /** Bytes that may be read before the next pause; what is not used within two periods is gone. */
  #allowance = 0;
  #lastMillis = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /** `bytesPerSecond` of 0 stops at the first bite, `Infinity` never stops. */
  constructor(socket: Readable, bytesPerSecond: number) {
    this.#socket = socket;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** So many bytes were read. */
  ate(bytes: number): void {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return;
    this.#earn();
    this.#allowance -= bytes;
    if (this.#allowance > 0 || this.#timer !== undefined) return;
    this.#socket.pause();
    if (this.#bytesPerSecond === 0) return;
    this.#timer = setInterval(() => this.#refill(), periodMillis);
  }

  /** From now on it is read at another rate. */
  change(bytesPerSecond: number): void {
    this.stop();
    this.#bytesPerSecond = bytesPerSecond;
    this.#allowance = 0;
    this.#lastMillis = performance.now();
    this.#socket.resume();
  }

  /** From now on everything is read at once. */
  devour(): void {
    this.change(Number.POSITIVE_INFINITY);
  }

  /** The socket has closed. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #earn(): void {
    const now = performance.now();
    const perMilli = this.#bytesPerSecond / 1000;
    const earned = this.#allowance + (now - this.#lastMillis) * perMilli;
    this.#allowance = Math.min(earned, 2 * periodMillis * perMilli);
    this.#lastMillis = now;
  }

  #refill(): void {
    this.#earn();
    if (this.#allowance <= 0) return;
    this.stop();
    this.#socket.resume();
  }
}
