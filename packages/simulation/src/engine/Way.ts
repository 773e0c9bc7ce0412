/**
 * The way to one client: what is handed over goes out in order, at the pace of its reader. A socket and its kernels hold so
 * many bytes; what is beyond them is pressure. When something has gone out is known when it is handed over, for nothing
 * overtakes.
 */
import { readsUntil, type Temper } from "./Temper.js";

/** What the sockets of both sides hold together. */
export interface Kernel {
  readonly kernelBytes: number;
  /** A socket that was full has room again when it holds no more than this. */
  readonly roomAgainBytes: number;
}

export class Way {
  readonly #temper: Temper;
  readonly #now: () => number;
  readonly #kernel: Kernel;
  /** When what is held has gone out, and how much it is. */
  readonly #leaving: Array<number> = [];
  readonly #bytes: Array<number> = [];
  #heldBytes = 0;
  #freeMillis = 0;

  constructor(temper: Temper, now: () => number, kernel: Kernel) {
    this.#temper = temper;
    this.#now = now;
    this.#kernel = kernel;
  }

  /** When so many bytes have gone out that nothing holds. */
  carry(bytes: number): number {
    const fromMillis = Math.max(this.#now(), this.#freeMillis);
    this.#freeMillis =
      fromMillis === Number.POSITIVE_INFINITY
        ? fromMillis
        : readsUntil(this.#temper, fromMillis, bytes);
    return this.#freeMillis;
  }

  /** The same, and they are held until then. */
  hold(bytes: number): number {
    const leavesMillis = this.carry(bytes);
    this.#leaving.push(leavesMillis);
    this.#bytes.push(bytes);
    this.#heldBytes += bytes;
    return leavesMillis;
  }

  /** What is held and the kernels have no room for. */
  get beyondBytes(): number {
    const now = this.#now();
    const leaving = this.#leaving;
    while (leaving.length > 0 && (leaving[0] as number) <= now) {
      leaving.shift();
      this.#heldBytes -= this.#bytes.shift() as number;
    }
    return Math.max(0, this.#heldBytes - this.#kernel.kernelBytes);
  }

  /** When there is room again. */
  get roomAgainMillis(): number {
    let left = this.#heldBytes;
    for (let at = 0; at < this.#leaving.length; at++) {
      left -= this.#bytes[at] as number;
      if (left <= this.#kernel.roomAgainBytes) return this.#leaving[at] as number;
    }
    return this.#now();
  }
}
