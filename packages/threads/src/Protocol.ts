/** What the main thread and a thread that serves say to each other. */

import type { MessagePort } from "node:worker_threads";
import type { BusStatistics } from "@sluice/runtime/adapter";
import type { Reply } from "./Asking.js";
import type { Seam } from "./Seam.js";
import type { WholeQuestion } from "./Whole.js";

/** What a thread is told when it begins. It is under this name in its `workerData`. */
export const startedAs = "@sluice/threads";

export interface ThreadStart {
  readonly index: number;
  /** How many there are. */
  readonly threads: number;
  readonly data: unknown;
  readonly seam: Seam;
  /** Names and patterns of channels that have one order for all threads. */
  readonly ordered: ReadonlyArray<string>;
  /** Of the positions of ordered channels. */
  readonly epoch: string;
  readonly control: MessagePort;
  /** To the main thread, which orders. */
  readonly orders: MessagePort;
  /** 1 when the acceptor has let go of this thread. */
  readonly released: Int32Array;
}

/** What a thread counts. */
export interface ThreadCounts {
  readonly connections: number;
  /** Closed in order, and their clients have not read all yet. */
  readonly lingering: number;
  /** Channels that somebody is subscribed to. */
  readonly channels: number;
  readonly bus: BusStatistics;
}

/** A connection of a thread, as `JSON.stringify` shows it. */
export interface ThreadConnection {
  /** No other connection of the process has it: it begins with the thread's index. */
  readonly id: string;
  readonly thread: number;
  readonly [field: string]: unknown;
}

/** What the main thread asks, with what a thread answers. */
export interface Questions {
  readonly counts: { readonly asked: undefined; readonly answer: ThreadCounts };
  readonly connections: {
    /** Those that came after this one. */
    readonly asked: { readonly after: number; readonly limit: number };
    readonly answer: ReadonlyArray<ThreadConnection>;
  };
  readonly metrics: { readonly asked: undefined; readonly answer: string };
  /** Of the embedder's own. */
  readonly own: { readonly asked: unknown; readonly answer: unknown };
  readonly close: {
    readonly asked: { readonly code: number; readonly reason: string };
    readonly answer: undefined;
  };
}

export type Question = keyof Questions;

/** From the main thread. */
export type ToThread =
  | { readonly _tag: "Link"; readonly port: MessagePort }
  | { readonly _tag: "Ask"; readonly id: number; readonly what: Question; readonly asked: unknown }
  | Reply
  | { readonly _tag: "Released" }
  | { readonly _tag: "Leave" };

/** To the main thread. */
export type FromThread =
  | { readonly _tag: "Serving"; readonly descriptor: number }
  | {
      readonly _tag: "Ask";
      readonly id: number;
      readonly what: WholeQuestion;
      readonly asked: unknown;
    }
  | Reply
  | { readonly _tag: "Failed"; readonly error: unknown }
  | { readonly _tag: "Leaving" };
