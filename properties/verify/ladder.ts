/**
 * A connection that climbs the ladder for slow clients in virtual time, beside a model of when each rung had to cut it
 * off: neither before that nor after, for no rung that is off, and with the books in order.
 */
import { type ConfigurationOptions, imbalance } from "@sluice/core";
import { Connection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import * as fc from "fast-check";

/** What happens in a second: so many messages of a byte come, and so many bytes are taken. */
const story = fc.array(fc.record({ come: fc.nat(6), taken: fc.nat(6) }), {
  minLength: 20,
  maxLength: 50,
});

const settings = fc.record({
  evictTimeoutMillis: fc.constantFrom(null, 3_000),
  evictAgeMillis: fc.constantFrom(null, 2_000, 8_000),
  evictDropRate: fc.constantFrom(null, 0.2, 0.6),
  evictDropMillis: fc.constantFrom(2_000, 5_000),
  evictGraceMillis: fc.constantFrom(0, 2_000),
  healthWindowMillis: fc.constantFrom(2_000, 6_000),
  maxMessages: fc.integer({ min: 3, max: 40 }),
});

type Settings = typeof settings extends fc.Arbitrary<infer S> ? S : never;
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

const second = 1_000;
const never = Number.POSITIVE_INFINITY;

/** Undefined if nothing was wrong in any story, or what was. */
export async function climbing(runs = 300): Promise<string | undefined> {
  const property = fc.asyncProperty(settings, story, (given, seconds) =>
    Effect.runPromise(Effect.scoped(told(given, seconds)).pipe(Effect.provide(TestClock.layer()))),
  );
  const { failed, error } = await fc.check(property, { numRuns: runs }).then((details) => ({
    failed: details.failed,
    error: String(details.errorInstance),
  }));
  return failed ? error : undefined;
}

const told = Effect.fnUntraced(function* (given: Settings, seconds: Story) {
  const configuration: ConfigurationOptions = { stallTimeoutMillis: 1_000, ...given };
  const transport = new ScriptedTransport<string>({ sizeOf, room: 0 });
  const flusher = new ManualFlusher();
  const made = yield* Connection.make<string>({ transport, flusher, sizeOf, configuration });
  const { connection, actor } = made;
  const { evictAgeMillis, evictDropRate, evictDropMillis, evictGraceMillis } = given;
  const { evictTimeoutMillis } = given;
  /** When each that waits has come; since when no progress; between which looks too much began to be lost. */
  let cameAt: ReadonlyArray<number> = [];
  let [quietSince, notLossyAt, lossyAt] = [never, 0, never];
  for (const [index, { come, taken }] of seconds.entries()) {
    const now = index * second;
    const wasPressed = transport.bufferedBytes() > 0;
    for (let left = come; left > 0; left--) {
      connection.offer("x");
      cameAt = [...cameAt, now];
    }
    if (taken > 0) {
      transport.drain(taken);
      actor.drained();
    }
    flusher.settle();
    const { messages } = connection.stats().buffered;
    cameAt = messages === 0 ? [] : cameAt.slice(-messages);
    if (transport.bufferedBytes() === 0) quietSince = never;
    else if (taken > 0 || !wasPressed) quietSince = now;
    yield* TestClock.adjust(second);
    const isLossy = connection.stats().dropRate.recent >= (evictDropRate ?? never);
    if (connection.state !== "closed") connection.assess();
    const eviction = connection.eviction;
    const oldest = cameAt[0] ?? never;
    const end = now + second;
    const dropMillis = evictDropMillis + evictGraceMillis;
    if (eviction !== undefined) {
      const { rung, atEpochMillis: at, discarded } = eviction;
      const earliest =
        rung === "stalled"
          ? quietSince + (evictTimeoutMillis ?? never) + evictGraceMillis
          : rung === "age"
            ? oldest + (evictAgeMillis ?? never)
            : rung === "drop-rate" && evictDropRate !== null
              ? notLossyAt + dropMillis
              : never;
      if (at < earliest) throw new Error(`cut off for ${rung} at ${at}, and not from ${earliest}`);
      const books = imbalance(connection.stats());
      if (books.messages !== 0 || discarded.messages !== messages) {
        throw new Error(`${messages} messages waited, and ${discarded.messages} are closed`);
      }
      return;
    }
    if (isLossy) lossyAt = Math.min(lossyAt, end);
    else [lossyAt, notLossyAt] = [never, end];
    const latest = Math.min(
      quietSince + (evictTimeoutMillis ?? never) + evictGraceMillis,
      oldest + (evictAgeMillis ?? never) * (9 / 8) + second + evictGraceMillis,
      lossyAt + dropMillis,
    );
    // A transport is looked at once a second.
    if (end > latest + second) throw new Error(`open at ${end}, and not to be after ${latest}`);
  }
});

const sizeOf = (message: string): number => message.length;
