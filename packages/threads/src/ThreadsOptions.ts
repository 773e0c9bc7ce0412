/** How threads are started. */
import { constants } from "node:os";
import { aBoolean, aFunction, isPlainObject, type Rule, wholeNumber } from "@sluice/core";
import type { SeamOptions } from "./Seam.js";

/** The thread that asks the main thread. */
export interface Asker {
  readonly thread: number;
  /** Aborted when it has ended, for what is held for it. */
  readonly ended: AbortSignal;
}

export interface ThreadsOptions {
  /** What each thread runs: a module that calls `serve`. */
  readonly module: URL | string;
  /** What Node is told in each thread; by default what it was told in this one. */
  readonly execArgv?: ReadonlyArray<string> | undefined;
  /** 1 to 256. As many as there are cores is most that is of use. */
  readonly threads: number;
  /** 0 for a free one. */
  readonly port: number;
  /** All addresses by default. */
  readonly host?: string | undefined;
  /** For each thread; what `postMessage` can carry. */
  readonly data?: unknown;
  /**
   * Names and patterns of channels that have one order for all threads, and lose nothing between them: their publishers
   * wait, by `stored`, for a thread that is slow. None by default.
   */
  readonly ordered?: ReadonlyArray<string> | undefined;
  /** Answers what a thread asks by its `ask`; by default undefined. Both are what `postMessage` can carry. */
  readonly answer?: ((question: unknown, asker: Asker) => unknown) | undefined;
  /** What may lie between two threads. */
  readonly seam?: SeamOptions | undefined;
  /** Whether another thread takes the place of one that has ended by an error; false by default. */
  readonly restart?: boolean | undefined;
  /** How long `close` waits for connections; 60,000 by default. */
  readonly closeTimeoutMillis?: number | undefined;
  /** Signals that close it. A second one ends the process at once. None by default. */
  readonly signals?: ReadonlyArray<NodeJS.Signals> | undefined;
  /** Hears of threads that have ended, and why; by default it is logged. */
  readonly onError?: ((error: unknown, what: string) => void) | undefined;
}

const areWords = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const areSignals = (value: unknown) =>
  areWords(value) &&
  (value as ReadonlyArray<string>).every(
    (one) => one in constants.signals && one !== "SIGKILL" && one !== "SIGSTOP",
  );

/** What `ThreadsOptions` must be. */
export const threadsRules: Readonly<Record<keyof ThreadsOptions, Rule>> = {
  module: [(value) => value instanceof URL || typeof value === "string", "must be a URL or a path"],
  execArgv: [areWords, "must be an array of strings"],
  threads: [(value) => isWhole(value, 1, 256), "must be a whole number from 1 to 256"],
  port: [(value) => isWhole(value, 0, 65_535), "must be a whole number from 0 to 65,535"],
  host: [(value) => typeof value === "string", "must be a string"],
  data: [() => true, ""],
  answer: aFunction,
  ordered: [areWords, "must be an array of names and patterns"],
  seam: [isPlainObject, "must be a plain object"],
  restart: aBoolean,
  closeTimeoutMillis: wholeNumber(1, 86_400_000),
  signals: [areSignals, "must be an array of signals that a process can hear"],
  onError: aFunction,
};

const isWhole = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
