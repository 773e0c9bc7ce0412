/**
 * The configuration of a connection: validated once, where it is made; later code trusts the type.
 */
import { type Watermarks, watermarks } from "@sluice/machines";
import { Data, Formatter, Result, Schema, Struct } from "effect";
import { overflowStrategies } from "./OverflowStrategy.js";
import { describeProblem, type Problem, problemsOf } from "./Problem.js";

const wholeNumber = (minimum: number, maximum: number) =>
  Schema.Int.check(
    Schema.isBetween(
      { minimum, maximum },
      { expected: `a whole number from ${minimum} to ${maximum}` },
    ),
  );

const number = (minimum: number, maximum: number) =>
  Schema.Finite.check(
    Schema.isBetween({ minimum, maximum }, { expected: `a number from ${minimum} to ${maximum}` }),
  );

/** A day: far above any sensible delay, and within what a timer can hold. */
const maxMillis = 86_400_000;
const millis = number(0, maxMillis);
const period = number(1, maxMillis);

const fields = {
  /** Messages the outbox holds at the most; 1 to 16,777,216. */
  maxMessages: wholeNumber(1, 2 ** 24),
  /** Bytes the outbox holds at the most, as encoded; 1 to 2^40. */
  maxBytes: wholeNumber(1, 2 ** 40),
  /** Fill at which senders begin to be delayed; above 0, below `pauseAt`. */
  throttleAt: number(0.001, 1),
  /** Fill at which senders are held back; above `throttleAt`, at most 1. */
  pauseAt: number(0.001, 1),
  /** How far below its level a mark is cleared; 0 to `throttleAt`. 0 flaps. */
  hysteresis: number(0, 1),
  /** Delay below the throttle mark, in milliseconds. */
  minDelayMillis: millis,
  /** Delay just under the pause mark, in milliseconds; at least `minDelayMillis`. */
  maxDelayMillis: millis,
  /** Least delay from the pause mark on, in milliseconds. */
  pauseDurationMillis: millis,
  /** Whether the throttled band's delay grows with fill; if not it is `minDelayMillis`. */
  adaptiveThrottling: Schema.Boolean,
  /** What happens to a message that finds no room. */
  overflow: Schema.Literals(overflowStrategies),
  /** How long a blocked sender waits for room, in milliseconds. */
  blockTimeoutMillis: millis,
  /** Senders that may wait at a time; one more is rejected. Every step looks at each of them: 0 to 4,096. */
  maxWaiters: wholeNumber(0, 4_096),
  /** Length of the window of the recent drop rate, in milliseconds. */
  healthWindowMillis: period,
  /** How often a transport under pressure is looked at when it does not speak, in milliseconds. */
  watchdogMillis: period,
  /**
   * A transport under pressure that takes nothing for so long is reported as stalled, in milliseconds. The
   * kernel takes in steps of its buffers, 1 MB and more: a client that reads 100 KB/s shows only every 10 s.
   */
  stallTimeoutMillis: period,
  /** A stalled connection is closed as a slow consumer after so long without progress; null is never. */
  evictTimeoutMillis: Schema.NullOr(period),
  /** How long a closing connection may take to flush, in milliseconds. */
  closeTimeoutMillis: millis,
};

type Fields = { readonly [K in keyof typeof fields]: (typeof fields)[K]["Type"] };

/** What a user may set; the rest is {@link defaults}. */
export type ConfigurationOptions = { readonly [K in keyof Fields]?: Fields[K] };

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
  healthWindowMillis: 10_000,
  watchdogMillis: 1_000,
  stallTimeoutMillis: 30_000,
  evictTimeoutMillis: null,
  closeTimeoutMillis: 5_000,
};

/** One thing wrong with a configuration. */
export type ConfigurationProblem = Problem;

/** Every problem of a configuration at once: its message has a line for each. */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly problems: ReadonlyArray<ConfigurationProblem>;
}> {
  override get message(): string {
    return this.problems.map((problem) => describeProblem(problem, "configuration")).join("\n");
  }
}

/**
 * Validates options and fills in the defaults.
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
export function configuration(options: ConfigurationOptions = {}): Configuration {
  if (known.has(options)) return options as Configuration;
  const problems = [...fieldProblems(options)];
  const broken = new Set(problems.map((problem) => problem.field));
  const settings = { ...defaults, ...options };
  if (!broken.has("")) {
    for (const relation of relations) {
      if (relation.between.some((field) => broken.has(field)) || relation.holds(settings)) continue;
      const [field, other] = relation.between;
      const rule = `${relation.rule} ${other} (${Formatter.format(settings[other])})`;
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
];

const Options = Schema.Struct(fields).mapFields(Struct.map(Schema.optionalKey));

const decode = Schema.decodeUnknownResult(Options, {
  errors: "all",
  onExcessProperty: "error",
});

function fieldProblems(options: unknown): ReadonlyArray<ConfigurationProblem> {
  const decoded = decode(options);
  if (Result.isSuccess(decoded)) return [];
  return problemsOf(decoded.failure.issue, options, (field) => Object.hasOwn(fields, field));
}
