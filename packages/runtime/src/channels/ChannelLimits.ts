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
  withoutUndefined,
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
  readonly pattern: string;
  readonly matches: (channel: string) => boolean;
  configuration: Configuration;
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
      return { pattern, matches: matcher(pattern), configuration: limited(pattern, limit) };
    });
  }

  /** Changes some of the limits that a pattern has. @throws {ConfigurationError} for what is not valid, or no such pattern. */
  change(pattern: string, limit: ChannelLimit): void {
    const entry = this.#entries.find((one) => one.pattern === pattern);
    if (entry === undefined) {
      const rule = "must be a name or a pattern of channels.limits";
      throw new ConfigurationError({ problems: [{ field: "limits", value: pattern, rule }] });
    }
    entry.configuration = limited(pattern, limit, entry.configuration);
  }

  /** The limits of a channel: those of the first pattern that has it; undefined if none has. */
  of(name: string): Limited | undefined {
    const found = this.#entries.find(({ matches }) => matches(name));
    if (found === undefined) return undefined;
    const configuration = () => found.configuration;
    return {
      name,
      most: this.#most,
      get configuration() {
        return configuration();
      },
    };
  }
}

function limited(pattern: string, limit: ChannelLimit, before?: Configuration): Configuration {
  checkOptions(limit, `channels.limits of ${pattern}`, rules);
  return configuration({ ...before, ...withoutUndefined(limit) });
}
