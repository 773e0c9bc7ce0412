/**
 * The configuration of a connection: validated once, where it is made; later code trusts the type.
 */
import { type Watermarks, watermarks } from "@sluice/machines";
import {
  aBoolean,
  number,
  oneOf,
  optionProblems,
  orNull,
  orWord,
  type Rule,
  wholeNumber,
  withoutUndefined,
} from "../problems/Rules.js";
import { shown } from "../problems/Shown.js";
import type { WindowSetting } from "../receipts/Window.js";
import { ConfigurationError } from "./ConfigurationError.js";
import { type OverflowStrategy, overflowStrategies } from "./OverflowStrategy.js";

/** Every option, with its value. */
interface Fields {
  /** Messages the outbox holds at the most; 1 to 16,777,216. */
  readonly maxMessages: number;
  /** Bytes the outbox holds at the most, as encoded; 1 to 2^40. */
  readonly maxBytes: number;
  /** Fill at which senders begin to be delayed; above 0, below `pauseAt`. */
  readonly throttleAt: number;
  /** Fill at which senders are held back; above `throttleAt`, at most 1. */
  readonly pauseAt: number;
  /** How far below its level a mark is cleared; 0 to `throttleAt`. 0 flaps. */
  readonly hysteresis: number;
  /** Delay below the throttle mark, in milliseconds. */
  readonly minDelayMillis: number;
  /** Delay just under the pause mark, in milliseconds; at least `minDelayMillis`. */
  readonly maxDelayMillis: number;
  /** Least delay from the pause mark on, in milliseconds. */
  readonly pauseDurationMillis: number;
  /** Whether the throttled band's delay grows with fill; if not it is `minDelayMillis`. */
  readonly adaptiveThrottling: boolean;
  /** What happens to a message that finds no room. */
  readonly overflow: OverflowStrategy;
  /** How long a blocked sender waits for room, in milliseconds. */
  readonly blockTimeoutMillis: number;
  /** Senders that may wait at a time; one more is rejected. Every step looks at each of them: 0 to 4,096. */
  readonly maxWaiters: number;
  /**
   * Bytes of the messages of senders that wait, at the most; one more is rejected. At least `maxBytes`, so that
   * every message that fits in the outbox can wait for it; by default that, or 4 MiB if that is more.
   */
  readonly maxWaitingBytes: number;
  /**
   * Bytes that may be on their way to the client at the most, handed over and not acknowledged; one message may exceed
   * it. What is more stays in the outbox, where the strategy reaches it. A number from 1 to 2^40, by what is measured
   * (`"adaptive"`), or `"off"`. A client that answers no pings has none.
   */
  readonly windowBytes: WindowSetting;
  /** Length of the window of the recent drop rate, in milliseconds. */
  readonly healthWindowMillis: number;
  /** How often a transport under pressure is looked at when it does not speak, in milliseconds. */
  readonly watchdogMillis: number;
  /**
   * A client that is owed something and gives no sign of reading for so long is reported as stalled, in milliseconds. A
   * receipt is a sign, and so is a transport under pressure that takes something. Without receipts there is but the
   * latter, and a kernel takes in steps of 1 MB and more: a client that reads 100 KB/s shows only every 10 s.
   */
  readonly stallTimeoutMillis: number;
  /** A stalled connection is closed as a slow consumer after so long without progress; null is never. */
  readonly evictTimeoutMillis: number | null;
  /** The recent drop rate from which on a connection is closed as a slow consumer, above 0 to 1; null is never. */
  readonly evictDropRate: number | null;
  /** How long the recent drop rate must have been so high, in milliseconds. */
  readonly evictDropMillis: number;
  /**
   * A connection is closed as a slow consumer when its oldest message has waited in the outbox for so long, in
   * milliseconds; null is never. What is on its way to the client does not wait there.
   */
  readonly evictAgeMillis: number | null;
  /** For how long more what a connection is closed for must be so before it is closed, in milliseconds. */
  readonly evictGraceMillis: number;
  /** A client that is closed as slow is told to come back after so long at the least, in milliseconds. */
  readonly minRetryMillis: number;
  /** And at the most: by chance, so that not all come back at once. Null tells it nothing. */
  readonly maxRetryMillis: number | null;
  /** How long a closing connection may take to flush, in milliseconds. */
  readonly closeTimeoutMillis: number;
}

/** The longest time of a configuration: a day, far above any sensible delay, and within what a timer can hold. */
export const longestMillis = 86_400_000;
const millis = number(0, longestMillis);
const period = number(1, longestMillis);

/** What each of them must be. */
const rules: Readonly<Record<keyof Fields, Rule>> = {
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  throttleAt: number(0.001, 1),
  pauseAt: number(0.001, 1),
  hysteresis: number(0, 1),
  minDelayMillis: millis,
  maxDelayMillis: millis,
  pauseDurationMillis: millis,
  adaptiveThrottling: aBoolean,
  overflow: oneOf(overflowStrategies),
  blockTimeoutMillis: millis,
  maxWaiters: wholeNumber(0, 4_096),
  maxWaitingBytes: wholeNumber(1, 2 ** 40),
  windowBytes: orWord(wholeNumber(1, 2 ** 40), "adaptive", "off"),
  healthWindowMillis: period,
  watchdogMillis: period,
  stallTimeoutMillis: period,
  evictTimeoutMillis: orNull(period),
  evictDropRate: orNull(number(0.001, 1)),
  evictDropMillis: millis,
  evictAgeMillis: orNull(period),
  evictGraceMillis: millis,
  minRetryMillis: millis,
  maxRetryMillis: orNull(period),
  closeTimeoutMillis: millis,
};

