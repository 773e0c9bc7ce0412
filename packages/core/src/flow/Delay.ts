/** How long a sender waits at a fill: a pure function that never decreases as fill grows. */
import type { Configuration, ConfigurationOptions } from "../configuration/Configuration.js";

/** The part of a configuration that the delay depends on. */
export type DelaySettings = Pick<
  Configuration,
  | "throttleAt"
  | "pauseAt"
  | "minDelayMillis"
  | "maxDelayMillis"
  | "pauseDurationMillis"
  | "adaptiveThrottling"
> &
  ConfigurationOptions;

/**
 * The delay at `fill` (0 to 1), in milliseconds, rounded to whole microseconds.
 *
 * Below the throttle mark it is `minDelayMillis`; between the marks it grows linearly from there to
 * `maxDelayMillis`; from the pause mark on it is the larger of `pauseDurationMillis` and `maxDelayMillis`,
 * so that it never falls when fill grows. Source: the table "Delay" of the design, rules R13 and R14.
 *
 * @example
 * ```ts
 * import { configuration, delayMillis } from "@sluice/core";
 *
 * delayMillis(configuration({ maxDelayMillis: 100 }), 0.85); // => 75
 * ```
 */
export function delayMillis(settings: DelaySettings, fill: number): number {
  const { throttleAt, pauseAt, minDelayMillis, maxDelayMillis } = settings;
  if (fill < throttleAt) return minDelayMillis;
  if (fill >= pauseAt) return Math.max(settings.pauseDurationMillis, maxDelayMillis);
  if (!settings.adaptiveThrottling) return minDelayMillis;
  const share = (fill - throttleAt) / (pauseAt - throttleAt);
  const millis = minDelayMillis + (maxDelayMillis - minDelayMillis) * share;
  const rounded = Math.round(millis * 1000) / 1000;
  return Math.min(maxDelayMillis, Math.max(minDelayMillis, rounded));
}
