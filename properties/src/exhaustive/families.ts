/** The spaces that are explored, by family: an alphabet and a strategy, over many configurations. */
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  type OverflowStrategy,
  overflowStrategies,
} from "@sluice/core";
import { thresholdsOf } from "../laws/specification.js";
import type { Operation } from "../Operation.js";
import type { ActorScope } from "./actor/families.js";
import type { SeenPicture } from "./Driver.js";
import type { OutboxSpace } from "./OutboxSpace.js";

/** How much is explored. */
export interface ExhaustiveScope {
  readonly strategies: ReadonlyArray<OverflowStrategy>;
  /** Capacities at which every choice of marks is explored, with two marked messages. */
  readonly capacities: ReadonlyArray<number>;
  /** Capacities of the spaces with senders and time. */
  readonly senderCapacities: ReadonlyArray<number>;
  /** Senders that may wait at a time. */
  readonly waiters: number;
  /** Messages, and bytes, of the spaces in which sizes differ. */
  readonly byteCapacities: ReadonlyArray<number>;
  /** What is explored of the actor; undefined for nothing. */
  readonly actor: ActorScope | undefined;
  /** Whether a production outbox of 1,000 is explored as well. */
  readonly production: boolean;
}

/** A share of a few seconds, for every run of the tests. */
export const fastScope: ExhaustiveScope = {
  strategies: overflowStrategies,
  capacities: [1, 2, 3],
  senderCapacities: [2],
  waiters: 2,
  byteCapacities: [2],
  actor: { strategies: ["block"], capacities: [2], waiters: 1, evicts: false, windows: [2] },
  production: false,
};

/** All of it: about two minutes. */
export const fullScope: ExhaustiveScope = {
  ...fastScope,
  capacities: [1, 2, 3, 4, 5, 6, 7, 8],
  senderCapacities: [1, 2],
  waiters: 3,
  byteCapacities: [4],
  actor: {
    strategies: overflowStrategies,
    capacities: [1, 2],
    waiters: 2,
    evicts: true,
    windows: [1, 2, 3],
  },
  production: true,
};

/** Spaces of one kind. */
export interface Family {
  readonly name: string;
  readonly spaces: Iterable<OutboxSpace>;
}

const unlimited = 2 ** 40;
const one = { op: "offer", bytes: 1 } as const;
const drain = { op: "drain", count: 1 } as const;
const ends: ReadonlyArray<Operation> = [{ op: "close" }, { op: "evict" }, { op: "disconnect" }];

/**
 * Every choice of marks at a capacity: both marks and the hysteresis on a grid of half messages, those that
 * lead to the same thresholds once.
 */
export function markChoices(capacity: number): ReadonlyArray<ConfigurationOptions> {
  const choices = new Map<string, ConfigurationOptions>();
  const levels = Array.from({ length: capacity * 2 }, (_, half) => (half + 1) / 2 / capacity);
  for (const throttleAt of levels) {
    for (const pauseAt of levels) {
      if (pauseAt <= throttleAt) continue;
      for (const hysteresis of [0, ...levels]) {
        if (hysteresis > throttleAt) continue;
        const options = { maxMessages: capacity, throttleAt, pauseAt, hysteresis };
        const key = thresholdsOf(configuration(options));
        if (!choices.has(key)) choices.set(key, options);
      }
    }
  }
  return [...choices.values()];
}

/** All families of a scope. */
export function* families(scope: ExhaustiveScope): Generator<Family> {
  for (const overflow of scope.strategies) yield marked(scope, overflow);
  for (const overflow of scope.strategies) yield senders(scope, overflow);
  for (const capacity of scope.byteCapacities) {
    for (const overflow of scope.strategies) yield bytes(capacity, overflow);
  }
  yield health();
  if (!scope.production) return;
  for (const overflow of scope.strategies) yield production(overflow);
}

function marked({ capacities }: ExhaustiveScope, overflow: OverflowStrategy): Family {
  const choices = capacities.flatMap(markChoices);
  return {
    name: `two marked messages, ${overflow}, capacity ${capacities[0]} to ${capacities.at(-1)}`,
    spaces: choices.map((marks) => ({
      configuration: configuration({
        ...marks,
        maxBytes: unlimited,
        maxWaitingBytes: unlimited,
        overflow,
      }),
      // What follows closing knows no hysteresis.
      alphabet: marks.hysteresis === 0 ? [one, drain, { op: "close" }] : [one, drain],
      marked: 2,
    })),
  };
}

/** One step of time in the spaces that have it, in milliseconds. */
const tickMillis = 10;

