/**
 * Watches whether the event loop turns, so that nobody is blamed for a server that was itself asleep.
 *
 * While somebody has a deadline it beats. Its time stands still past a beat that is overdue, goes on when the loop
 * has turned once, and leaves out what the loop had stood still for: a garbage collection, a long computation, a
 * suspended machine. A deadline measured by it is neither shortened by such a pause nor judged before what the
 * sockets have to say has been heard.
 */

/** The time and the timers that it lives on, in milliseconds. */
export interface VigilTime {
  readonly now: () => number;
  /** Calls `wake` after so long, unless the function that it returns is called first. */
  readonly after: (millis: number, wake: () => void) => () => void;
  /** Calls `go` when the loop has next listened to its sockets. */
  readonly afterInput: (go: () => void) => void;
}

/** Between beats, in milliseconds. */
const beatMillis = 100;

/** A beat may come so much late, in milliseconds, before the loop counts as having stood still. */
const toleranceMillis = 50;

export class Vigil {
  readonly #time: VigilTime;
  /** How long the loop has stood still, in all. */
  #asleepMillis = 0;
  #beatDueMillis = Number.POSITIVE_INFINITY;
  #watchers = 0;
  #stop: (() => void) | undefined;

  constructor(time: Partial<VigilTime> = {}) {
    this.#time = { ...realTime, ...time };
  }

  /** Milliseconds in which the loop has turned: monotonic, from any start. */
  readonly now = (): number => {
    return Math.min(this.#time.now(), this.#latestMillis) - this.#asleepMillis;
  };

  /** Milliseconds for which the loop has stood still so far. */
  get asleepMillis(): number {
    return this.#asleepMillis + Math.max(0, this.#time.now() - this.#latestMillis);
  }

  /** When a beat counts as late. */
  get #latestMillis(): number {
    return this.#beatDueMillis + toleranceMillis;
  }

  /** Somebody has a deadline from now on. Call what it returns once, when that is over. */
  watch(): () => void {
    if (this.#watchers++ === 0) this.#beat();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#watchers === 0) this.#rest();
    };
  }

  /** Calls `go` when the loop has listened to its sockets: drains that were on their way have been seen by then. */
  afterInput(go: () => void): void {
    this.#time.afterInput(go);
  }

  #beat(): void {
    this.#beatDueMillis = this.#time.now() + beatMillis;
    this.#stop = this.#time.after(beatMillis, () => {
      this.#stop = undefined;
      this.#time.afterInput(() => {
        if (this.#stop !== undefined || this.#watchers === 0) return;
        this.#forgetSleep();
        this.#beat();
      });
    });
  }

  #rest(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#forgetSleep();
    this.#beatDueMillis = Number.POSITIVE_INFINITY;
  }

  /** Time goes on from where it stood. */
  #forgetSleep(): void {
    const lateMillis = this.#time.now() - this.#beatDueMillis;
    if (lateMillis > toleranceMillis) this.#asleepMillis += lateMillis - toleranceMillis;
  }
}

const realTime: VigilTime = {
  now: () => performance.now(),
  after: (millis, wake) => {
    const timer = setTimeout(wake, millis);
    return () => clearTimeout(timer);
  },
  afterInput: (go) => void setImmediate(go),
};
