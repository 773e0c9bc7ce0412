/** Effect's test clock, which counts who sleeps on it. */
import { Clock, Context, type Duration, Effect, Layer, type Scope } from "effect";
import { TestClock } from "effect/testing";

/** A test clock that knows how many fibers sleep. */
export interface CountingClock extends TestClock.TestClock {
  readonly sleepers: number;
}

/** A clock, and the services that fibers on it run with; both live as long as the scope. */
export async function testTime(
  scope: Scope.Scope,
): Promise<{ readonly clock: CountingClock; readonly context: Context.Context<never> }> {
  const built = await Effect.runPromise(Layer.buildWithScope(TestClock.layer(), scope));
  const inner = Context.get(built, Clock.Clock) as TestClock.TestClock;
  let sleepers = 0;
  const clock: CountingClock = {
    ...inner,
    get sleepers() {
      return sleepers;
    },
    sleep: (duration: Duration.Duration) =>
      Effect.suspend(() => {
        sleepers++;
        return Effect.ensuring(
          inner.sleep(duration),
          Effect.sync(() => sleepers--),
        );
      }),
  };
  return { clock, context: Context.add(built, Clock.Clock, clock) };
}
