/** Limits that change: nothing is lost by that, and what comes afterwards keeps to the new ones. */
import {
  type ConfigurationOptions,
  configuration,
  imbalance,
  type OfferResult,
  Outbox,
  overflowStrategies,
} from "@sluice/core";
import { Event } from "@sluice/machines";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fill, testOutbox } from "./TestOutbox.js";

describe("an outbox whose limits change", () => {
  test("keeps what it holds above them, and takes no more until it is within them", () => {
    const { outbox, offer, drain, audit } = testOutbox({
      maxMessages: 10,
      overflow: "drop-newest",
    });
    offer(...fill(8));
    outbox.reconfigure(configuration({ maxMessages: 4, overflow: "drop-newest" }));
    expect([outbox.length, outbox.state, outbox.fill]).toEqual([8, "paused", 1]);
    expect(offer("x")).toEqual(["full"]);
    expect(drain(5)).toEqual(["0", "1", "2", "3", "4"]);
    expect(offer("x")).toEqual(["Accepted"]);
    audit();
  });

  test("is in the state that its fill has by them", () => {
    const { outbox, offer } = testOutbox({ maxMessages: 100 });
    offer(...fill(20));
    const states = [20, 25, 100].map((maxMessages) => {
      outbox.reconfigure(configuration({ maxMessages }));
      return outbox.state;
    });
    expect(states).toEqual(["paused", "throttled", "normal"]);
  });

  test("lets in who waits for room, when there is some", () => {
    const { outbox, offer, send, told } = testOutbox({ maxMessages: 2, overflow: "block" });
    offer("a", "b");
    send("c");
    expect(told).toEqual([]);
    outbox.reconfigure(configuration({ maxMessages: 20, overflow: "block" }));
    expect(told).toEqual(["c: Accepted"]);
  });

  test("answers who waits for room by its new strategy", () => {
    const { outbox, offer, send, told } = testOutbox({ maxMessages: 2, overflow: "block" });
    offer("a", "b");
    send("c");
    outbox.reconfigure(configuration({ maxMessages: 2, overflow: "drop-newest" }));
    outbox.advance();
    expect(told).toEqual(["c: full"]);
  });

  test("that is closing is as it was", () => {
    const { outbox, offer } = testOutbox({ maxMessages: 10 });
    offer(...fill(5));
    outbox.signal(Event.close);
    outbox.reconfigure(configuration({ maxMessages: 1 }));
    expect([outbox.state, outbox.length]).toEqual(["closing", 5]);
  });
});

const options: fc.Arbitrary<ConfigurationOptions> = fc.record({
  maxMessages: fc.integer({ min: 1, max: 8 }),
  maxBytes: fc.integer({ min: 6, max: 30 }),
  overflow: fc.constantFrom(...overflowStrategies.filter((one) => one !== "disconnect")),
  healthWindowMillis: fc.constantFrom(1_000, 10_000),
});

const story = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ bytes: fc.integer({ min: 1, max: 6 }), sends: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 2, arbitrary: options },
    { weight: 1, arbitrary: fc.record({ pass: fc.constantFrom(100, 6_000) }) },
  ),
  { maxLength: 60, size: "max" },
);

test("R48 · a change of limits loses nothing, and what is held grows no further than the limits or what was held then", () => {
  fc.assert(
    fc.property(options, story, (first, acts) => {
      const clock = { millis: 0 };
      const outbox = new Outbox<string>({
        configuration: configuration(first),
        sizeOf: (text) => text.length,
        now: () => clock.millis,
      });
      const told: Array<OfferResult> = [];
      let [most, mostBytes] = [0, 0];
      let sent = 0;
      for (const act of acts) {
        if ("pass" in act) {
          clock.millis += act.pass;
          outbox.advance();
          outbox.assess();
        } else if ("take" in act) for (let left = act.take; left > 0; left--) outbox.take();
        else if ("sends" in act) {
          const text = "x".repeat(act.bytes);
          if (!act.sends) outbox.offer(text);
          else {
            sent++;
            outbox.send(text, (result) => told.push(result));
          }
        } else {
          const before = outbox.stats();
          const next = configuration({ ...outbox.configuration, ...act });
          outbox.reconfigure(next);
          const after = outbox.stats();
          // Who waits for room is answered by the new strategy, which may let others go.
          if (before.waiting.messages === 0) expect(after.dropped).toEqual(before.dropped);
          expect(after.delivered).toEqual(before.delivered);
        }
        const { maxMessages, maxBytes } = outbox.configuration;
        most = Math.max(maxMessages, Math.min(most, outbox.length));
        mostBytes = Math.max(maxBytes, Math.min(mostBytes, outbox.bytes));
        expect(outbox.length).toBeLessThanOrEqual(most);
        expect(outbox.bytes).toBeLessThanOrEqual(mostBytes);
        expect(imbalance(outbox.stats())).toEqual({ messages: 0, bytes: 0 });
        expect(told.length + outbox.waiting).toBe(sent);
      }
    }),
    { numRuns: 500 },
  );
});
