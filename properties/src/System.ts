/** What the rules are about: a bounded, backpressured sender, seen from outside. */
import type { Configuration, OfferResult, OverflowStrategy, Statistics } from "@sluice/core";

/** A message is its number and its size. */
export interface Message {
  readonly id: number;
  readonly bytes: number;
}

/** A step of the chart: the event, the rows before and after it, and the actions' mask. */
export interface Step {
  readonly event: number;
  readonly from: number;
  readonly to: number;
  readonly mask: number;
}

/** The ways a connection ends. */
export type Ending = "close" | "evict" | "disconnect";

/** What may be there now or later. */
export type Eventually<T> = T | Promise<T>;

/** A connection under test, and its transport, which takes only what `drain` lets it take. */
export interface System {
  /** The transport takes up to so many messages, one after another. */
  readonly drain: (count: number, transport: (message: Message) => void) => Eventually<void>;
  /** A system that counts only what it holds has {@link holding} to say so. */
  readonly stats: () => Statistics;

  // What not every system can do or show: each goes with a capability.

  /** `offer`: answers at once. */
  readonly offer?: (message: Message) => Eventually<OfferResult>;
  /**
   * `send`: calls `settle` once, now or later. With `cancel`, it returns how to take the message back while it
   * waits.
   */
  readonly send?: (
    message: Message,
    settle: (result: OfferResult) => void,
  ) => (() => void) | undefined;
  /** `time`: time passes; every timer goes off when it is due. */
  readonly advance?: (millis: number) => Eventually<void>;
  /** `time`: milliseconds that have passed since the start; a clock that is set back does not lower it. */
  readonly elapsedMillis?: () => number;
  /** `close`. */
  readonly close?: (how: Ending) => Eventually<void>;
  /** `clock`: sets the clock without telling anybody. */
  readonly jump?: (millis: number) => void;
  /** `health`: moves the recent window on. */
  readonly assess?: () => void;
  /** `watchdog`: the transport takes up to so many messages more, and tells nobody that it would. */
  readonly drainSilently?: (count: number) => void;
  /** `transport`: what was done to the transport that must never be done, so far. */
  readonly misuse?: () => ReadonlyArray<string>;
  /** `resources`: timers, fibers, listeners and entries that are still there, by name. */
  readonly remains?: () => Eventually<ReadonlyArray<string>>;
  /** `neighbours`: offers a message to a connection that shares what it can with this one, and never drains. */
  readonly troubleNeighbour?: () => void;
  /** `snapshot`: is written to JSON, and goes on from what is read back. */
  readonly restart?: () => void;
  /** The next message for the transport. */
  readonly head?: () => Message | undefined;
  /** Milliseconds until a timer goes off; `Infinity` for never. */
  readonly millisToDeadline?: () => number;
  /** The run is over: lets go of what the system has taken of the process. */
  readonly dispose?: () => Eventually<void>;
}

/** Makes a system with a configuration. If it has a chart, it tells `observe` of every step, when it is whole. */
export type MakeSystem = (
  configuration: Configuration,
  observe: (step: Step) => void,
) => Eventually<System>;

/** What a system can do or show. A rule that needs what it has not is skipped, and says so. */
export const capabilities = [
  /** Answers at once whether it takes a message. */
  "offer",
  /** Lets a sender wait. */
  "send",
  /** A sender that waits can be taken back. */
  "cancel",
  /** A sender that waits for room gives up after `blockTimeoutMillis`. */
  "deadlines",
  /** Delays senders as its fill demands, and says by how much. */
  "delays",
  /** Bounds and counts bytes. */
  "bytes",
  /** Counts everything in `Statistics`. */
  "statistics",
  /** Says how many messages it evicted for one that it took. */
  "evictions",
  /** Has the states of the chart. */
  "states",
  /** Tells of every step of the chart. */
  "steps",
  /** Has a health that follows the recent drop rate. */
  "health",
  /** Has a clock that the kit can move on. */
  "time",
  /** Has a clock that the kit can set. */
  "clock",
  /** Can be used from inside its own callbacks. */
  "callbacks",
  /** Can be closed, evicted and disconnected. */
  "close",
  /** Its transport takes as many messages as it is told, and no more. */
  "counted drains",
  /** Finds room in a transport that does not tell of it. */
  "watchdog",
  /** Its transport notes what must never be done to it. */
  "transport",
  /** Says which timers, fibers and listeners are left. */
  "resources",
  /** Has neighbours with which it shares a flush. */
  "neighbours",
  /** Can be written to JSON, and go on from there. */
  "snapshot",
] as const;

export type Capability = (typeof capabilities)[number];

/** A kind of system under test. */
export interface Subject {
  readonly name: string;
  readonly capabilities: ReadonlyArray<Capability>;
  /** The overflow strategies that it has. */
  readonly strategies: ReadonlyArray<OverflowStrategy>;
  readonly make: MakeSystem;
}

const none = { messages: 0, bytes: 0 };

/**
 * The statistics of a system that knows no more than how many messages it holds.
 *
 * @example
 * ```ts
 * import { configuration } from "@sluice/core";
 * import { holding } from "@sluice/properties";
 *
 * holding(configuration({ maxMessages: 4 }), { messages: 1, bytes: 0 }).fill; // => 0.25
 * ```
 */
export function holding(
  { maxMessages, maxBytes }: Configuration,
  buffered: Statistics["buffered"],
): Statistics {
  return {
    state: "normal",
    health: "healthy",
    fill: Math.max(buffered.messages / maxMessages, buffered.bytes / maxBytes),
    delayMillis: 0,
    offered: none,
    enqueued: none,
    delivered: none,
    dropped: {
      evicted: none,
      cleared: none,
      closed: none,
      shed: none,
      unsendable: none,
      conflated: none,
      expired: none,
    },
    rejected: {
      full: none,
      timeout: none,
      "too-large": none,
      waiters: none,
      interrupted: none,
      "slow-consumer": none,
      shed: none,
      closed: none,
    },
    buffered,
    waiting: none,
    peak: none,
    peakWaiting: none,
    throttleEvents: 0,
    pauseEvents: 0,
    pausedMillis: 0,
    dropRate: { lifetime: 0, recent: 0 },
  };
}
