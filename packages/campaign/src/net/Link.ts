/** One direction of a connection, with manners. Bytes come out in order, each when its way is over. */
import type { Socket } from "node:net";

/** How a link is; what is not said is as if there were nothing between. */
export interface Manner {
  /** How long a chunk is on its way. */
  readonly delayMillis?: number;
  /** So much longer at the most, by chance; what comes behind never overtakes. */
  readonly jitterMillis?: number;
  readonly bytesPerSecond?: number;
  /** Chunks that are lost, 0 to 1: everything behind waits for so long, and then comes in a burst, as TCP has it. */
  readonly loss?: { readonly share: number; readonly millis: number };
  /** Nothing is forwarded any more, no end either, and what comes is thrown away. */
  readonly isDead?: true;
}

/** What a link holds at the most: what is on a long way, and little before a narrow one. */
const wideBytes = 4 * 1024 * 1024;
const narrowBytes = 64 * 1024;

interface Held {
  /** Nothing means the end. */
  readonly bytes: Buffer | undefined;
  readonly dueMillis: number;
}

export class Link {
  #manner: Manner = {};
  onEnd: () => void = () => {};
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #line: Array<Held> = [];
  #heldBytes = 0;
  /** When what came last is due: nothing overtakes it. */
  #lastMillis = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
    from.on("data", (bytes: Buffer) => this.#take(bytes));
    from.on("end", () => this.#take(undefined));
    from.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    from.on("close", () => this.#closed());
    to.on("drain", () => this.#look());
  }

  get manner(): Manner {
    return this.#manner;
  }

  set manner(manner: Manner) {
    this.#manner = manner;
    if (this.#isHurried) this.#lastMillis = 0;
    this.#look();
  }

  /** Ends it, and both its sockets. */
  cut(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#from.destroy();
    this.#to.destroy();
    this.onEnd();
  }

  #take(bytes: Buffer | undefined): void {
    if (this.manner.isDead) return;
    const { delayMillis = 0, jitterMillis = 0, bytesPerSecond, loss } = this.manner;
    const length = bytes?.length ?? 0;
    const now = performance.now();
    let dueMillis = now + delayMillis + Math.random() * jitterMillis;
    if (loss !== undefined && Math.random() < loss.share) dueMillis += loss.millis;
    dueMillis = Math.max(dueMillis, this.#lastMillis);
    if (bytesPerSecond !== undefined) {
      // In pieces: the first is due as soon as there is a rate for it.
      for (let at = 0; at < length; at += pieceBytes) {
        const piece = bytes?.subarray(at, at + pieceBytes);
        dueMillis += ((piece?.length ?? 0) * 1_000) / bytesPerSecond;
        this.#line.push({ bytes: piece, dueMillis });
      }
    } else if (bytes !== undefined) this.#line.push({ bytes, dueMillis });
    if (bytes === undefined) this.#line.push({ bytes, dueMillis });
    this.#lastMillis = dueMillis;
    this.#heldBytes += length;
    if (this.#heldBytes >= this.#maxHeldBytes) this.#from.pause();
    this.#look();
  }

  /** Lets out what is due. */
  #look(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.manner.isDead) return;
    for (let [next] = this.#line; next !== undefined; [next] = this.#line) {
      const leftMillis = this.#isHurried ? 0 : next.dueMillis - performance.now();
      if (leftMillis > 0) {
        this.#timer = setTimeout(() => this.#look(), leftMillis);
        return;
      }
      if (this.#to.writableNeedDrain) return;
      this.#line.shift();
      this.#let(next.bytes);
    }
  }

  get #maxHeldBytes(): number {
    return this.manner.bytesPerSecond === undefined ? wideBytes : narrowBytes;
  }

  /** A rate that was lifted holds back nothing that came before. */
  get #isHurried(): boolean {
    const { delayMillis, bytesPerSecond, loss } = this.manner;
    return delayMillis === undefined && bytesPerSecond === undefined && loss === undefined;
  }

  #let(bytes: Buffer | undefined): void {
    if (bytes === undefined) {
      this.#to.end();
      return;
    }
    this.#heldBytes -= bytes.length;
    this.#to.write(bytes);
    if (this.#heldBytes < this.#maxHeldBytes) this.#from.resume();
  }

  /** A reset is handed on as one. */
  #failed({ code }: NodeJS.ErrnoException): void {
    if (this.manner.isDead) return;
    if (code === "ECONNRESET") this.#to.resetAndDestroy();
    else this.#to.destroy();
  }

  #closed(): void {
    // What waits still goes out.
    if (this.#line.length === 0) this.#finish();
    else this.#to.once("close", () => this.#finish());
  }

  #finish(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.onEnd();
  }
}

/** So small that a rate of 1 KB/s is steady. */
const pieceBytes = 256;
