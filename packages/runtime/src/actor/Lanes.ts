/** What may wait at each connection of what goes before all else, and of what goes behind it. */
import {
  type Configuration,
  type ConfigurationOptions,
  checkOptions,
  configuration,
  isPlainObject,
  type LaneName,
  laneNames,
  longestMillis,
  number,
  oneOf,
  overflowStrategies,
  wholeNumber,
} from "@sluice/core";

/** The limits of a lane at each connection, and what becomes of a message for which there is no room. */
export interface LaneOptions
  extends Pick<
    ConfigurationOptions,
    "maxMessages" | "maxBytes" | "overflow" | "blockTimeoutMillis"
  > {}

/**
 * The lanes besides the connection's own outbox. `control` has room for 1,000 messages of 256 KiB in all, and closes a
 * client that does not even take those (`disconnect`); `bulk` has what a configuration has by default.
 */
export interface LanesOptions {
  readonly control?: LaneOptions | undefined;
  readonly bulk?: LaneOptions | undefined;
}

const laneRules = {
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  overflow: oneOf(overflowStrategies),
  blockTimeoutMillis: number(0, longestMillis),
};

const laneDefaults: Readonly<Record<LaneName, LaneOptions>> = {
  control: { maxMessages: 1_000, maxBytes: 256 * 1_024, overflow: "disconnect" },
  bulk: {},
};

/** An outbox beside a connection's own. */
export interface Limited {
  readonly name: string;
  readonly configuration: Configuration;
  /** How many such channels may have what waits apart, at each connection. */
  readonly most: number;
}

export type Lanes = Readonly<Record<LaneName, Limited>>;

/** @throws {ConfigurationError} for what is not valid. */
export function lanesOf(options: LanesOptions = {}): Lanes {
  checkOptions(options, "lanes", { control: anObject, bulk: anObject });
  const lanes = laneNames.map((name) => [name, laneOf(name, options[name])]);
  return Object.fromEntries(lanes) as Lanes;
}

function laneOf(name: LaneName, options: LaneOptions = {}): Limited {
  checkOptions(options, `lanes.${name}`, laneRules);
  return { name, configuration: configuration({ ...laneDefaults[name], ...options }), most: 0 };
}

const anObject = [isPlainObject, "must be a plain object"] as const;

/** Of all that say nothing else. */
export const defaultLanes: Lanes = lanesOf();
