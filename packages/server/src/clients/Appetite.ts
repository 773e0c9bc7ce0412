/**
 * Makes a real socket be read at a limited rate: it stops reading and goes on again, so that the network's
 * buffers fill and the server feels it.
 */

/** What can be stopped and started: a `WebSocket` of `ws`. */
export interface Readable {
  pause(): void;
  resume(): void;
}

/** Read at once in every period. */
const periodMillis = 50;

export class Appetite {
  readonly #socket: Readable;
  #bytesPerSecond: number;
  /** Bytes that may be read before the next pause. */
  #allowance = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `bytesPerSecond` of 0 stops at the first bite, `Infinity` never stops. */
  constructor(socket: Readable, bytesPerSecond: number) {
    this.#socket = socket;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** So many bytes were read. */
  ate(bytes: number): void {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return;
    this.#allowance -= bytes;
    if (this.#allowance > 0 || this.#timer !== undefined) return;
    this.#socket.pause();
    if (this.#bytesPerSecond === 0) return;
    this.#timer = setInterval(() => this.#refill(), periodMillis);
  }

  /** From now on everything is read at once. */
  devour(): void {
    this.stop();
    this.#bytesPerSecond = Number.POSITIVE_INFINITY;
    this.#socket.resume();
  }

  /** The socket has closed. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #refill(): void {
    this.#allowance += (this.#bytesPerSecond * periodMillis) / 1000;
    if (this.#allowance <= 0) return;
    this.stop();
    this.#socket.resume();
  }
}
