/**
 * The dangers of a configuration, each with a remedy that has been tried: with it the configuration is valid, that
 * danger is gone, and there is no other that was not there before.
 */
import {
  type Configuration,
  ConfigurationError,
  type ConfigurationOptions,
  configuration,
} from "@sluice/core";
import { type Diagnosis, describe, type Evidence } from "@sluice/properties";
import { type Kind, kinds } from "./kinds.js";
import { marksOf } from "./marks.js";

export interface Danger {
  /** What will happen. */
  readonly what: string;
  /** How to see it happen, line by line. */
  readonly evidence: ReadonlyArray<string>;
  /** What to do about it. */
  readonly remedy: Remedy;
}

export interface Remedy {
  /** The options to change; empty when no change was found that helps by itself. */
  readonly set: ConfigurationOptions;
  /** What they follow. */
  readonly rule: string;
}

export function dangersOf(settings: Configuration, diagnosis: Diagnosis): ReadonlyArray<Danger> {
  const found = kindsIn(settings);
  return found.map((kind) => ({
    what: kind.what(settings),
    evidence: evidenceOf(kind, settings, diagnosis),
    remedy: { set: remedyOf(kind, settings, found), rule: kind.rule },
  }));
}

/** Those of some kinds, by name: of limits that are not those of a connection's own outbox. */
export function remediedDangers(
  settings: Configuration,
  names: ReadonlyArray<string>,
): ReadonlyArray<Danger> {
  const found = kindsIn(settings).filter(({ name }) => names.includes(name));
  return found.map((kind) => ({
    what: kind.what(settings),
    evidence: [],
    remedy: { set: remedyOf(kind, settings, kindsIn(settings)), rule: kind.rule },
  }));
}

function kindsIn(settings: Configuration): ReadonlyArray<Kind> {
  return kinds.filter(({ isTrue }) => isTrue(settings));
}

function remedyOf(
  kind: Kind,
  settings: Configuration,
  found: ReadonlyArray<Kind>,
): ConfigurationOptions {
  for (const given of kind.changes(settings)) {
    const change = withRoomToWait(given, settings);
    const changed = validOrNot({ ...settings, ...change });
    if (changed === undefined) continue;
    const left = kindsIn(changed);
    if (!left.includes(kind) && left.every((one) => found.includes(one))) return change;
  }
  return {};
}

/** Every message that fits in the outbox must be able to wait for it. */
function withRoomToWait(
  change: ConfigurationOptions,
  { maxWaitingBytes }: Configuration,
): ConfigurationOptions {
  const { maxBytes = 0 } = change;
  return maxBytes > maxWaitingBytes ? { ...change, maxWaitingBytes: maxBytes } : change;
}

function validOrNot(options: ConfigurationOptions): Configuration | undefined {
  try {
    return configuration(options);
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** The cycle, where exploring has found one; else where the marks lie. */
function evidenceOf(
  { name }: Kind,
  settings: Configuration,
  { flaps, sticks }: Diagnosis,
): ReadonlyArray<string> {
  if (name === "flaps" && flaps !== undefined) return linesOf(flaps);
  if (name === "sticks" && sticks !== undefined) return linesOf(sticks);
  if (name !== "flaps" && name !== "sticks" && name !== "adjacent") return [];
  const { throttled, normalAgain, paused, throttledAgain } = marksOf(
    settings,
    settings.maxMessages,
  );
  return [
    `throttled at ${throttled} messages, until ${normalAgain}; paused at ${paused}, until ${throttledAgain}`,
  ];
}

function linesOf({ trace, cycle, states }: Evidence): ReadonlyArray<string> {
  const [first, ...later] = states;
  return [
    `${trace.map(describe).join(", ")}: ${first}`,
    ...cycle.map((operation, index) => `↻ ${describe(operation)}: ${later[index]}`),
  ];
}
