/**
 * A clock that is moved by hand. Its sleepers wake inside the call that moves it, one after another at their
 * own times: an Effect fiber that is resumed runs at once, up to its next wait.
 */
import { type Clock, Duration, Effect } from "effect";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock.Clock {
  millis = 0;
  readonly #sleepers = new Set<Sleeper>();

  readonly currentTimeMillis = Effect.sync(() => this.millis);
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe());
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe());

  currentTimeMillisUnsafe(): number {
    return this.millis;
  }

  currentTimeNanosUnsafe(): bigint {
    return BigInt(Math.round(this.millis * 1e6));
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.currentTimeNanosUnsafe();
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const at = this.millis + Duration.toMillis(duration);
      const sleeper = { at, wake: () => resume(Effect.void) };
      this.#sleepers.add(sleeper);
      return Effect.sync(() => void this.#sleepers.delete(sleeper));
    });
  }

  /** When each sleeper is due, in milliseconds from now, soonest first. */
  get due(): ReadonlyArray<number> {
    return Array.from(this.#sleepers, ({ at }) => at - this.millis).sort((a, b) => a - b);
  }

  /** Time passes; whoever is due on the way wakes. */
  advance(millis: number, onWake: () => void): void {
    const end = this.millis + millis;
    for (let wakes = 0; ; wakes++) {
      const next = [...this.#sleepers].sort((a, b) => a.at - b.at)[0];
      // A timer that is set anew for the same moment, again and again, is for the rules to see.
      if (next === undefined || next.at > end || wakes > 100) break;
      this.millis = Math.max(this.millis, next.at);
      this.#sleepers.delete(next);
      next.wake();
      onWake();
    }
    this.millis = end;
  }
}
