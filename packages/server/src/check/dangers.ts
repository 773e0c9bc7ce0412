/** What is allowed in a configuration, and unwise. */
import type { Configuration } from "@sluice/core";
import { type Diagnosis, describe, type Evidence } from "@sluice/properties";

export interface Danger {
  /** What will happen. */
  readonly what: string;
  /** How to see it happen, line by line. */
  readonly evidence: ReadonlyArray<string>;
  /** What to do about it. */
  readonly remedy: string;
}

export function dangersOf(settings: Configuration, diagnosis: Diagnosis): ReadonlyArray<Danger> {
  const { flaps, sticks } = diagnosis;
  const found: Array<Danger> = [];
  if (flaps !== undefined) {
    found.push({
      what: "it flaps: one message that comes and goes changes the state back and forth",
      evidence: linesOf(flaps),
      remedy: `hysteresis (${settings.hysteresis}) must be worth more than one message: ${settings.maxMessages} × hysteresis should be 2 or more`,
    });
  }
  if (sticks !== undefined) {
    found.push({
      what: "it cannot recover under load: with always one message in it, it is never normal again",
      evidence: linesOf(sticks),
      remedy: `throttleAt (${settings.throttleAt}) less hysteresis (${settings.hysteresis}) leaves less than one message: lower hysteresis, or raise throttleAt`,
    });
  }
  for (const { isTrue, what, remedy } of unwise) {
    if (isTrue(settings)) found.push({ what, evidence: [], remedy });
  }
  return found;
}

function linesOf({ trace, cycle, states }: Evidence): ReadonlyArray<string> {
  const [first, ...later] = states;
  return [
    `${trace.map(describe).join(", ")}: ${first}`,
    ...cycle.map((operation, index) => `↻ ${describe(operation)}: ${later[index]}`),
  ];
}

/** What needs no exploring. */
const unwise: ReadonlyArray<{
  readonly isTrue: (settings: Configuration) => boolean;
  readonly what: string;
  readonly remedy: string;
}> = [
  {
    isTrue: ({ overflow, maxWaiters }) => overflow === "block" && maxWaiters === 0,
    what: "nobody can wait for room: every send to a full outbox is rejected, and block is drop-newest",
    remedy: "maxWaiters (0) must be at least the number of senders of a connection",
  },
  {
    isTrue: ({ overflow, blockTimeoutMillis }) => overflow === "block" && blockTimeoutMillis === 0,
    what: "nobody waits for room: a send to a full outbox times out at once, and block is drop-newest",
    remedy: "blockTimeoutMillis (0) must be the time that a client may take to catch up",
  },
  {
    isTrue: ({ evictTimeoutMillis, stallTimeoutMillis }) =>
      evictTimeoutMillis !== null && evictTimeoutMillis < stallTimeoutMillis,
    what: "a client is cut off before it is reported as stalled: nobody is warned",
    remedy: "evictTimeoutMillis should be more than stallTimeoutMillis",
  },
  {
    isTrue: ({ watchdogMillis, stallTimeoutMillis }) => watchdogMillis > stallTimeoutMillis,
    what: "a stall is noticed late: the transport is looked at more rarely than a stall takes",
    remedy: "watchdogMillis should be less than stallTimeoutMillis",
  },
  {
    isTrue: ({ closeTimeoutMillis }) => closeTimeoutMillis === 0,
    what: "an orderly close loses what is queued: there is no time to flush it",
    remedy: "closeTimeoutMillis (0) must be the time that a flush may take",
  },
];
