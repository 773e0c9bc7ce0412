/** Functions of their owner's that fail, or change things while they run, and what comes of it: of one connection, and counted. */
import { Label } from "@sluice/core";
import { Deferred, Frame, type Message } from "@sluice/runtime/adapter";
import { ManualFlusher } from "@sluice/runtime/testing";
import { describe, expect, test } from "vitest";
import { behind, ChannelWorld } from "./ChannelWorld.js";
import { LabelWorld } from "./LabelWorld.js";

const fails = () => {
  throw new Error("no");
};

describe("a merge that fails", () => {
  const label = new Label<Message>({ key: "k", merge: fails });

  test("of a message for many is told of for each, who has the newer one; the others have theirs", () => {
    const world = behind({ maxMessages: 5 });
    const published = ["1", "2"].map((text) => world.publisher.publish("prices.a", text, label));
    expect(published).toMatchObject([{ accepted: 1 }, { accepted: 1 }]);
    for (let left = 5; left > 0; left--) world.read(10_000);
    expect(world.received).toEqual(["first", "2"]);
  });

  test("of a sender costs its connection nothing", async () => {
    const delayed = { minDelayMillis: 50, maxDelayMillis: 50 };
    const world = new LabelWorld({ configuration: delayed });
    const sent = world.connection.send("1", label as Label<never>);
    world.connection.offer("2", label);
    world.clock.advance(60);
    world.flusher.settle();
    await expect(sent).resolves.toMatchObject({ _tag: "Accepted" });
    world.readAll();
    expect(world.received).toEqual(["2"]);
    expect(world.failures).toMatchObject([new Error("no")]);
    world.audit();
  });
});

describe("whoever encodes or joins messages", () => {
  test.each<[string, (world: LabelWorld) => void]>([
    ["offers of the same key", ({ connection }) => void connection.offer("newest", { key: "k" })],
    [
      "offers more than there is room for",
      ({ connection }) => {
        for (let count = 0; count < 5; count++) connection.offer(`${count}`);
      },
    ],
    ["evicts the connection", ({ connection }) => connection.evict()],
    ["closes it", ({ connection }) => void connection.close()],
    ["lets time pass", ({ clock }) => clock.advance(1_000)],
  ])("and %s: each message has one fate, and the newest of a key arrives", (what, act) => {
    for (const coalesce of [undefined, (texts: ReadonlyArray<string>) => texts.join("|")]) {
      let acts = 0;
      const world: LabelWorld = new LabelWorld({
        configuration: { maxMessages: 3 },
        ...(coalesce && { coalesce }),
      });
      const encode = () => {
        if (acts++ === 0) act(world);
        return "encoded";
      };
      const deferred = new Deferred(0, { bytes: 9, encode });
      world.connection.offer(deferred, { key: "k", ttlMillis: 500 });
      world.connection.offer("second");
      world.readAll();
      world.audit();
      expect(world.failures).toEqual([]);
      expect(world.transport.violations).toEqual([]);
      if (what.includes("same key")) expect(world.received.join("|")).toContain("newest");
    }
  });

  test("and fails: the message is counted as unsendable, and its owner told why", () => {
    const world = new LabelWorld();
    world.connection.offer(new Deferred(0, { bytes: 9, encode: fails }));
    world.connection.offer(new Deferred(0, { bytes: 2, encode: () => "large" }));
    world.readAll();
    return Promise.resolve().then(() => {
      expect(world.failures.map(String).join()).toMatch(
        /could not be encoded: no.*more than the 2/s,
      );
      world.audit();
    });
  });
});

test("a sender that finds no room in a lane that disconnects has its connection closed, not the lane", async () => {
  const world = new LabelWorld({ lanes: { control: { maxMessages: 2 } } });
  const sends = Array.from({ length: 4 }, (_, at) =>
    world.connection.send(`${at}`, { lane: "control" }).then(
      () => "ok",
      ({ reason }) => reason,
    ),
  );
  world.clock.advance(1_000);
  world.flusher.settle();
  expect(world.transport.ending).toMatchObject({ code: 1013 });
  expect(await Promise.all(sends)).toEqual(["ok", "ok", "slow-consumer", "closed"]);
  world.audit();
});

test("messages that go in one frame do not overtake control that came before them", () => {
  const world = new LabelWorld({ coalesce: "json" });
  world.connection.offer('"m0"');
  for (let count = 0; count < 12; count++) {
    world.connection.offer(JSON.stringify(`c${count}${"x".repeat(9_000)}`), { lane: "control" });
  }
  for (let count = 1; count < 5; count++) world.connection.offer(`"m${count}"`);
  world.readAll();
  const order = world.received
    .flatMap((frame) => JSON.parse(frame) as Array<string>)
    .map((text) => text.slice(0, 3).replace("x", ""));
  const control = order.filter((text) => text.startsWith("c"));
  expect(control).toHaveLength(12);
  // All but the first came after all of control.
  expect(order.slice(-4)).toEqual(["m1", "m2", "m3", "m4"]);
});

test("a notice counts in the quantum of a turn, and none is written once a connection has closed", () => {
  const world = new LabelWorld({
    gaps: true,
    configuration: { maxMessages: 1, overflow: "drop-newest" },
  });
  world.connection.offer("x");
  for (let count = 0; count < 3_000; count++) world.connection.offer("y", { topic: `t${count}` });
  world.read(1);
  world.connection.evict();
  world.readAll();
  expect(world.received.length).toBeLessThan(1_100);
  expect(world.transport.violations).toEqual([]);
});

test("a message that is larger than a turn goes, though another topic is to be told of", () => {
  const world = new LabelWorld({ gaps: true, configuration: { maxMessages: 1 } });
  const large = "x".repeat(60_000);
  for (const text of [large, large]) world.connection.offer(text, { topic: "a", lane: "control" });
  for (const text of ["1", "2"]) world.connection.offer(text, { topic: "b" });
  world.readAll();
  expect(world.received.filter((text) => text === large)).toHaveLength(2);
  expect(world.connection.stats().buffered.messages).toBe(0);
});

test("one connection whose turn throws keeps no other from being written", () => {
  const flusher = new ManualFlusher();
  const written: Array<string> = [];
  flusher.mark({ flush: fails });
  flusher.mark({ flush: () => written.push("other") === 0 });
  expect(() => flusher.settle()).toThrow("no");
  expect(written).toEqual(["other"]);
  flusher.mark({ flush: () => written.push("later") === 0 });
  flusher.settle();
  expect(written).toEqual(["other", "later"]);
});

test("a lane goes before the limits of a channel", () => {
  const world = new ChannelWorld({ maxMessages: 9 }, {}, 0);
  world.connection.offer(Frame.text("first"));
  world.flusher.settle();
  for (const text of ["1", "2"]) world.publish("prices.a", text);
  world.publisher.publish("prices.a", "alert", { lane: "control" });
  for (let left = 9; left > 0; left--) world.read(10_000);
  expect(world.received).toEqual(["first", "alert", "1", "2"]);
});
