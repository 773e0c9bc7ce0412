/** How fast what one client sends is handled, as the owner of a server says. */
import {
  ConfigurationError,
  checkOptions,
  number,
  oneOf,
  type Problem,
  wholeNumber,
} from "@sluice/core";

/** What becomes of a client for whose messages there is no room: it is closed, or its socket is paused. */
export const fullnesses = ["close", "pause"] as const;

/**
 * The pace of the handlers of one connection. A handler runs until the promise that it returns has settled; one that
 * returns none, until it returns. Messages are begun in the order in which they came.
 *
 * @example
 * ```ts
 * import type { IncomingOptions } from "@sluice/runtime/adapter";
 *
 * // One handler at a time and a few messages behind it; 20 messages a second, and 40 at once.
 * const incoming: IncomingOptions = { concurrency: 1, maxMessages: 100, perSecond: 20, burst: 40 };
 * incoming.concurrency; // => 1
 * ```
 */
export interface IncomingOptions {
  /** Handlers of one connection that run at once, 1 to 1,048,576. By default as many as messages have come: nothing waits. */
  readonly concurrency?: number | undefined;
  /** Messages of one connection that wait for a handler, 1 to 16,777,216; 1,000 by default. Needs `concurrency`. */
  readonly maxMessages?: number | undefined;
  /** Their bytes, 1 to 2^40; 1 MiB by default. With `close` a larger message cannot wait. Needs `concurrency`. */
  readonly maxBytes?: number | undefined;
  /**
   * What happens at either bound. `close`, the default, closes the client with 1013, "try again later": the handlers are
   * behind, which is no fault of a client that comes back. `pause` pauses the socket until no more than half of
   * either bound waits; what had been read from the socket by then, 64 KiB at the most as it was sent, waits besides. Of
   * uWebSockets.js, which cannot pause a WebSocket, `pause` is refused with a `ConfigurationError`. Needs `concurrency`.
   */
  readonly onFull?: (typeof fullnesses)[number] | undefined;
  /**
   * Messages of one connection in a second, 0.001 to 1,000,000; by default as many as come. One more closes the client with
   * 1008, "policy violation": it has broken a rule, and would break it again.
   */
  readonly perSecond?: number | undefined;
  /** Messages that may come at once, 1 to 1,000,000; `perSecond` by default, rounded up. Needs `perSecond`. */
  readonly burst?: number | undefined;
}

/** The same, complete. */
export interface IncomingLimits {
  /** Infinity is no limit. */
  readonly concurrency: number;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly isPausing: boolean;
  readonly rate: { readonly perSecond: number; readonly burst: number } | undefined;
}

const rules = {
  concurrency: wholeNumber(1, 2 ** 20),
  maxMessages: wholeNumber(1, 2 ** 24),
  maxBytes: wholeNumber(1, 2 ** 40),
  onFull: oneOf(fullnesses),
  perSecond: number(0.001, 1_000_000),
  burst: wholeNumber(1, 1_000_000),
};

/** `cannotPause` says which sockets cannot be paused, if they cannot. @throws {ConfigurationError} for what is not valid. */
export function incomingLimits(
  options: IncomingOptions,
  cannotPause: string | undefined,
): IncomingLimits {
  checkOptions(options, "incoming", rules);
  const problems = [...contradictions(options, cannotPause)];
  if (problems.length > 0) {
    throw new ConfigurationError({ whole: "options of incoming", problems });
  }
  const {
    concurrency = Number.POSITIVE_INFINITY,
    maxMessages = 1_000,
    maxBytes = 2 ** 20,
  } = options;
  const { perSecond, burst = Math.ceil(perSecond ?? 0) } = options;
  const rate = perSecond === undefined ? undefined : { perSecond, burst };
  return { concurrency, maxMessages, maxBytes, isPausing: options.onFull === "pause", rate };
}

function* contradictions(
  options: IncomingOptions,
  cannotPause: string | undefined,
): Generator<Problem> {
  for (const field of ["maxMessages", "maxBytes", "onFull"] as const) {
    const value = options[field];
    if (value === undefined || options.concurrency !== undefined) continue;
    yield { field, value, rule: "needs concurrency: without it no message waits" };
  }
  const { onFull, burst, perSecond } = options;
  if (burst !== undefined && perSecond === undefined) {
    yield { field: "burst", value: burst, rule: "needs perSecond" };
  }
  if (onFull === "pause" && cannotPause !== undefined) {
    yield { field: "onFull", value: onFull, rule: `must be "close": ${cannotPause}` };
  }
}