const senderMarks: ReadonlyArray<ConfigurationOptions> = [
  { throttleAt: 0.7, pauseAt: 0.9, hysteresis: 0.1 },
  { throttleAt: 0.5, pauseAt: 1, hysteresis: 0.5 },
  // A drain from full makes room and changes no state.
  { throttleAt: 0.9, pauseAt: 1, hysteresis: 0.9 },
];

const times: ReadonlyArray<ConfigurationOptions> = [
  { maxDelayMillis: 0, pauseDurationMillis: 0, blockTimeoutMillis: 20 },
  { maxDelayMillis: 10, pauseDurationMillis: 20, blockTimeoutMillis: 10 },
  { minDelayMillis: 10, maxDelayMillis: 20, pauseDurationMillis: 0, blockTimeoutMillis: 0 },
];

function senders(scope: ExhaustiveScope, overflow: OverflowStrategy): Family {
  const { senderCapacities, waiters } = scope;
  const cancels = Array.from(
    { length: waiters },
    (_, waiter) => ({ op: "cancel", waiter }) as const,
  );
  const spaces = senderCapacities.flatMap((maxMessages) =>
    senderMarks.flatMap((marks) =>
      times.map((millis) => ({
        configuration: configuration({
          ...marks,
          ...millis,
          maxMessages,
          maxBytes: unlimited,
          maxWaitingBytes: unlimited,
          overflow,
          maxWaiters: waiters,
          closeTimeoutMillis: tickMillis,
        }),
        alphabet: [
          one,
          { op: "send", bytes: 1 } as const,
          drain,
          { op: "advance", millis: tickMillis } as const,
          ...cancels,
          ...ends,
        ],
        marked: 1,
        isRestored: true,
      })),
    ),
  );
  return { name: `${waiters} senders and time, ${overflow}, capacity ${senderCapacities}`, spaces };
}

/** Bytes bind before messages do; one size does not fit at all. */
function bytes(capacity: number, overflow: OverflowStrategy): Family {
  const sizes = [0, 1, 2, capacity + 1];
  return {
    name: `bytes, ${overflow}, ${capacity} messages of ${capacity} bytes`,
    spaces: [0, 0.25].map((hysteresis) => ({
      configuration: configuration({
        maxMessages: capacity,
        maxBytes: capacity,
        throttleAt: 0.5,
        pauseAt: 0.75,
        hysteresis,
        maxDelayMillis: 10,
        pauseDurationMillis: 0,
        blockTimeoutMillis: 10,
        maxWaiters: 1,
        closeTimeoutMillis: tickMillis,
        overflow,
      }),
      alphabet: [
        ...sizes.map((size) => ({ op: "offer", bytes: size }) as const),
        { op: "send", bytes: 1 } as const,
        { op: "send", bytes: 2 } as const,
        drain,
        { op: "advance", millis: tickMillis } as const,
        { op: "close" } as const,
      ],
      marked: 1,
      isRestored: true,
    })),
  };
}

/** Every health in every state; offers are counted, so that rates are bounded. */
function health(): Family {
  const halfWindow = { op: "advance", millis: tickMillis } as const;
  return {
    name: "health, drop-newest, capacity 2",
    spaces: [
      {
        configuration: configuration({
          maxMessages: 2,
          maxBytes: unlimited,
          maxWaitingBytes: unlimited,
          throttleAt: 0.5,
          pauseAt: 1,
          hysteresis: 0,
          overflow: "drop-newest",
          healthWindowMillis: 2 * tickMillis,
        }),
        alphabet: [one, drain, halfWindow, { op: "assess" }],
        marked: 0,
        isRestored: true,
        isAllowed: isWithinWindow,
      },
    ],
  };
}

/** Four offers in a window, of which up to two are lost, or more of those before it: every rate that counts. */
function isWithinWindow({ recent, stats }: SeenPicture, { op }: Operation): boolean {
  if (recent === null) return op === "assess";
  const offered = stats.offered.messages - recent.older.offered;
  if (op === "offer") return offered < 4;
  if (op === "assess") return recent.movedMillisAgo > 0 || recent.newer.offered < offered;
  if (op === "advance") return recent.movedMillisAgo === 0;
  return true;
}

function production(overflow: OverflowStrategy): Family {
  return {
    name: `production, ${overflow}, capacity 1,000`,
    spaces: [
      {
        configuration: configuration({ overflow, maxBytes: unlimited, maxWaitingBytes: unlimited }),
        alphabet: [one, drain, { op: "close" }],
        marked: 0,
      },
    ],
  };
}

/** The same fractions, times and strategy at another capacity, bound by messages alone. */
export function atCapacity(settings: Configuration, maxMessages: number): Configuration {
  return configuration({
    ...settings,
    maxMessages,
    maxBytes: unlimited,
    maxWaitingBytes: unlimited,
  });
}
