/**
 * A clock for fibers that is moved on by hand, without a turn of the event loop. Its sleepers wake inside the call
 * that moves it, one after another at their own times: an Effect fiber that is resumed runs up to its next wait.
 */
import { type Clock, Duration, Effect } from "effect";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock.Clock {
  millis = 0;
  /** In the order in which they are due; who came first is first. */
  readonly #sleepers: Array<Sleeper> = [];

  /** Fibers asleep. */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  /** When each sleeper is due, in milliseconds from now, soonest first. */
  get due(): ReadonlyArray<number> {
    return this.#sleepers.map(({ at }) => at - this.millis);
  }

  /** Time passes, and whoever is due on the way wakes. */
  advance(millis: number, onWake?: () => void): void {
    const end = this.millis + millis;
    // A timer that is set anew for the same moment, again and again, is for the test to see.
    for (let wakes = 0; wakes <= mostWakes && this.#wakeOne(end); wakes++) onWake?.();
    this.millis = end;
  }

  /** The same; what a sleeper tells others when it wakes is told before time goes on. */
  async pass(millis: number): Promise<void> {
    const end = this.millis + millis;
    while (this.#wakeOne(end)) await Promise.resolve();
    this.millis = end;
  }

  readonly sleep = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.callback((resume) => {
      const at = this.millis + Duration.toMillis(duration);
      const sleeper = { at, wake: () => resume(Effect.void) };
      const place = this.#sleepers.findIndex((other) => other.at > at);
      this.#sleepers.splice(place < 0 ? this.#sleepers.length : place, 0, sleeper);
      return Effect.sync(() => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
      });
    });

  readonly currentTimeMillisUnsafe = () => this.millis;
  readonly currentTimeMillis = Effect.sync(this.currentTimeMillisUnsafe);
  readonly currentTimeNanosUnsafe = () => BigInt(Math.round(this.millis * 1e6));
  readonly currentTimeNanos = Effect.sync(this.currentTimeNanosUnsafe);
  readonly monotonicTimeNanosUnsafe = this.currentTimeNanosUnsafe;
  readonly monotonicTimeNanos = this.currentTimeNanos;

  /** Whether there was one to wake. */
  #wakeOne(end: number): boolean {
    const [first] = this.#sleepers;
    if (first === undefined || first.at > end) return false;
    this.#sleepers.shift();
    this.millis = Math.max(this.millis, first.at);
    first.wake();
    return true;
  }
}

const mostWakes = 100;
