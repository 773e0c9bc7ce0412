/** What may wait in the lanes of a connection besides its own outbox. */
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  longestMillis,
} from "../configuration/Configuration.js";
import { overflowStrategies } from "../configuration/OverflowStrategy.js";
import { checkOptions, number, oneOf, wholeNumber, withoutUndefined } from "../problems/Rules.js";
import type { LaneName } from "./Label.js";

/** The limits of a lane at each connection, and what becomes of a message for which there is no room. */
export interface LaneOptions
  extends Pick<
    ConfigurationOptions,
    "maxMessages" | "maxBytes" | "overflow" | "blockTimeoutMillis"
  > {}

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

/** The configuration of a lane. @throws {ConfigurationError} for limits that are not valid. */
export function laneConfiguration(name: LaneName, options: LaneOptions = {}): Configuration {
  checkOptions(options, `lanes.${name}`, laneRules);
  return configuration({ ...laneDefaults[name], ...withoutUndefined(options) });
}
