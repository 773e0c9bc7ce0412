/**
 * Time that passes when it is told to, with a loop that turns as that of Node: timers that are due, what sockets have to
 * say, immediates, and after each callback what promises have waiting. While it is in force the timers and clocks of this
 * thread are its own, and so whatever is measured or awaited is, without a real timer.
 */

interface Due {
  readonly atMillis: number;
  readonly order: number;
  readonly run: () => void;
  isOff: boolean;
}

/** So often it turns at the most without a pause: whatever is held has gone out long before. */
const mostTurns = 20_000;

/** What a promise chain of the runtime takes at the most before it has come to its end. */
const hopsOfPromises = 6;

export class VirtualTime {
  /** Monotonic. */
  millis = 0;
  /** How far the wall clock is from that. */
  wallAheadMillis = 1_700_000_000_000;
  /** How long the loop has stood still in all, and how often. */
  stalledMillis = 0;
  stalls = 0;
  /** How far the monotonic clock has been put back. */
  backMillis = 0;
  readonly #timers: Array<Due> = [];
  readonly #inputs: Array<Due> = [];
  #immediates: Array<Due> = [];
  #order = 0;

  readonly now = () => this.millis;

  /** Timers and immediates that are to come. */
  get pending(): number {
    return this.#timers.length + this.#immediates.length;
  }

  /** A socket has something to say then; before that it is not heard. */
  input(atMillis: number, run: () => void): void {
    if (atMillis < Number.POSITIVE_INFINITY) this.#add(this.#inputs, atMillis, run);
  }

  /** The loop stands still: nobody is called, though time passes. */
  stall(millis: number): void {
    this.millis += millis;
    this.stalledMillis += millis;
    this.stalls++;
  }

  /** The loop turns until that time has come, or nothing is to come. `after` is called after each callback. */
  async until(endMillis: number, after: () => void): Promise<void> {
    for (let turns = 0; ; turns++) {
      const isBusy = this.#immediates.length > 0;
      if (!isBusy) turns = 0;
      if (turns > mostTurns) throw new Error("the event loop turns, and time stands still");
      const next = Math.min(
        this.#timers[0]?.atMillis ?? Number.POSITIVE_INFINITY,
        this.#inputs[0]?.atMillis ?? Number.POSITIVE_INFINITY,
      );
      if (!isBusy && next > endMillis) break;
      if (!isBusy) this.millis = Math.max(this.millis, next);
      await this.#turn(after);
    }
    this.millis = Math.max(this.millis, endMillis);
  }

  async #turn(after: () => void): Promise<void> {
    await this.#drain(this.#timers, after);
    await this.#drain(this.#inputs, after);
    const immediates = this.#immediates;
    this.#immediates = [];
    for (const one of immediates) await call(one, after);
  }

  async #drain(line: Array<Due>, after: () => void): Promise<void> {
    const last = this.#order;
    while (line[0] !== undefined && line[0].atMillis <= this.millis && line[0].order <= last) {
      await call(line.shift() as Due, after);
    }
  }

  #add(line: Array<Due>, atMillis: number, run: () => void): Due {
    const due = { atMillis, order: ++this.#order, run, isOff: false };
    let place = line.length;
    while (place > 0 && (line[place - 1] as Due).atMillis > atMillis) place--;
    line.splice(place, 0, due);
    return due;
  }

  /** Takes the place of this thread's timers and clocks, until the function that it returns is called. */
  takeOver(draw: () => number): () => void {
    const { setTimeout, clearTimeout, setImmediate, clearImmediate } = globalThis;
    const { now: dateNow } = Date;
    const { random } = Math;
    const performanceNow = performance.now;
    const off = (due: unknown) => this.#off(due as Due | undefined);
    Object.assign(globalThis, {
      setTimeout: (run: (...given: Array<unknown>) => void, millis = 1, ...given: Array<unknown>) =>
        handle(this.#add(this.#timers, this.millis + Math.max(1, millis), () => run(...given))),
      setImmediate: (run: (...given: Array<unknown>) => void, ...given: Array<unknown>) => {
        const due = { atMillis: 0, order: 0, run: () => run(...given), isOff: false };
        this.#immediates.push(due);
        return handle(due);
      },
      clearTimeout: off,
      clearImmediate: off,
    });
    Date.now = () => Math.round(this.millis + this.wallAheadMillis);
    Math.random = draw;
    performance.now = () => this.millis - this.backMillis;
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout, setImmediate, clearImmediate });
      Date.now = dateNow;
      Math.random = random;
      performance.now = performanceNow;
    };
  }

  #off(due: Due | undefined): void {
    if (due === undefined || due === null) return;
    due.isOff = true;
    for (const line of [this.#timers, this.#immediates]) {
      const at = line.indexOf(due);
      if (at >= 0) line.splice(at, 1);
    }
  }
}

async function call(due: Due, after: () => void): Promise<void> {
  if (due.isOff) return;
  due.isOff = true;
  due.run();
  await promises();
  after();
}

/** Whatever promises have waiting is done. */
export async function promises(): Promise<void> {
  for (let hop = 0; hop < hopsOfPromises; hop++) await undefined;
}

/** As the handles of Node are. */
function handle(due: Due): object {
  return Object.assign(due, { ref: () => due, unref: () => due, hasRef: () => true });
}
