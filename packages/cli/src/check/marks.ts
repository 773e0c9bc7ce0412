/** Where the marks of a capacity lie, and whether they are far enough apart for one message that comes and goes. */
import { watermarks } from "@sluice/machines";

/** What places the marks. */
export interface Fractions {
  readonly throttleAt: number;
  readonly pauseAt: number;
  readonly hysteresis: number;
}

/** In messages. */
export interface Marks {
  readonly throttled: number;
  readonly paused: number;
  readonly normalAgain: number;
  readonly throttledAgain: number;
  readonly pausedAgain: number;
}

/** A way in which marks are too close. `sticks`: one message is enough not to be normal again. */
export type Closeness = "flaps" | "sticks" | "adjacent";

/** The marks of an outbox that holds so many messages. */
export function marksOf(fractions: Fractions, capacity: number): Marks {
  const { upMessages, downMessages } = watermarks({
    ...fractions,
    maxMessages: capacity,
    maxBytes: capacity,
  });
  const [throttled = 0, paused = 0] = upMessages;
  const [, normalAgain = 0, throttledAgain = 0, pausedAgain = 0] = downMessages;
  return { throttled, paused, normalAgain, throttledAgain, pausedAgain };
}

/** How the marks of an outbox that holds so many messages are too close. */
export function closenessOf(fractions: Fractions, capacity: number): ReadonlyArray<Closeness> {
  const { throttled, paused, normalAgain, throttledAgain } = marksOf(fractions, capacity);
  const found: Array<Closeness> = [];
  if (throttled - normalAgain <= 1 || paused - throttledAgain <= 1) found.push("flaps");
  if (normalAgain < 1) found.push("sticks");
  if (paused - throttled <= 1) found.push("adjacent");
  return found;
}
