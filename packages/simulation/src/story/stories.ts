/** Stories to tell, as fast-check draws and shrinks them. Small, so that what is bounded is full often. */
import { type ConfigurationOptions, overflowStrategies } from "@sluice/core";
import fc from "fast-check";
import {
  type ClientStory,
  type Operation,
  operations,
  places,
  type ServerStory,
  type Step,
  type Story,
} from "./Story.js";

/** What is not drawn. */
export interface Given {
  /** All connections have this one. */
  readonly configuration?: ConfigurationOptions | undefined;
}

const configurations: fc.Arbitrary<ConfigurationOptions> = fc
  .record({
    maxMessages: fc.constantFrom(1, 2, 4, 10, 40),
    maxBytes: fc.constantFrom(1_000, 40, 200, 100_000, 1_000_000),
    overflow: fc.constantFrom(...overflowStrategies),
    marks: fc.constantFrom(
      { throttleAt: 0.7, pauseAt: 0.9, hysteresis: 0.1 },
      { throttleAt: 0.5, pauseAt: 0.75, hysteresis: 0.25 },
      { throttleAt: 0.4, pauseAt: 1, hysteresis: 0.3 },
      { throttleAt: 0.3, pauseAt: 0.6, hysteresis: 0 },
    ),
    delays: fc.constantFrom(
      { minDelayMillis: 0, maxDelayMillis: 0, pauseDurationMillis: 0 },
      { minDelayMillis: 0, maxDelayMillis: 500, pauseDurationMillis: 50 },
      { minDelayMillis: 5, maxDelayMillis: 20, pauseDurationMillis: 400 },
    ),
    adaptiveThrottling: fc.boolean(),
    blockTimeoutMillis: fc.constantFrom(5_000, 300, 60, 0),
    maxWaiters: fc.constantFrom(50, 3, 1, 0),
    windowBytes: fc.constantFrom("adaptive" as const, "off" as const, 50, 1_000, 30_000),
    healthWindowMillis: fc.constantFrom(10_000, 1_000, 40),
    watchdogMillis: fc.constantFrom(1_000, 40),
    stallTimeoutMillis: fc.constantFrom(30_000, 3_000, 500),
    evictTimeoutMillis: fc.constantFrom(null, 10_000, 1_000),
    ladder: fc.constantFrom(
      {},
      {},
      { evictDropRate: 0.5, evictDropMillis: 2_000 },
      { evictAgeMillis: 1_500 },
      { evictDropRate: 0.1, evictDropMillis: 0, evictAgeMillis: 4_000, evictGraceMillis: 1_000 },
    ),
    closeTimeoutMillis: fc.constantFrom(5_000, 300, 0),
  })
  .map(({ marks, delays, ladder, ...rest }) => ({ ...rest, ...marks, ...delays, ...ladder }));

const server = ({ configuration }: Given): fc.Arbitrary<ServerStory> =>
  fc.record({
    closes: fc.constantFrom("at once", "later"),
    configurations:
      configuration === undefined
        ? fc.array(configurations, { minLength: 1, maxLength: 3 })
        : fc.constant([configuration]),
    maxTotalBytes: fc.constantFrom("off" as const, 2 ** 20),
    topics: fc.boolean(),
    lines: often(false, true),
    limits: often(false, true),
    idleTimeoutMillis: fc.constantFrom(120_000, 0, 8_000),
    waits: fc.boolean(),
  });

const client: fc.Arbitrary<ClientStory> = fc.record({
  bytesPerMilli: fc.constantFrom(100_000, 1_000, 10, 1, 0.1),
  roundTripMillis: fc.constantFrom(1, 50, 400),
  temper: fc.constantFrom("steady", "steady", "away", "asleep"),
  fromMillis: fc.nat({ max: 3_000 }),
  kernelBytes: fc.constantFrom(4_000_000, 30_000, 300, 20),
  answers: fc.constantFrom("all", "all", "all", "never", "latest", "late", "twice", "early"),
  drains: fc.constantFrom("told", "told", "lost", "inside a send", "twice"),
});

/** How often of each. */
const weights: Readonly<Record<Operation, number>> = {
  offer: 12,
  burst: 8,
  send: 10,
  broadcast: 8,
  publish: 8,
  subscribe: 5,
  unsubscribe: 2,
  close: 2,
  evict: 1,
  reset: 1,
  leave: 1,
  forge: 2,
  refuse: 2,
  throw: 2,
  drain: 2,
  own: 3,
  stall: 2,
  "step clock": 1,
  wait: 4,
  "close server": 0,
};

const step: fc.Arbitrary<Step> = fc.record({
  afterMillis: fc.constantFrom(0, 0, 0, 1, 20, 150, 1_000, 4_000),
  operation: fc.oneof(
    ...operations.map((operation) => ({
      weight: weights[operation],
      arbitrary: fc.constant(operation),
    })),
    { weight: 1, arbitrary: fc.constant("close server" as const) },
  ),
  place: fc.oneof(
    { weight: 6, arbitrary: fc.constant("" as const) },
    { weight: 2, arbitrary: fc.constantFrom(...places) },
  ),
  client: fc.nat({ max: 4 }),
  channel: fc.nat({ max: 4 }),
  bytes: fc.constantFrom(8, 8, 13, 60, 600, 20_000, 70_000),
  count: fc.integer({ min: 1, max: 20 }),
  millis: fc.constantFrom(0, 0, 10, 100, 500, 3_000),
});

/** Without a bias: a run is one of a seed, and would be like that of every other. */
export function stories(given: Given = {}): fc.Arbitrary<Story> {
  return fc.record({
    server: server(given),
    clients: fc.array(client, { minLength: 1, maxLength: 5, size: "max" }),
    steps: fc.noBias(fc.array(step, { maxLength: 50, size: "max" })),
  });
}

function often<T>(mostly: T, sometimes: T): fc.Arbitrary<T> {
  return fc.constantFrom(mostly, mostly, mostly, sometimes);
}
