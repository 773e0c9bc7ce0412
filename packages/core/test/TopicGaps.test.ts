/** What was lost of a topic is told in its place: a client can say exactly what it did not get. */
import {
  type ConfigurationOptions,
  configuration,
  Label,
  type LabelOptions,
  Outbox,
  overflowStrategies,
  type TopicGap,
  TopicGaps,
} from "@sluice/core";
import fc from "fast-check";
import { expect, test } from "vitest";

/** What a client has received: messages and, in their place, what it was told instead. */
type Received = string | TopicGap;

interface World {
  readonly outbox: Outbox<string>;
  readonly gaps: TopicGaps;
  readonly clock: { millis: number };
  readonly received: Array<Received>;
  readonly offer: (text: string, label: LabelOptions<string>) => void;
  /** The transport takes up to so many messages; what is to be told goes before them. */
  readonly drain: (count: number) => void;
}

function world(options: ConfigurationOptions, tellsConflated = false): World {
  const clock = { millis: 0 };
  const gaps = new TopicGaps({ tellsConflated });
  const received: Array<Received> = [];
  const outbox = new Outbox<string>({
    configuration: configuration(options),
    sizeOf: (text) => text.length,
    now: () => clock.millis,
    gaps,
  });
  const tell = (gap: TopicGap | undefined) => {
    if (gap === undefined) return;
    received.push(gap);
    gaps.told(gap);
  };
  return {
    outbox,
    gaps,
    clock,
    received,
    offer: (text, label) => void outbox.offer(text, undefined, new Label(label)),
    drain: (count) => {
      outbox.expire();
      for (let left = count; left > 0 && outbox.length > 0; left--) {
        tell(outbox.gapBefore());
        received.push(outbox.peek() as string);
        outbox.delivered();
      }
      while (outbox.length === 0 && !gaps.isEmpty) tell(gaps.rest());
    },
  };
}

test("before the next message of a topic its client is told what is missing, and before no other", () => {
  const { offer, drain, received } = world({ maxMessages: 2 });
  for (const text of ["a1", "a2", "a3", "a4"]) offer(text, { topic: "a" });
  offer("b1", { topic: "b" });
  drain(1);
  expect(received).toEqual([
    { topic: "a", first: 1, last: 3, count: 3, reasons: { evicted: 3 } },
    "a4",
  ]);
  drain(9);
  expect(received.slice(2)).toEqual(["b1"]);
});

test("what is lost last is told when nothing more waits", () => {
  const { offer, drain, received } = world({ maxMessages: 1, overflow: "drop-newest" });
  offer("a1", { topic: "a" });
  offer("a2", { topic: "a" });
  drain(9);
  expect(received).toEqual([
    "a1",
    { topic: "a", first: 2, last: 2, count: 1, reasons: { full: 1 } },
  ]);
});

test("runs of what was lost are as many as there are messages between them", () => {
  const gaps = new TopicGaps();
  for (let position = 1; position <= 9; position++) gaps.next("a");
  for (const position of [5, 3, 9, 4, 1]) gaps.lost("a", position, "expired");
  expect(gaps.before("a", 2)).toMatchObject({ first: 1, last: 1, count: 1 });
  gaps.told(gaps.before("a", 2) as TopicGap);
  expect(gaps.before("a", 6)).toMatchObject({ first: 3, last: 5, count: 3 });
  gaps.told(gaps.before("a", 6) as TopicGap);
  expect(gaps.rest()).toMatchObject({ first: 9, last: 9, count: 1 });
});

const stories = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        topic: fc.constantFrom("a", "b"),
        key: fc.constantFrom(undefined, undefined, "k", "l"),
        place: fc.constantFrom("keep" as const, "tail" as const),
        ttlMillis: fc.constantFrom(undefined, 3, 9),
        bytes: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ drain: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 6 }) }) },
  ),
  { maxLength: 80, size: "max" },
);

