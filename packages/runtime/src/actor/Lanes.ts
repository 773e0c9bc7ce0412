/** What may wait at each connection of what goes before all else, and of what goes behind it. */
import {
  type Configuration,
  checkOptions,
  isPlainObject,
  type LaneName,
  type LaneOptions,
  laneConfiguration,
  laneNames,
} from "@sluice/core";

/**
 * The lanes besides the connection's own outbox. `control` has room for 1,000 messages of 256 KiB in all, and closes a
 * client that does not even take those (`disconnect`); `bulk` has what a configuration has by default.
 */
export interface LanesOptions {
  readonly control?: LaneOptions | undefined;
  readonly bulk?: LaneOptions | undefined;
}

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
  const lanes = laneNames.map((name) => {
    return [name, { name, configuration: laneConfiguration(name, options[name]), most: 0 }];
  });
  return Object.fromEntries(lanes) as Lanes;
}

const anObject = [isPlainObject, "must be a plain object"] as const;

/** Of all that say nothing else. */
export const defaultLanes: Lanes = lanesOf();
