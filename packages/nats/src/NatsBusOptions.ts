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
  /** What the client of NATS takes besides: `user`, `tls`, `pingInterval` and others. */
  readonly connection?: Omit<NodeConnectionOptions, "servers"> | undefined;
}

const rules = {
  servers: [isServers, "must be the URL of a server, or a list of them"],
  prefix: [isPrefix, "must be a name as of a channel"],
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  connection: [isPlainObject, "must be a plain object"],
} as const;

/** @throws {ConfigurationError} for what is not valid. */
export function checked(options: NatsBusOptions): NatsBusOptions {
  checkOptions(options, "NatsBus", rules);
  return options;
}

function isServers(value: unknown): boolean {
  const all = Array.isArray(value) ? value : [value];
  return all.length > 0 && all.every((one) => typeof one === "string" && one !== "");
}

function isPrefix(value: unknown): boolean {
  return isPattern(value) && !value.includes("*");
}
