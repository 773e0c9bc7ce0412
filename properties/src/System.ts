/** What the rules are about: a bounded, backpressured sender, seen from outside. */
import type { Configuration, OfferResult, Statistics } from "@sluice/core";

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

/** A connection under test, and its transport, which takes only what `drain` lets it take. */
export interface System {
  readonly offer: (message: Message) => OfferResult;
  /** Calls `settle` once, now or later. Returns how to take the message back, while it waits. */
  readonly send: (
    message: Message,
    settle: (result: OfferResult) => void,
  ) => (() => void) | undefined;
  /** The transport takes up to so many messages, one after another. */
  readonly drain: (count: number, transport: (message: Message) => void) => void;
  /** Time passes; every timer goes off when it is due. */
  readonly advance: (millis: number) => void;
  readonly close: (how: Ending) => void;
  readonly stats: () => Statistics;

  // What not every system can do or show.

  /** Sets the clock without telling anybody. */
  readonly jump?: (millis: number) => void;
  readonly assess?: () => void;
  /** The next message for the transport. */
  readonly head?: () => Message | undefined;
  /** Milliseconds until a timer goes off; `Infinity` for never. */
  readonly millisToDeadline?: () => number;
}

/** Makes a system with a configuration. If it has a chart, it tells `observe` of every step, when it is whole. */
export type MakeSystem = (configuration: Configuration, observe: (step: Step) => void) => System;
