/**
 * What the design says of marks and delays, in its own terms: fractions and fills, not thresholds. Nothing here
 * is shared with the code that is checked.
 */
import type { Configuration, ConnectionState } from "@sluice/core";

/** Fractions are decimal in a configuration and binary in here. */
const nearly = 1e-9;

/** The flow states, from the lowest rung up. */
export const ladder: ReadonlyArray<ConnectionState> = ["normal", "throttled", "paused", "dropping"];

export function isReached(mark: number, fill: number): boolean {
  return fill >= mark - nearly;
}

/** A mark is cleared at its level minus the hysteresis, and in any case below where it is reached. */
export function isCleared(mark: number, { hysteresis }: Configuration, fill: number): boolean {
  return fill <= mark - hysteresis + nearly && fill < mark - nearly;
}

/** The larger of messages and bytes as a share of their limits. */
export function fillOf(
  { maxMessages, maxBytes }: Configuration,
  volume: { readonly messages: number; readonly bytes: number },
): number {
  return Math.max(volume.messages / maxMessages, volume.bytes / maxBytes);
}

/** The state after the fill has grown. */
export function risen(
  state: ConnectionState,
  { throttleAt, pauseAt }: Configuration,
  fill: number,
) {
  const least = isReached(pauseAt, fill) ? 2 : isReached(throttleAt, fill) ? 1 : 0;
  return ladder[Math.max(ladder.indexOf(state), least)] as ConnectionState;
}

/** The state after the fill has shrunk. */
export function fallen(state: ConnectionState, settings: Configuration, fill: number) {
  let rung = ladder.indexOf(state);
  while (rung > 0 && isCleared(markOf(rung, settings), settings, fill)) rung--;
  return ladder[rung] as ConnectionState;
}

/** Whether a state may be at a fill: no mark above it is reached, and its own is not cleared. */
export function agrees(state: ConnectionState, settings: Configuration, fill: number): boolean {
  if (!ladder.includes(state)) return true;
  const isHighEnough = state === "dropping" || risen(state, settings, fill) === state;
  return isHighEnough && fallen(state, settings, fill) === state;
}

/** The table "Delay" of the design. */
export function delayOf(settings: Configuration, fill: number): number {
  const { throttleAt, pauseAt, minDelayMillis, maxDelayMillis, pauseDurationMillis } = settings;
  if (fill < throttleAt) return minDelayMillis;
  if (fill >= pauseAt) return Math.max(pauseDurationMillis, maxDelayMillis);
  if (!settings.adaptiveThrottling) return minDelayMillis;
  const share = (fill - throttleAt) / (pauseAt - throttleAt);
  return minDelayMillis + share * (maxDelayMillis - minDelayMillis);
}

/** The longest that a sender can be told to wait. */
export function longestDelayOf(settings: Configuration): number {
  return Math.max(settings.minDelayMillis, settings.maxDelayMillis, settings.pauseDurationMillis);
}

/** The mark whose clearing leaves a rung downwards. */
function markOf(rung: number, { throttleAt, pauseAt }: Configuration): number {
  return [0, throttleAt, pauseAt, 1][rung] as number;
}

/** What distinguishes marks at a capacity: at which counts each is reached and cleared. */
export function thresholdsOf(settings: Configuration): string {
  const { maxMessages, throttleAt, pauseAt } = settings;
  const count = (holds: (fill: number) => boolean) => {
    const fills = Array.from({ length: maxMessages + 1 }, (_, messages) => messages / maxMessages);
    return fills.filter(holds).length;
  };
  return [
    count((fill) => isReached(throttleAt, fill)),
    count((fill) => isReached(pauseAt, fill)),
    ...[throttleAt, pauseAt, 1].map((mark) => count((fill) => isCleared(mark, settings, fill))),
  ].join();
}
