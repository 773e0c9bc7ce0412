/**
 * One operation on a connection: what was before, what was done, what was seen of it, what is after. The
 * explorer makes one for every edge of a space, and a random run is a sequence of them.
 */
import type { Configuration, ConnectionState, OfferResult, Statistics } from "@sluice/core";
import type { Way } from "../History.js";
import type { Operation } from "../Operation.js";

/** A message: its place among those of its trace, its size, and whether it is told from the others. */
export interface Message {
  readonly id: number;
  readonly bytes: number;
  readonly isMarked?: boolean;
}

/** Somebody was told what became of a message. */
export interface Answer {
  readonly message: Message;
  readonly by: Way;
  readonly result: OfferResult;
  /** How long it waited, how long it was told to, and how long it was blocked, in milliseconds. */
  readonly waitedMillis: number;
  readonly toldMillis: number;
  readonly blockedMillis: number | undefined;
}

/** A step of the chart. */
export interface Step {
  readonly event: number;
  readonly from: number;
  readonly to: number;
}

/** A sender in line. */
export interface Sender {
  readonly message: Message;
  /** Whether it waits for room; undefined when that cannot be seen. */
  readonly blocked: boolean | undefined;
  /** The rung of the state that it met. */
  readonly rung: number;
  /** Until it must have been told, in milliseconds. */
  readonly owedMillis: number;
}

/** A connection at a quiet moment. */
export interface Picture {
  /** Of the chart, as its steps lead. */
  readonly row: number;
  readonly state: ConnectionState;
  readonly stats: Statistics;
  /** Oldest first. */
  readonly held: ReadonlyArray<Message>;
  /** What the connection says is next. */
  readonly head: Message | undefined;
  /** First come first. */
  readonly line: ReadonlyArray<Sender>;
  /** Until a timer goes off; undefined when that cannot be seen. */
  readonly millisToDeadline: number | undefined;
  /** What was done to the transport that must never be done, so far. */
  readonly misuse: ReadonlyArray<string>;
}

/** What is seen of an operation while it is performed. */
export interface Sight {
  /** What was offered or sent: one message, unless it is a burst or something was done inside a callback. */
  readonly newcomers: ReadonlyArray<Message>;
  readonly answers: ReadonlyArray<Answer>;
  readonly delivered: ReadonlyArray<Message>;
  readonly steps: ReadonlyArray<Step>;
  /** What can be seen inside callbacks. */
  readonly glimpses: ReadonlyArray<Statistics>;
}

/** `P` is how much can be seen of a connection at rest. */
export interface Transition<P extends Picture = Picture> extends Sight {
  readonly configuration: Configuration;
  readonly operation: Operation;
  readonly before: P;
  readonly after: P;
}
