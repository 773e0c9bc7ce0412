/** The time by the clock among services. */
import { Elapsed } from "@sluice/core";
import { Clock, Context } from "effect";
import { Vigil } from "./Vigil.js";

/** Milliseconds, from any start. */
export function clockMillis(context: Context.Context<never>): () => number {
  const clock = Context.get(context, Clock.Clock);
  return () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6;
}

/** Time that only goes forward, by a vigil or the clock among services. */
export function elapsed(vigil: Vigil | undefined, context: Context.Context<never>): Elapsed {
  return new Elapsed(vigil?.now ?? clockMillis(context));
}

/** The time of a server. The loop is watched, unless its owner has a clock of its own: that is its owner's to watch. */
export function timeOf(context: Context.Context<never>): {
  readonly elapsed: Elapsed;
  readonly vigil?: Vigil;
} {
  const vigil = clockOf(context) === clockOf(Context.empty()) ? new Vigil() : undefined;
  return { elapsed: elapsed(vigil, context), ...(vigil && { vigil }) };
}

const clockOf = (context: Context.Context<never>) => Context.get(context, Clock.Clock);
