/**
 * The shared flush: connections that have something to write are written in turn, each for at most a quantum,
 * at the end of the current turn of the event loop.
 *
 * Nothing is ever written from inside a socket's own callback, where uWebSockets.js can stall or crash; and
 * what several callbacks of one turn have offered goes out in one corked write per connection.
 */

/** What the flusher turns to. */
export interface Flushable {
  /** Writes up to the quantum; true when there is more that the transport could take. */
  flush(quantum: Quantum): boolean;
}

/** How much one connection may write before the next one's turn. */
export interface Quantum {
  /** Bytes as framed; one larger message is sent alone. */
  readonly bytes: number;
  readonly messages: number;
}

/** A cork buffer holds 16 KiB; a batch that stays below it is one system call. */
export const defaultQuantum: Quantum = { bytes: 15 * 1024, messages: 1024 };

export class Flusher {
  readonly #quantum: Quantum;
  readonly #schedule: (flush: () => void) => void;
  readonly #flush = () => this.flush();
  #marked: Array<Flushable> = [];
  #spare: Array<Flushable> = [];
  #scheduled = false;

  /** `schedule` runs a function in a later turn of the event loop; by default `setImmediate`. */
  constructor(
    options: {
      readonly quantum?: Quantum;
      readonly schedule?: (flush: () => void) => void;
    } = {},
  ) {
    this.#quantum = options.quantum ?? defaultQuantum;
    this.#schedule = options.schedule ?? setImmediate;
  }

  /** Connections whose turn is to come. */
  get size(): number {
    return this.#marked.length;
  }

  /** Puts a connection in line. It must not be in line already. */
  mark(connection: Flushable): void {
    this.#marked.push(connection);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#flush);
  }

  /** One round: everyone in line gets one turn, and who has more to write is put in line again. */
  flush(): void {
    const round = this.#marked;
    this.#marked = this.#spare;
    this.#scheduled = false;
    for (const connection of round) {
      if (connection.flush(this.#quantum)) this.mark(connection);
    }
    round.length = 0;
    this.#spare = round;
  }
}
