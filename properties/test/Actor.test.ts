/**
 * The laws of the actor, on a scripted transport under a test clock: offers, sends, interruptions, drains that
 * are told and drains that are not, time and the end, in any order.
 */
import { type ConfigurationOptions, imbalance, overflowStrategies } from "@sluice/core";
import { Connection, type SendError } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Effect, Exit, Fiber, Scope } from "effect";
import { TestClock } from "effect/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

type Operation =
  | { readonly op: "offer"; readonly bytes: number }
  | { readonly op: "send"; readonly bytes: number }
  | { readonly op: "interrupt"; readonly sender: number }
  | { readonly op: "drain"; readonly bytes: number; readonly told: boolean }
  | { readonly op: "flush" }
  | { readonly op: "advance"; readonly millis: number }
  | { readonly op: "close" }
  | { readonly op: "evict" }
  | { readonly op: "disconnect" };

const bytes = fc.integer({ min: 0, max: 12 });

/** The end is rare, or nothing would ever happen before it. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ op: fc.constant("offer" as const), bytes }) },
  { weight: 20, arbitrary: fc.record({ op: fc.constant("send" as const), bytes }) },
  {
    weight: 6,
    arbitrary: fc.record({ op: fc.constant("interrupt" as const), sender: fc.nat(30) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      op: fc.constant("drain" as const),
      bytes: fc.integer({ min: 1, max: 25 }),
      told: fc.boolean(),
    }),
  },
  { weight: 15, arbitrary: fc.record({ op: fc.constant("flush" as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      op: fc.constant("advance" as const),
      millis: fc.constantFrom(1, 20, 100, 1_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("close" as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("evict", "disconnect") }) },
);

const trace = fc.array(operation, { minLength: 10, maxLength: 150, size: "max" });

const settings: fc.Arbitrary<ConfigurationOptions> = fc.record({
  maxMessages: fc.integer({ min: 1, max: 8 }),
  maxBytes: fc.integer({ min: 8, max: 60 }),
  overflow: fc.constantFrom(...overflowStrategies),
  hysteresis: fc.constantFrom(0, 0.1, 0.3),
  maxDelayMillis: fc.constantFrom(0, 100),
  blockTimeoutMillis: fc.constantFrom(0, 50, 500),
  maxWaiters: fc.integer({ min: 0, max: 5 }),
  watchdogMillis: fc.constantFrom(10, 100),
  stallTimeoutMillis: fc.constant(300),
  evictTimeoutMillis: fc.constantFrom(null, 2_000),
  closeTimeoutMillis: fc.constantFrom(0, 200),
});

interface Message {
  readonly number: number;
  readonly bytes: number;
}

interface Outcome {
  readonly seen: ReadonlySet<string>;
}

/** Plays a trace and checks the laws after every operation. */
const play = Effect.fnUntraced(function* (
  configuration: ConfigurationOptions,
  operations: ReadonlyArray<Operation>,
  calm: boolean,
): Effect.fn.Return<Outcome, never, Scope.Scope> {
  let sleeping = 0;
  const testClock = yield* Clock.Clock;
  const clock = Object.assign(Object.create(testClock), testClock, {
    sleep: (duration: never) =>
      Effect.suspend(() => {
        sleeping++;
        return Effect.ensuring(
          testClock.sleep(duration),
          Effect.sync(() => sleeping--),
        );
      }),
  });
  const seen = new Set<string>();
  const transport = new ScriptedTransport<Message>({ sizeOf: (m) => m.bytes, room: 20 });
  const flusher = new ManualFlusher({ bytes: 64, messages: 3 });
  const { connection, actor } = yield* Connection.make<Message>({
    transport,
    flusher,
    sizeOf: (message) => message.bytes,
    configuration,
  }).pipe(Effect.provideService(Clock.Clock, clock));
  let finalized = 0;
  yield* Scope.addFinalizer(
    connection.scope,
    Effect.sync(() => finalized++),
  );

  let number = 0;
  const refused = new Set<number>();
  const offered: Array<number> = [];
  const sends: Array<{ number: number; fiber: Fiber.Fiber<unknown, SendError> }> = [];
  const { maxMessages, maxBytes } = connection.configuration;

  for (const operation of operations) {
    switch (operation.op) {
      case "offer": {
        const message = { number: number++, bytes: operation.bytes };
        offered.push(message.number);
        const result = connection.offer(message);
        if (result._tag === "Rejected") refused.add(message.number);
        break;
      }
      case "send": {
        const message = { number: number++, bytes: operation.bytes };
        const fiber = yield* Effect.forkChild(connection.send(message), {
          startImmediately: true,
        });
        sends.push({ number: message.number, fiber });
        break;
      }
      case "interrupt": {
        const send = sends[operation.sender];
        if (send === undefined) break;
        const waiting = connection.stats().waiting.messages;
        yield* Fiber.interrupt(send.fiber);
        // Interrupted while it waited: out. Interrupted after it was let in: in, and nobody is told.
        if (connection.stats().waiting.messages === waiting) break;
        seen.add("interrupted");
        refused.add(send.number);
        break;
      }
      case "drain":
        if (transport.isClosed) break;
        transport.drain(operation.bytes);
        if (operation.told) actor.drained();
        break;
      case "flush":
        flusher.flush();
        break;
      case "advance": {
        const pressured = actor.isPressured;
        yield* TestClock.adjust(operation.millis);
        if (pressured && !actor.isPressured && connection.state !== "closed") seen.add("watchdog");
        break;
      }
      case "close":
        actor.close();
        break;
      case "evict":
        actor.evict();
        break;
      case "disconnect":
        if (transport.isClosed) break;
        transport.disconnect();
        actor.disconnected(1006);
        break;
      default:
        operation satisfies never;
    }
    const stats = connection.stats();
    seen.add(stats.state);
    if (actor.isPressured) seen.add("pressured");
    if (actor.isPressured && stats.state === "closing" && stats.buffered.messages > 0) {
      seen.add("closing under pressure");
    }
    if (stats.rejected.timeout.messages > 0) seen.add("timed out");
    if (stats.dropped.evicted.messages > 0) seen.add("evicted");
    expect(imbalance(stats), "R1, R2").toEqual({ messages: 0, bytes: 0 });
    expect(stats.buffered.messages, "R3").toBeLessThanOrEqual(maxMessages);
    expect(stats.buffered.bytes, "R3").toBeLessThanOrEqual(maxBytes);
    expect(stats.waiting.messages, "R4").toBeLessThanOrEqual(connection.configuration.maxWaiters);
    expect(transport.violations, "R21").toEqual([]);
  }

  // The end, whatever happened before: the peer goes, in the midst of it or after all has drained.
  if (calm) {
    transport.drain();
    yield* TestClock.adjust(1_000);
    flusher.settle();
    if (connection.state === "normal") seen.add("recovered");
  }
  if (!transport.isClosed) transport.disconnect();
  actor.disconnected(1006);
  flusher.settle();
  const exits = yield* Effect.forEach(sends, ({ fiber }) => Fiber.await(fiber));
  exits.forEach((exit, index) => {
    if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) {
      refused.add(sends[index]?.number as number);
    }
  });

  const stats = connection.stats();
  const accepted = transport.accepted.map((message) => message.number);
  expect(stats.buffered.messages + stats.waiting.messages, "R1 after closed").toBe(0);
  expect(imbalance(stats), "R1, R2 after closed").toEqual({ messages: 0, bytes: 0 });
  expect(new Set(accepted).size, "R5 · nothing twice").toBe(accepted.length);
  expect(stats.delivered.messages, "R11").toBe(accepted.length);
  for (const lost of refused) expect(accepted, "R5, R9, R19 · wholly out").not.toContain(lost);
  const isOffer = new Set(offered);
  for (const lane of [
    accepted.filter((sent) => isOffer.has(sent)),
    accepted.filter((sent) => !isOffer.has(sent)),
  ]) {
    expect(lane, "R6").toEqual([...lane].sort((a, b) => a - b));
  }
  expect(connection.offer({ number: -1, bytes: 1 }), "R17").toMatchObject({ reason: "closed" });
  yield* Effect.yieldNow;
  expect(finalized, "R20 · finalizers run once").toBe(1);
  expect(sleeping, "R20 · no timer remains").toBe(0);
  expect(flusher.size, "R20 · not in line").toBe(0);
  return { seen };
});

const goals = [
  "normal",
  "throttled",
  "paused",
  "dropping",
  "closing",
  "closed",
  "pressured",
  "closing under pressure",
  "watchdog",
  "interrupted",
  "timed out",
  "evicted",
  "recovered",
];

test("R1 to R6, R9, R11, R17, R19 to R21, R23 · the actor keeps its laws under any interleaving", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(settings, trace, fc.boolean(), async (configuration, operations, calm) => {
      const outcome = await Effect.runPromise(
        Effect.scoped(play(configuration, operations, calm)).pipe(
          Effect.provide(TestClock.layer()),
        ),
      );
      for (const goal of outcome.seen) seen.add(goal);
    }),
    { numRuns: 400, endOnFailure: false },
  );
  expect(goals.filter((goal) => !seen.has(goal))).toEqual([]);
}, 60_000);
