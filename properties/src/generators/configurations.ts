/** Configurations to try: small, so that they are full often. Plain options, to be printed and saved. */
import { type ConfigurationOptions, type OverflowStrategy, overflowStrategies } from "@sluice/core";
import fc from "fast-check";

/** What may be asked of a configuration. */
export interface ConfigurationScope {
  /** The strategies to try; all of them unless said. */
  readonly overflow?: ReadonlyArray<OverflowStrategy>;
  /** Nobody is delayed: whoever waits, waits for room. */
  readonly withoutDelays?: boolean;
  /** No larger than this: what a check does is slow. */
  readonly maxMessages?: number;
  /** Messages alone bound the outbox. */
  readonly withoutBytes?: boolean;
}

const marks = fc.constantFrom(
  { throttleAt: 0.7, pauseAt: 0.9, hysteresis: 0.1 },
  { throttleAt: 0.7, pauseAt: 0.9, hysteresis: 0 },
  { throttleAt: 0.5, pauseAt: 0.75, hysteresis: 0.25 },
  { throttleAt: 0.3, pauseAt: 0.6, hysteresis: 0.1 },
  { throttleAt: 0.4, pauseAt: 1, hysteresis: 0.4 },
  { throttleAt: 0.95, pauseAt: 1, hysteresis: 0 },
  { throttleAt: 0.1, pauseAt: 0.2, hysteresis: 0.05 },
);

const delays = fc.constantFrom(
  { minDelayMillis: 0, maxDelayMillis: 100, pauseDurationMillis: 50 },
  { minDelayMillis: 0, maxDelayMillis: 0, pauseDurationMillis: 20 },
  { minDelayMillis: 5, maxDelayMillis: 20, pauseDurationMillis: 40 },
  { minDelayMillis: 0, maxDelayMillis: 33, pauseDurationMillis: 0 },
);

const noDelays = { minDelayMillis: 0, maxDelayMillis: 0, pauseDurationMillis: 0 };
const unbounded = 1_000_000;

/** Configurations of a scope. */
export function configurations(scope: ConfigurationScope = {}): fc.Arbitrary<ConfigurationOptions> {
  const { overflow = overflowStrategies } = scope;
  return fc
    .record({
      maxMessages: fc.integer({ min: 1, max: 6 }),
      maxBytes: fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 12 })),
      marks,
      delays: fc.oneof(fc.constant(noDelays), delays),
      adaptiveThrottling: fc.boolean(),
      overflow: fc.constantFrom(...overflow),
      blockTimeoutMillis: fc.constantFrom(0, 10, 60),
      maxWaiters: fc.constantFrom(0, 1, 3, 50, 50, 50),
      waitingBytesMore: fc.constantFrom(0, 2, 100, 1_000, 1_000),
    })
    .map(({ marks, delays, waitingBytesMore, ...rest }) => ({
      ...rest,
      maxWaitingBytes: rest.maxBytes + waitingBytesMore,
      ...marks,
      ...delays,
      healthWindowMillis: 40,
      closeTimeoutMillis: 30,
      watchdogMillis: 40,
    }))
    .map((options) => restricted(options, scope));
}

/** A configuration as a scope wants it, apart from its strategy. */
export function restricted(
  options: ConfigurationOptions,
  { withoutBytes = false, withoutDelays = false, maxMessages = unbounded }: ConfigurationScope,
): ConfigurationOptions {
  return {
    ...options,
    ...((options.maxMessages ?? 0) > maxMessages && { maxMessages }),
    ...(withoutDelays && noDelays),
    ...(withoutBytes && { maxBytes: unbounded, maxWaitingBytes: unbounded }),
  };
}
