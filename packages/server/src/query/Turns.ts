/**
 * Turns at the query engine, fair by client.
 *
 * A turn is one call of one query: to check and plan it, or to compute its next batches. A query whose client reads
 * slowly has none meanwhile. So many calls run at once; of them a connection has a few at the most, and all connections
 * of an address leave some to others. The other calls wait, at most so many. The next turn goes to the address, and at
 * it to the connection, that has the fewest; among equals to the one that has used the engine least in the last minute
 * or so, and then to the one that has waited longest. It is given at the end of the turn of the event loop: so a query
 * that asks for its next rows at once is there, and one that takes little is not held up by a long call between its own.
 *
 * A call may run for long. When a query has waited for `patienceMillis`, all its waits together, and its connection has
 * no turn, then a call that has run for as long gives way to it: one of its own address, or of another that has more
 * than its share. Where nobody waits for so long a call runs to its end.
 */
import { QueryError } from "./QueryError.js";
import { TurnTaker } from "./TurnTaker.js";

export interface TurnLimits {
  /** Calls that run at once. */
  readonly running: number;
  /** Of these, of one connection. */
  readonly perConnection: number;
  /** Of these, of all connections of one address. */
  readonly perAddress: number;
  /** Calls that wait. One more is refused as `busy`. */
  readonly waiting: number;
  /** How long a query of a connection without a turn waits, and a call runs at least, before one gives way. */
  readonly patienceMillis: number;
}

/** What turns are taken for: a query. */
export interface Claim {
  /** Given up when it is aborted; a call that has begun ends by itself. */
  readonly signal: AbortSignal;
  /** Told when the call is to end at once, for others. */
  readonly giveWay: () => void;
  /** How long its calls have waited so far; 0 at first. */
  waitedMillis: number;
}

/**
 * Calls when the turn of a connection comes. Fails with a `QueryError` when too many wait, and with the signal's reason
 * when that is aborted first.
 */
export type TakeTurn = <A>(call: () => Promise<A>, claim: Claim) => Promise<A>;

const lookMillis = 250;

export class Turns {
  readonly #limits: TurnLimits;
  readonly #addresses = new Map<string, Address>();
  readonly #waiting: Array<Waiting> = [];
  /** In the order in which they began. */
  readonly #running = new Set<Turn>();
  #timer: NodeJS.Timeout | undefined;
  /** Places are free that are handed on at the end of this turn of the event loop. */
  #isHandingOn = false;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Calls that run now and calls that wait, and the addresses that they are of. */
  get counts(): { readonly running: number; readonly waiting: number; readonly addresses: number } {
    const addresses = this.#addresses.size;
    return { running: this.#running.size, waiting: this.#waiting.length, addresses };
  }

  /** For a connection from an address. */
  of(address: string): TakeTurn {
    const own = new TurnTaker();
    return async (call, claim) => {
      claim.signal.throwIfAborted();
      const turn = { own, address: this.#enter(address), claim, sinceMillis: performance.now() };
      try {
        if (!this.#isHandingOn && this.#mayRun(turn)) this.#begin(turn);
        else await this.#wait(turn);
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
    const now = performance.now();
    turn.own.running++;
    turn.address.running++;
    turn.claim.waitedMillis += now - turn.sinceMillis;
    turn.sinceMillis = now;
    this.#running.add(turn);
  }

  #end(turn: Turn): void {
    turn.own.ends(turn.sinceMillis, performance.now());
    turn.address.running--;
    this.#running.delete(turn);
    this.#leave(turn.address);
    if (this.#waiting.length === 0 || this.#isHandingOn) return;
    this.#isHandingOn = true;
    setImmediate(() => this.#handOn());
  }

  /** The places that have become free go to those whose turn it is. */
  #handOn(): void {
    this.#isHandingOn = false;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#remove(next);
      this.#begin(next.turn);
      next.run();
    }
  }

  /** Resolves when the turn has begun. */
  #wait(turn: Turn): Promise<void> {
    const { signal } = turn.claim;
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

  /** For each that has waited for too long another gives way. */
  #look(): void {
    if (this.#waiting.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    const { patienceMillis } = this.#limits;
    const running = [...this.#running];
    const long = running.filter(({ sinceMillis }) => now - sinceMillis >= patienceMillis);
    let ending = running.filter(({ hasGivenWay }) => hasGivenWay).length;
    for (const { turn } of this.#waiting.toSorted((a, b) => order(a.turn, b.turn, now))) {
      const waited = turn.claim.waitedMillis + now - turn.sinceMillis;
      if (turn.own.running > 0 || waited < patienceMillis) continue;
      // The places of those that are ending already are for those that come first.
      if (ending-- > 0) continue;
      const greedy = mostGreedy(long.filter((other) => givesWay(other, turn)));
      if (greedy === undefined) continue;
      greedy.hasGivenWay = true;
      greedy.claim.giveWay();
    }
  }

  /** Undefined when nobody who waits may run. */
  #next(): Waiting | undefined {
    const now = performance.now();
    let best: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (!this.#mayRun(waiting.turn)) continue;
      if (best === undefined || order(waiting.turn, best.turn, now) < 0) best = waiting;
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
  readonly own: TurnTaker;
  readonly address: Address;
  readonly claim: Claim;
  hasGivenWay?: true;
  /** Since when it waits or, once it has begun, runs. */
  sinceMillis: number;
}

interface Waiting {
  readonly turn: Turn;
  readonly run: () => void;
}

/** Negative when `a` comes first. Of equals the one that has waited longest does, for a sort is stable. */
function order(a: Turn, b: Turn, now: number): number {
  return (
    a.address.running - b.address.running ||
    a.own.running - b.own.running ||
    a.own.usedMillis(now) - b.own.usedMillis(now)
  );
}

/** An address that has more than its share has fewer afterwards, and no fewer than the other then has. */
function givesWay({ address, hasGivenWay }: Turn, { address: ours }: Turn): boolean {
  return !hasGivenWay && (address === ours || address.running > ours.running + 1);
}

/** Of those that have run longest first: one of the connection that has the most, before others of the address. */
function mostGreedy(calls: ReadonlyArray<Turn>): Turn | undefined {
  return calls.reduce<Turn | undefined>(
    (most, call) => (most === undefined || call.own.running > most.own.running ? call : most),
    undefined,
  );
}

function busy(most: number): QueryError {
  const message = `The query engine is busy: ${most} calls wait for it already; try again later.`;
  return new QueryError({ code: "busy", message });
}
