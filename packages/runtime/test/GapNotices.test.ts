/** A client is told in its place what of a topic it will not get. */
import { ConfigurationError, overflowStrategies, type TopicGap } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gapWireOf } from "../src/adapter/GapWire.js";
import { LabelWorld } from "./LabelWorld.js";

const orders = { topic: "orders" };

describe("a gap notice", () => {
  test("goes before the next message of its topic, and counts as a message of its own", () => {
    const world = new LabelWorld({ gaps: true, configuration: { maxMessages: 2 } });
    for (const text of ["o1", "o2", "o3", "o4"]) world.connection.offer(text, orders);
    world.connection.offer("n1");
    world.readAll();
    expect(world.received).toEqual([
      '{"type":"gap","topic":"orders","first":1,"last":3,"count":3,"reasons":{"evicted":3}}',
      "o4",
      "n1",
    ]);
    expect(world.connection.stats()).toMatchObject({
      offered: { messages: 7 },
      delivered: { messages: 4 },
      dropped: { evicted: { messages: 3 } },
    });
    world.audit();
  });

  test("at the end goes when nothing more waits, also for a message that was too large alone", () => {
    const world = new LabelWorld({ gaps: true, configuration: { maxBytes: 10 } });
    world.readAll();
    expect(world.connection.offer("x".repeat(11), orders)).toMatchObject({ reason: "too-large" });
    world.flusher.settle();
    world.readAll();
    expect(world.received).toHaveLength(1);
    expect(JSON.parse(world.received[0] as string)).toMatchObject({ count: 1, first: 1, last: 1 });
  });

  test("is not lost when the transport refuses it, nor told twice", () => {
    const world = new LabelWorld({ gaps: true, configuration: { maxMessages: 1 } });
    world.connection.offer("o1", orders);
    world.connection.offer("o2", orders);
    for (let turn = 0; turn < 3; turn++) world.flusher.settle();
    expect(world.received).toEqual([]);
    world.readAll();
    expect(world.received.filter((text) => text.includes("gap"))).toHaveLength(1);
  });

  test("is flushed before an orderly close", async () => {
    const world = new LabelWorld({
      gaps: true,
      configuration: { maxMessages: 1, overflow: "drop-newest" },
    });
    world.connection.offer("o1", orders);
    world.connection.offer("o2", orders);
    const closed = world.connection.close();
    world.readAll();
    expect(world.received).toMatchObject(["o1", expect.stringContaining('"full":1')]);
    expect((await closed).code).toBe(1000);
  });

  test("stands in its place among messages that go out as one frame", () => {
    const world = new LabelWorld({
      gaps: true,
      coalesce: "json",
      configuration: { maxMessages: 3 },
    });
    for (let count = 1; count <= 3; count++) world.connection.offer(`${count}`, orders);
    world.connection.offer("4");
    world.readAll();
    const all = world.received.flatMap((frame) => JSON.parse(frame) as Array<unknown>);
    expect(all).toMatchObject([{ type: "gap", count: 1 }, 2, 3, 4]);
  });

  test("is written as its owner says; one that cannot be written is told to them, and keeps nothing waiting", () => {
    const wire = ({ topic, count }: TopicGap) => {
      if (topic === "bad") throw new Error("no words");
      return `${count} of ${topic}`;
    };
    const world = new LabelWorld({ gaps: { wire }, configuration: { maxMessages: 2 } });
    for (const topic of ["bad", "bad", "good", "good", "bad", "good"]) {
      world.connection.offer(topic, { topic });
    }
    world.readAll();
    expect(world.received).toEqual(["bad", "2 of good", "good"]);
    expect(world.failures).toMatchObject([new Error("no words")]);
  });

  test.each<[unknown, string]>([
    [{ wire: "json" }, "wire"],
    [{ conflated: 1 }, "conflated"],
    [{ wires: () => "" }, "wires"],
  ])("options that are none, %j, are refused by name: %s", (options, name) => {
    expect(() => gapWireOf(options as object, () => {})).toThrow(ConfigurationError);
    expect(() => gapWireOf(options as object, () => {})).toThrow(name);
  });
});

const story = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        topic: fc.constantFrom("a", "b"),
        lane: fc.constantFrom(undefined, "control" as const, "bulk" as const),
        ttlMillis: fc.constantFrom(undefined, 5),
      }),
    },
    { weight: 3, arbitrary: fc.constant("read" as const) },
    { weight: 1, arbitrary: fc.constant("pass" as const) },
  ),
  { maxLength: 100, size: "max" },
);

test("R43 · over a whole connection a client's account of each topic is the server's", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...overflowStrategies.filter((one) => one !== "disconnect")),
      fc.constantFrom(undefined, "json" as const),
      story,
      (overflow, coalesce, acts) => {
        const limits = { maxMessages: 3, overflow };
        const world = new LabelWorld({
          gaps: true,
          configuration: limits,
          lanes: { control: limits, bulk: limits },
          ...(coalesce && { coalesce }),
        });
        // A topic is in one lane, whatever the story says.
        const lanes = new Map<string, "control" | "bulk" | undefined>();
        const offered: Record<string, number> = { a: 0, b: 0 };
        for (const act of acts) {
          if (act === "read") world.read(1);
          else if (act === "pass") world.clock.advance(3);
          else {
            const { topic, ttlMillis } = act;
            if (!lanes.has(topic)) lanes.set(topic, act.lane);
            offered[topic] = (offered[topic] ?? 0) + 1;
            const text = JSON.stringify({ topic, position: offered[topic] });
            world.connection.offer(text, { topic, ttlMillis, lane: lanes.get(topic) });
          }
        }
        world.readAll();
        const next: Record<string, number> = { a: 1, b: 1 };
        const frames = world.received.map((frame) => JSON.parse(frame));
        for (const one of frames.flat() as ReadonlyArray<TopicGap & { position?: number }>) {
          if (one.position === undefined) {
            expect(one.first).toBe(next[one.topic]);
            next[one.topic] = one.last + 1;
          } else {
            expect(one.position).toBe(next[one.topic]);
            next[one.topic] = one.position + 1;
          }
        }
        for (const topic of ["a", "b"]) expect(next[topic]).toBe((offered[topic] ?? 0) + 1);
        world.audit();
        expect(world.transport.violations).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
