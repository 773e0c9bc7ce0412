/** From where on a connection is to have a channel, and what came of that. */
import { ConfigurationError, checkOptions } from "@sluice/core";
import { isName } from "../channels/ChannelName.js";
import type { Gap, Place } from "./Past.js";

/** Where a client was; without a place, what it is to have begins now. */
export interface Resumption {
  /** A name; a pattern is none. */
  readonly channel: string;
  /** Those of the latest message of the channel that it has had: both, or neither. */
  readonly epoch?: string | undefined;
  readonly position?: number | undefined;
}

/** How it went. */
export interface Resumed {
  /** It is subscribed. If not, the connection has closed, or something has taken the place of this. */
  readonly isLive: boolean;
  /** Messages of the past that it was given. */
  readonly replayed: number;
  /** What it was told that it will not get. */
  readonly gaps: ReadonlyArray<Gap>;
}

/** An epoch is what a server made up. */
export const isEpoch = (value: unknown): value is string =>
  typeof value === "string" && value.length >= 1 && value.length <= 200;

export const isPosition = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const rules = {
  channel: [isName, "must be the name of a channel"],
  epoch: [isEpoch, "must be text of 1 to 200 characters"],
  position: [isPosition, "must be a whole number from 0"],
} as const;

/** The place in it; undefined if there is none. @throws {ConfigurationError} for what is not valid. */
export function placeOf(resumption: Resumption): Place | undefined {
  checkOptions(resumption, "resume", rules);
  const { epoch, position } = resumption;
  if (epoch !== undefined && position !== undefined) return { epoch, position };
  if (epoch === undefined && position === undefined) return undefined;
  const [field, value] = epoch === undefined ? ["position", position] : ["epoch", epoch];
  const rule = "is nothing alone: an epoch and a position are a place";
  throw new ConfigurationError({ problems: [{ field: field as string, value, rule }] });
}
