/** The time by the clock among services. */
import { Elapsed } from "@sluice/core";
import { Clock, Context } from "effect";
import type { Vigil } from "./Vigil.js";

/** Milliseconds, from any start. */
export function clockMillis(context: Context.Context<never>): () => number {
  const clock = Context.get(context, Clock.Clock);
  return () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6;
}

/** Time that only goes forward, by a vigil or the clock among services. */
export function elapsed(vigil: Vigil | undefined, context: Context.Context<never>): Elapsed {
  return new Elapsed(vigil?.now ?? clockMillis(context));
}