/** What a user may set, in a plain object; the rest, and what is undefined, is {@link defaults}. */
export type ConfigurationOptions = { readonly [K in keyof Fields]?: Fields[K] | undefined };

declare const validated: unique symbol;

/** A configuration that has been validated by {@link configuration}. Plain JSON, frozen. */
export interface Configuration extends Fields {
  readonly [validated]: true;
}

/** The values of options that are not given. */
export const defaults: Fields = {
  maxMessages: 1_000,
  maxBytes: 1_048_576,
  throttleAt: 0.7,
  pauseAt: 0.9,
  hysteresis: 0.1,
  minDelayMillis: 0,
  maxDelayMillis: 500,
  pauseDurationMillis: 50,
  adaptiveThrottling: true,
  overflow: "drop-oldest",
  blockTimeoutMillis: 5_000,
  maxWaiters: 1_024,
  maxWaitingBytes: 4 * 1_048_576,
  windowBytes: "adaptive",
  healthWindowMillis: 10_000,
  watchdogMillis: 1_000,
  stallTimeoutMillis: 30_000,
  evictTimeoutMillis: null,
  evictDropRate: null,
  evictDropMillis: 30_000,
  evictAgeMillis: null,
  evictGraceMillis: 0,
  minRetryMillis: 1_000,
  maxRetryMillis: null,
  closeTimeoutMillis: 5_000,
};

/**
 * Validates options, a plain object, and fills in the defaults; what is `undefined` is not set.
 *
 * @throws {ConfigurationError} naming each wrong field, its value and the rule.
 *
 * @example
 * ```ts
 * import { configuration } from "@sluice/core";
 *
 * configuration({ maxMessages: 100 }).overflow; // => "drop-oldest"
 * ```
 */
export function configuration(given: ConfigurationOptions = {}): Configuration {
  if (typeof given === "object" && known.has(given)) return given as Configuration;
  const problems = [...optionProblems(given, rules)];
  const options = withoutUndefined(given ?? {}) as Partial<Fields>;
  const broken = new Set(problems.map((problem) => problem.field));
  const settings = { ...defaults, ...roomToWait(options), ...options };
  if (!broken.has("")) {
    for (const relation of relations) {
      if (relation.between.some((field) => broken.has(field)) || relation.holds(settings)) continue;
      const [field, other] = relation.between;
      const rule = `${relation.rule} ${other} (${shown(settings[other])})`;
      problems.push({ field, value: settings[field], rule });
    }
  }
  if (problems.length > 0) throw new ConfigurationError({ problems });
  const made = Object.freeze(settings) as Configuration;
  known.set(made, watermarks(made));
  return made;
}

/** The thresholds of a validated configuration, computed once for all its connections. */
export function watermarksOf(configuration: Configuration): Watermarks {
  return known.get(configuration) ?? watermarks(configuration);
}

/** Every message that fits in the outbox can wait for it. */
function roomToWait({ maxBytes = 0 }: ConfigurationOptions): Pick<Fields, "maxWaitingBytes"> {
  // What is no number is refused elsewhere.
  const isMore = typeof maxBytes === "number" && maxBytes > defaults.maxWaitingBytes;
  return { maxWaitingBytes: isMore ? maxBytes : defaults.maxWaitingBytes };
}

const known = new WeakMap<object, Watermarks>();

const relations: ReadonlyArray<{
  readonly between: readonly [keyof Fields, keyof Fields];
  readonly rule: string;
  readonly holds: (settings: Fields) => boolean;
}> = [
  {
    between: ["pauseAt", "throttleAt"],
    rule: "must exceed",
    holds: ({ pauseAt, throttleAt }) => pauseAt > throttleAt,
  },
  {
    between: ["hysteresis", "throttleAt"],
    rule: "must not exceed",
    holds: ({ hysteresis, throttleAt }) => hysteresis <= throttleAt,
  },
  {
    between: ["maxDelayMillis", "minDelayMillis"],
    rule: "must be at least",
    holds: ({ maxDelayMillis, minDelayMillis }) => maxDelayMillis >= minDelayMillis,
  },
  {
    between: ["maxWaitingBytes", "maxBytes"],
    rule: "must be at least",
    holds: ({ maxWaitingBytes, maxBytes }) => maxWaitingBytes >= maxBytes,
  },
  {
    between: ["maxRetryMillis", "minRetryMillis"],
    rule: "must be at least",
    holds: ({ maxRetryMillis, minRetryMillis }) =>
      maxRetryMillis === null || maxRetryMillis >= minRetryMillis,
  },
];
