/** What may wait of a channel at one that has fallen behind, by the name of the channel. */
import {
  type Configuration,
  ConfigurationError,
  checkOptions,
  configuration,
  type OverflowStrategy,
  oneOf,
  overflowStrategies,
  wholeNumber,
} from "@sluice/core";
import type { Limited } from "../actor/Lanes.js";
import { isPattern, matcher } from "./ChannelName.js";

/** The limits of a channel at each connection, and what is lost when they are reached. */
export interface ChannelLimit {
  /** Messages of the channel that wait, from 1; 1,000 by default. */
  readonly maxMessages?: number | undefined;
  /** Their bytes, from 1; 1 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** What becomes of a message for which there is no room; `drop-oldest` by default. A publish never waits: not `block`. */
  readonly overflow?: Exclude<OverflowStrategy, "block"> | undefined;
}

interface Entry {
  readonly matches: (channel: string) => boolean;
  readonly configuration: Configuration;
}

const rules = {
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  overflow: oneOf(overflowStrategies.filter((one) => one !== "block")),
};

export class ChannelLimits {
  readonly #most: number;
  readonly #entries: ReadonlyArray<Entry>;

  /** By name or pattern, for so many channels at each connection. @throws {ConfigurationError} for what is not valid. */
  constructor(most: number, limits: Readonly<Record<string, ChannelLimit>> = {}) {
    this.#most = most;
    this.#entries = Object.entries(limits).map(([pattern, limit]) => {
      if (!isPattern(pattern)) {
        const rule = "must be the name of a channel or a pattern";
        throw new ConfigurationError({ problems: [{ field: "limits", value: pattern, rule }] });
      }
      checkOptions(limit, `channels.limits of ${pattern}`, rules);
      return { matches: matcher(pattern), configuration: configuration(limit) };
    });
  }

  /** The limits of a channel: those of the first pattern that has it; undefined if none has. */
  of(name: string): Limited | undefined {
    const found = this.#entries.find(({ matches }) => matches(name));
    return found && { name, configuration: found.configuration, most: this.#most };
  }
}
