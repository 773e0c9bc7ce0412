/** The time by the clock among services. */
import { Clock, Context } from "effect";

/** Milliseconds, from any start. */
export function clockMillis(context: Context.Context<never>): () => number {
  const clock = Context.get(context, Clock.Clock);
  return () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6;
}
