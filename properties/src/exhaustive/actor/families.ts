/** The spaces of the actor that are explored, by strategy. */
import { type ConfigurationOptions, configuration, type OverflowStrategy } from "@sluice/core";
import type { Operation } from "../../Operation.js";
import type { ActorPicture } from "./ActorDriver.js";
import type { ActorSpace } from "./ActorSpace.js";

/** Spaces of one strategy. */
export interface ActorFamily {
  readonly name: string;
  readonly spaces: ReadonlyArray<ActorSpace>;
}

/** How much of the actor is explored. */
export interface ActorScope {
  readonly strategies: ReadonlyArray<OverflowStrategy>;
  readonly capacities: ReadonlyArray<number>;
  /** Senders that may wait at a time. */
  readonly waiters: number;
  /** Whether a stalled connection is evicted, too, and not only for ever reported. */
  readonly evicts: boolean;
  /** Windows of clients that answer, in bytes. */
  readonly windows: ReadonlyArray<number>;
}

const tickMillis = 10;

const marks: ConfigurationOptions = { throttleAt: 0.5, pauseAt: 1, hysteresis: 0.5 };

const times: ConfigurationOptions = {
  maxDelayMillis: tickMillis,
  pauseDurationMillis: 0,
  watchdogMillis: tickMillis,
  stallTimeoutMillis: 2 * tickMillis,
  closeTimeoutMillis: tickMillis,
  blockTimeoutMillis: 2 * tickMillis,
};

export function* actorFamilies(scope: ActorScope): Generator<ActorFamily> {
  const { capacities, waiters, evicts } = scope;
  const cancels = Array.from(
    { length: waiters },
    (_, waiter) => ({ op: "cancel", waiter }) as const,
  );
  const alphabet: ReadonlyArray<Operation> = [
    { op: "offer", bytes: 1 },
    { op: "send", bytes: 1 },
    { op: "drain", count: 0 },
    { op: "drain", count: 1 },
    { op: "drain", count: 1, silently: true },
    { op: "advance", millis: tickMillis },
    ...cancels,
    { op: "close" },
    { op: "evict" },
    { op: "disconnect" },
  ];
  for (const overflow of scope.strategies) {
    const spaces = capacities.flatMap((maxMessages) => {
      const settings = { ...times, ...marks, maxMessages, overflow, maxWaiters: waiters };
      const kept = configuration({ ...settings, evictTimeoutMillis: null });
      const evicted = configuration({ ...settings, evictTimeoutMillis: 3 * tickMillis });
      return [
        { configuration: kept, alphabet, marked: 1, refuses: false },
        { configuration: kept, alphabet, marked: 1, refuses: true },
        ...(evicts ? [{ configuration: evicted, alphabet, marked: 1, refuses: false }] : []),
      ];
    });
    yield { name: `the actor, ${overflow}, capacity ${capacities}, ${waiters} senders`, spaces };
  }
  // What is kept back meets the same strategies: one that loses, and one that does not.
  for (const overflow of ["drop-oldest", "block"] as const) {
    if (!scope.strategies.includes(overflow)) continue;
    const settings = { ...times, ...marks, maxMessages: 2, overflow, evictTimeoutMillis: null };
    const spaces = scope.windows.flatMap((windowBytes) =>
      [false, true].map((refuses) => ({
        configuration: configuration({ ...settings, windowBytes }),
        alphabet: answering,
        marked: 1,
        refuses,
        isPinged: true,
        isAllowed: ({ receipts }: ActorPicture, { op }: Operation) =>
          op !== "offer" || receipts.inFlight <= windowBytes,
      })),
    );
    yield { name: `receipts, ${overflow}, windows of ${scope.windows} bytes`, spaces };
  }
}

/** Of a client that answers, and of strangers. */
const answering: ReadonlyArray<Operation> = [
  { op: "offer", bytes: 1 },
  { op: "drain", count: 0 },
  { op: "drain", count: 1 },
  { op: "pong", to: "oldest" },
  { op: "pong", to: "latest" },
  { op: "pong", to: "none" },
  { op: "advance", millis: tickMillis },
  { op: "close" },
  { op: "evict" },
  { op: "disconnect" },
];