const limits = fc.record({
  maxMessages: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.integer({ min: 8, max: 30 }),
  overflow: fc.constantFrom(...overflowStrategies.filter((one) => one !== "disconnect")),
});

test("R43 · by notices alone a client knows which messages of a topic it did not get, whatever lost them", () => {
  let told = 0;
  fc.assert(
    fc.property(limits, stories, (options, story) => {
      const { outbox, clock, received, offer, drain } = world(options);
      const offered: Record<string, Array<string>> = { a: [], b: [] };
      for (const [at, doing] of story.entries()) {
        if ("pass" in doing) clock.millis += doing.pass;
        else if ("drain" in doing) drain(doing.drain);
        else {
          const { topic, ttlMillis, bytes } = doing;
          const text = `${topic}${at}.........`.slice(0, Math.max(bytes, 4));
          offered[topic]?.push(text);
          offer(text, { topic, ttlMillis });
        }
      }
      drain(Number.POSITIVE_INFINITY);
      const lost: Record<string, number> = {};
      for (const topic of ["a", "b"]) {
        const all = offered[topic] as Array<string>;
        let next = 1;
        for (const one of received) {
          if (typeof one === "string") {
            if (one.startsWith(topic)) expect(one).toBe(all[next++ - 1]);
            continue;
          }
          if (one.topic !== topic) continue;
          told++;
          expect(one.first).toBe(next);
          expect(one.count).toBe(one.last - one.first + 1);
          next = one.last + 1;
          for (const [reason, count] of Object.entries(one.reasons)) {
            lost[reason] = (lost[reason] ?? 0) + count;
          }
        }
        expect(next).toBe(all.length + 1);
      }
      const { dropped, rejected } = outbox.stats();
      for (const [reason, { messages }] of Object.entries({ ...dropped, ...rejected })) {
        expect(lost[reason] ?? 0).toBe(messages);
      }
    }),
    { numRuns: 500 },
  );
  expect(told).toBeGreaterThan(100);
});

test.each([true, false])(
  "R43 · with keys its account has what was lost, and what was conflated if that is asked for: %s",
  (tellsConflated) => {
    fc.assert(
      fc.property(limits, stories, (options, story) => {
        const { outbox, clock, received, offer, drain } = world(options, tellsConflated);
        const offered: Record<string, number> = { a: 0, b: 0 };
        for (const [at, doing] of story.entries()) {
          if ("pass" in doing) clock.millis += doing.pass;
          else if ("drain" in doing) drain(doing.drain);
          else {
            const { topic, key, place, ttlMillis, bytes } = doing;
            const text = `${topic}${at}.........`.slice(0, Math.max(bytes, 4));
            offered[topic] = (offered[topic] ?? 0) + 1;
            const own = key && { key: `${topic}${key}`, place };
            offer(text, { topic, ttlMillis, ...own });
          }
        }
        drain(Number.POSITIVE_INFINITY);
        const account: Record<string, number> = {};
        const counts: Record<string, number> = { a: 0, b: 0 };
        for (const one of received) {
          const topic = typeof one === "string" ? (one[0] as string) : one.topic;
          const count = typeof one === "string" ? 1 : one.count;
          counts[topic] = (counts[topic] ?? 0) + count;
          if (typeof one === "string") continue;
          for (const [reason, messages] of Object.entries(one.reasons)) {
            account[reason] = (account[reason] ?? 0) + messages;
          }
        }
        const { dropped, rejected } = outbox.stats();
        for (const [reason, { messages }] of Object.entries({ ...dropped, ...rejected })) {
          const isTold = reason !== "conflated" || tellsConflated;
          expect(account[reason] ?? 0).toBe(isTold ? messages : 0);
        }
        const untold = tellsConflated ? 0 : dropped.conflated.messages;
        const all = (offered["a"] ?? 0) + (offered["b"] ?? 0);
        expect((counts["a"] ?? 0) + (counts["b"] ?? 0) + untold).toBe(all);
      }),
      { numRuns: 500 },
    );
  },
);
