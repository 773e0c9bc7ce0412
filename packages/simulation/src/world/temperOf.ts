/** How the client of a story reads, from when its connection is opened on. */
import type { Temper } from "../engine/index.js";
import type { ClientStory } from "../story/Story.js";

/** How long a client that is away again and again stays, and how often it goes. */
const awayMillis = { forMillis: 2_500, everyMillis: 6_000 };

export function temperOf({ temper, fromMillis, ...rest }: ClientStory, nowMillis: number): Temper {
  const never = Number.POSITIVE_INFINITY;
  const atMillis = nowMillis + fromMillis;
  const isAway = temper === "away";
  return {
    bytesPerMilli: rest.bytesPerMilli,
    roundTripMillis: rest.roundTripMillis,
    awayAtMillis: isAway ? atMillis : never,
    awayEveryMillis: isAway ? awayMillis.everyMillis : never,
    awayForMillis: isAway ? awayMillis.forMillis : 0,
    sleepsAtMillis: temper === "asleep" ? atMillis : never,
  };
}
