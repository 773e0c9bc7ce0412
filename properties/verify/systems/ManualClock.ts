/** A clock for fibers that is moved on by hand, without a turn of the event loop. */
import { type Clock, Duration, Effect } from "effect";

interface Sleeper {
  readonly dueMillis: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock.Clock {
  #millis = 0;
  /** In the order in which they are due; who came first is first. */
  readonly #sleepers: Array<Sleeper> = [];

  /** Fibers asleep. */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  /** Wakes everyone who is due, each at its time; what they tell others is told before time goes on. */
  async advance(millis: number): Promise<void> {
    const end = this.#millis + millis;
    for (;;) {
      const [first] = this.#sleepers;
      if (first === undefined || first.dueMillis > end) break;
      this.#sleepers.shift();
      this.#millis = first.dueMillis;
      first.wake();
      await Promise.resolve();
    }
    this.#millis = end;
  }

  readonly sleep = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.callback((resume) => {
      const dueMillis = this.#millis + Duration.toMillis(duration);
      const sleeper = { dueMillis, wake: () => resume(Effect.void) };
      const place = this.#sleepers.findIndex((other) => other.dueMillis > dueMillis);
      this.#sleepers.splice(place < 0 ? this.#sleepers.length : place, 0, sleeper);
      return Effect.sync(() => {
        const at = this.#sleepers.indexOf(sleeper);
        if (at >= 0) this.#sleepers.splice(at, 1);
      });
    });

  readonly currentTimeMillisUnsafe = () => this.#millis;
  readonly currentTimeMillis = Effect.sync(this.currentTimeMillisUnsafe);
  readonly currentTimeNanosUnsafe = () => BigInt(Math.round(this.#millis * 1e6));
  readonly currentTimeNanos = Effect.sync(this.currentTimeNanosUnsafe);
  readonly monotonicTimeNanosUnsafe = this.currentTimeNanosUnsafe;
  readonly monotonicTimeNanos = this.currentTimeNanos;
}
