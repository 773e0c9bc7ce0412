/**
 * The shared flush: connections that have something to write are written in turn, each for at most a quantum,
 * at the end of the current turn of the event loop.
 *
 * Nothing is ever written from inside a socket's own callback, where uWebSockets.js can stall or crash; and
 * what several callbacks of one turn have offered goes out in one corked write per connection.
 */

import { aFunction, checkOptions, isPlainObject } from "@sluice/core";

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

/**
 * Quanta that a connection may write in one turn of the event loop, one after everyone else's: enough for a
 * producer of 60 KB a turn, and few enough for the sockets to be heard in between.
 */
export const roundsPerTurn = 4;

export class Flusher {
  readonly #quantum: Quantum;
  readonly #schedule: (flush: () => void) => void;
  readonly #flush = () => this.flush();
  #marked: Array<Flushable> = [];
  #spare: Array<Flushable> = [];
  #scheduled = false;
  /** What those have thrown that must not. */
  readonly #defects: Array<{ readonly error: unknown }> = [];
  #afterwards: (() => void) | undefined;
  /** Called when all turns of a flush are over, of every flush. */
  everyTime: (() => void) | undefined;

  /**
   * `schedule` runs a function in a later turn of the event loop; by default `setImmediate`.
   *
   * @throws {ConfigurationError}
   */
  constructor(
    options: {
      readonly quantum?: Quantum;
      readonly schedule?: (flush: () => void) => void;
    } = {},
  ) {
    checkOptions(options, "Flusher", rules);
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
    this.#begin();
  }

  /** Has a function called once, when all turns of the next flush are over; it takes the place of another. */
  afterwards(task: () => void): void {
    this.#afterwards = task;
    this.#begin();
  }

  /** Everyone in line gets its turns; who then has more to write is in line again. */
  flush(): void {
    // Scheduled stays true: who is marked meanwhile is seen to below.
    for (let round = 0; round < roundsPerTurn && this.#marked.length > 0; round++) this.#round();
    this.#scheduled = false;
    if (this.#marked.length > 0) this.#begin();
    const task = this.#afterwards;
    this.#afterwards = undefined;
    task?.();
    this.everyTime?.();
    const [defect] = this.#defects.splice(0);
    if (defect !== undefined) throw defect.error;
  }

  #begin(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#flush);
  }

  #round(): void {
    const round = this.#marked;
    this.#marked = this.#spare;
    for (const connection of round) {
      try {
        if (connection.flush(this.#quantum)) this.#marked.push(connection);
      } catch (error) {
        // It keeps nobody else from being written, now or later.
        this.#defects.push({ error });
      }
    }
    round.length = 0;
    this.#spare = round;
  }
}

/** A connection must get on in its turn, or the flush would never end. */
function isQuantum(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const { bytes, messages } = value as Partial<Quantum>;
  return isPositive(bytes) && isPositive(messages);
}

const isPositive = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

const rules = {
  quantum: [isQuantum, "must be { bytes, messages }, each a whole number from 1"],
  schedule: aFunction,
} as const;
