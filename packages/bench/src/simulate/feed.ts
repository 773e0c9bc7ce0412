/** What is sent to everyone, and how: a picture of something that changes, a few times a second. */
import {
  type Configuration,
  configuration,
  type OverflowStrategy,
  overflowStrategies,
} from "@sluice/core";

export const feed = {
  everyMillis: 400,
  messageBytes: 60_000,
  seconds: 60,
  /** Ages are of what arrives from here on, when everyone has found its pace. */
  agesFromMillis: 30_000,
} as const;

/** With the header of its frame: what the way to the client carries. */
export const framedBytes = feed.messageBytes + 4;

/** Each with room for three seconds of the feed. */
export const configurations = Object.fromEntries(
  overflowStrategies.map((overflow) => [overflow, configuration({ overflow, maxMessages: 8 })]),
) as Readonly<Record<OverflowStrategy, Configuration>>;

/** A message is when it was made, in these parts of a millisecond: a small whole number. */
export const ticksPerMilli = 10;
