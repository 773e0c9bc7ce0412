/**
 * Turns at the query engine, fair by client.
 *
 * A turn is one call of one query: to check and plan it, or to compute its next batches. A query whose client reads
 * slowly has none meanwhile. So many calls run at once; of them a connection has a few at the most, and all connections
 * of an address leave some to others. The other calls wait, at most so many. The next turn goes to the address, and at
 * it to the connection, that has the fewest; among equals to the one that has waited longest.
 *
 * A call may run for long. When a connection that has no turn has waited for `patienceMillis`, a call that has run for
 * as long gives way to it, if its address or its connection has more than its share. So who has a turn at all keeps it,
 * and who has none gets one of those who have several.
 */
import { QueryError } from "./QueryError.js";

export interface TurnLimits {
  /** Calls that run at once. */
  readonly running: number;
  /** Of these, of one connection. */
  readonly perConnection: number;
  /** Of these, of all connections of one address. */
  readonly perAddress: number;
  /** Calls that wait. One more is refused as `busy`. */
  readonly waiting: number;
  /** How long a connection without a turn waits, and a call runs at least, before one gives way. */
  readonly patienceMillis: number;
}

/** What a turn is taken for. */
export interface Claim {
  /** Given up when it is aborted; a call that has begun ends by itself. */
  readonly signal: AbortSignal;
  /** Told when the call is to end at once, for others. */
  readonly giveWay: () => void;
}

/**
 * Calls when the turn of a connection comes. Fails with a `QueryError` when too many wait, and with the signal's reason
 * when that is aborted first.
 */
export type TakeTurn = <A>(call: () => Promise<A>, claim: Claim) => Promise<A>;

const lookMillis = 500;

export class Turns {
  readonly #limits: TurnLimits;
  readonly #addresses = new Map<string, Address>();
  readonly #waiting: Array<Waiting> = [];
  readonly #running = new Set<Turn>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Calls that run now, and calls that wait. */
  get counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running.size, waiting: this.#waiting.length };
  }

  /** For a connection from an address. */
  of(address: string): TakeTurn {
    const own = { running: 0 };
    return async (call, { signal, giveWay }) => {
      signal.throwIfAborted();
      const turn = { own, address: this.#enter(address), giveWay, sinceMillis: performance.now() };
      try {
        if (this.#mayRun(turn)) this.#begin(turn);
        else await this.#wait(turn, signal);
      } catch (error) {
        this.#leave(turn.address);
        throw error;
      }
      try {
        return await call();
      } finally {
        this.#end(turn);
      }
    };
  }

  #mayRun({ own, address }: Turn): boolean {
    const { running, perConnection, perAddress } = this.#limits;
    const hasRoom = this.#running.size < running;
    return hasRoom && own.running < perConnection && address.running < perAddress;
  }

  #begin(turn: Turn): void {
    turn.own.running++;
    turn.address.running++;
    turn.sinceMillis = performance.now();
    this.#running.add(turn);
  }

  #end(turn: Turn): void {
    turn.own.running--;
    turn.address.running--;
    this.#running.delete(turn);
    this.#leave(turn.address);
    const next = this.#next();
    if (next === undefined) return;
    this.#remove(next);
    this.#begin(next.turn);
    next.run();
  }

  /** Resolves when the turn has begun. */
  #wait(turn: Turn, signal: AbortSignal): Promise<void> {
    const { waiting: most } = this.#limits;
    if (this.#waiting.length >= most) return Promise.reject(busy(most));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        turn,
        run: () => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      const giveUp = () => {
        this.#remove(waiting);
        reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(waiting);
      this.#timer ??= setInterval(() => this.#look(), lookMillis).unref();
    });
  }

  /** Whether somebody has waited for too long; one call gives way then. */
  #look(): void {
    if (this.#waiting.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const latest = performance.now() - this.#limits.patienceMillis;
    const isLong = ({ sinceMillis, own }: Turn) => sinceMillis <= latest && own.running === 0;
    for (const { turn } of this.#waiting) {
      const greedy = isLong(turn) && this.#greedyFor(turn, latest);
      if (!greedy) continue;
      greedy.hasGivenWay = true;
      greedy.giveWay();
      return;
    }
  }

  /** The call that has run longest of those that give way to this one; none when one has already, and ends. */
  #greedyFor(turn: Turn, latest: number): Turn | undefined {
    const running = [...this.#running];
    if (running.some(({ hasGivenWay }) => hasGivenWay)) return undefined;
    return running
      .filter((other) => other.sinceMillis <= latest && this.#isGreedy(other, turn))
      .sort((a, b) => a.sinceMillis - b.sinceMillis)[0];
  }

  /** At the same address connections are compared, at another one addresses; that helps only while ours has room. */
  #isGreedy({ own, address }: Turn, { address: ours }: Turn): boolean {
    if (address === ours) return own.running > 1;
    return ours.running < this.#limits.perAddress && address.running > ours.running + 1;
  }

  /** One end makes room for one at the most: whoever else could run would have begun before. */
  #next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (!this.#mayRun(waiting.turn)) continue;
      if (best === undefined || rank(waiting) < rank(best)) best = waiting;
    }
    return best;
  }

  #remove(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
  }

  #enter(name: string): Address {
    const address = this.#addresses.get(name) ?? { name, running: 0, calls: 0 };
    address.calls++;
    this.#addresses.set(name, address);
    return address;
  }

  #leave(address: Address): void {
    address.calls--;
    if (address.calls === 0) this.#addresses.delete(address.name);
  }
}

interface Address {
  readonly name: string;
  running: number;
  /** That run or wait: as long as there is one, the address is known. */
  calls: number;
}

interface Turn {
  /** Of the connection. */
  readonly own: { running: number };
  readonly address: Address;
  readonly giveWay: () => void;
  hasGivenWay?: true;
  /** Since when it waits or, once it has begun, runs. */
  sinceMillis: number;
}

interface Waiting {
  readonly turn: Turn;
  readonly run: () => void;
}

/** Whose turn comes first has the smaller one: by the calls of the address, then by those of the connection. */
function rank({ turn: { own, address } }: Waiting): number {
  return address.running * 1_000 + own.running;
}

function busy(most: number): QueryError {
  const message = `The query engine is busy: ${most} calls wait for it already; try again later.`;
  return new QueryError({ code: "busy", message });
}
