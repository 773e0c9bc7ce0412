/** How a server speaks to NATS. */
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import { checkOptions, isPlainObject, wholeNumber } from "@sluice/core";
import { isPattern } from "@sluice/runtime/adapter";

export interface NatsBusOptions {
  /** `nats://127.0.0.1:4222`, one or more; the client's default without. */
  readonly servers?: string | ReadonlyArray<string> | undefined;
  /** Before the names of channels, in subjects; `sluice` by default. Those that share it share their channels. */
  readonly prefix?: string | undefined;
  /** Messages that may wait here to go to NATS, from 1; 10,000 by default. */
  readonly maxMessages?: number | undefined;
  /** Their bytes, from 1; 8 MiB by default. */
  readonly maxBytes?: number | undefined;
  /**
   * Names and patterns of channels of which nothing may be lost between nodes; none by default. They are stored by JetStream,
   * have one order for all nodes, and come back to the node that published them too. All nodes must name the same.
   */
  readonly ordered?: ReadonlyArray<string> | undefined;
  /** What is kept of ordered channels. Of a stream that is there already nothing changes. */
  readonly stream?: StreamOptions | undefined;
  /** What the client of NATS takes besides: `user`, `tls`, `pingInterval` and others. */
  readonly connection?: Omit<NodeConnectionOptions, "servers"> | undefined;
}

/** The oldest messages go beyond; a node that had not read them by then has lost them, and counts them as `trimmed`. */
export interface StreamOptions {
  /** Messages of each channel, from 1; 10,000 by default. */
  readonly maxMessages?: number | undefined;
  /** Bytes of all channels together, from 64 KiB; 256 MiB by default. */
  readonly maxBytes?: number | undefined;
}

const streamRules = {
  maxMessages: wholeNumber(1, 2 ** 31),
  maxBytes: wholeNumber(2 ** 16, 2 ** 50),
};

const rules = {
  servers: [isServers, "must be the URL of a server, or a list of them"],
  prefix: [isPrefix, "must be a name as of a channel"],
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  ordered: [isPatterns, "must be a list of names and patterns of channels"],
  stream: [isPlainObject, "must be a plain object"],
  connection: [isPlainObject, "must be a plain object"],
} as const;

/** @throws {ConfigurationError} for what is not valid. */
export function checked(options: NatsBusOptions): NatsBusOptions {
  checkOptions(options, "NatsBus", rules);
  if (options.stream !== undefined) checkOptions(options.stream, "NatsBus.stream", streamRules);
  return options;
}

function isServers(value: unknown): boolean {
  const all = Array.isArray(value) ? value : [value];
  return all.length > 0 && all.every((one) => typeof one === "string" && one !== "");
}

function isPrefix(value: unknown): boolean {
  return isPattern(value) && !value.includes("*");
}

function isPatterns(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPattern);
}
