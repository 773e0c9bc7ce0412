/** Calls that take turns in tests, and limits of turns that are small. */
import type { TakeTurn, TurnLimits } from "../src/query/Turns.js";

export const limits: TurnLimits = {
  running: 4,
  perConnection: 2,
  perAddress: 3,
  waiting: 10,
  patienceMillis: 5_000,
};

/** Calls that go on until they are told to end, and the order in which they began. */
export class Calls {
  readonly begun: Array<string> = [];
  /** Those that were told to give way. */
  readonly gaveWay: Array<string> = [];
  readonly #ends = new Map<string, () => void>();

  make(
    name: string,
    take: TakeTurn,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<string> {
    const call = () => {
      this.begun.push(name);
      return new Promise<string>((resolve) => this.#ends.set(name, () => resolve(name)));
    };
    return take(call, { signal, giveWay: () => this.gaveWay.push(name), waitedMillis: 0 });
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await turned();
    // A place is handed on at the end of a turn of the loop.
    await turned();
  }
}

/** Everything that promises have to do has been done. */
export const turned = () => new Promise((resolve) => setImmediate(resolve));
