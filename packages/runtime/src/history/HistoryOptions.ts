/** How much of what is published is kept, by the name of the channel. */
import { ConfigurationError, checkOptions, wholeNumber } from "@sluice/core";
import { isPattern, matcher } from "../channels/ChannelName.js";

/** The bounds of what is kept of one channel. Whichever is reached first has its oldest messages go. */
export interface HistoryLimit {
  /** Messages, from 1; 1,000 by default. */
  readonly maxMessages?: number | undefined;
  /** Their bytes as they go over the wire, from 1; 1 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** For how long, in milliseconds, from 1 to a week; 300,000 by default. */
  readonly maxAgeMillis?: number | undefined;
}

export interface Bounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxAgeMillis: number;
}

const rules = {
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  maxAgeMillis: wholeNumber(1, 7 * 86_400_000),
};

export class HistoryLimits {
  readonly #entries: ReadonlyArray<{
    readonly matches: (channel: string) => boolean;
    readonly bounds: Bounds;
  }>;

  /** By name or pattern. @throws {ConfigurationError} for what is not valid. */
  constructor(limits: Readonly<Record<string, HistoryLimit>>) {
    this.#entries = Object.entries(limits).map(([pattern, limit]) => {
      if (!isPattern(pattern)) {
        const rule = "must be the name of a channel or a pattern";
        throw new ConfigurationError({ problems: [{ field: "history", value: pattern, rule }] });
      }
      checkOptions(limit, `channels.history of ${pattern}`, rules);
      const { maxMessages = 1_000, maxBytes = 2 ** 20, maxAgeMillis = 300_000 } = limit;
      return { matches: matcher(pattern), bounds: { maxMessages, maxBytes, maxAgeMillis } };
    });
  }

  /** The bounds of a channel: those of the first pattern that has it; undefined if none has. */
  of(name: string): Bounds | undefined {
    return this.#entries.find(({ matches }) => matches(name))?.bounds;
  }
}
