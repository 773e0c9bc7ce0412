/** What waits of channels that have limits of their own: by channel bounded, in order, counted, and fair to the others. */
import { imbalance } from "@sluice/core";
import { Frame } from "@sluice/runtime/adapter";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channels } from "../src/channels/Channels.js";
import { behind, ChannelWorld } from "./ChannelWorld.js";

describe("a channel with limits, at one that is behind", () => {
  test("drop-oldest keeps the latest of each channel, and takes nothing of others", () => {
    const world = behind({ maxMessages: 1 });
    for (const price of [1, 2, 3]) {
      world.publish("prices.a", `a${price}`);
      world.publish("prices.b", `b${price}`);
      world.publish("news", `n${price}`);
    }
    expect(world.connection.stats()).toMatchObject({
      buffered: { messages: 5 },
      dropped: { evicted: { messages: 4 } },
    });
    for (let left = 9; left > 0; left--) world.read(10_000);
    expect([...world.received].sort()).toEqual(["a3", "b3", "first", "n1", "n2", "n3"]);
    expect(imbalance(world.connection.stats())).toEqual({ messages: 0, bytes: 0 });
  });

  test("drop-newest keeps the first, and says so", () => {
    const world = behind({ maxMessages: 1, overflow: "drop-newest" });
    expect(world.publish("prices.a", "1")).toEqual({ accepted: 1, rejected: 0 });
    expect(world.publish("prices.a", "2")).toEqual({
      accepted: 0,
      rejected: 1,
      reasons: { full: 1 },
    });
    expect(world.publish("news", "3")).toEqual({ accepted: 1, rejected: 0 });
  });

  test("disconnect closes it as a slow consumer, and everything is counted", () => {
    const world = behind({ maxMessages: 1, overflow: "disconnect" });
    for (const text of ["1", "2"]) world.publish("prices.a", text);
    world.publish("news", "3");
    world.flusher.settle();
    expect(world.connection.state).toBe("closed");
    expect(world.connection.stats()).toMatchObject({
      dropped: { closed: { messages: 1 } },
      rejected: { "slow-consumer": { messages: 1 } },
    });
    expect(imbalance(world.connection.stats())).toEqual({ messages: 0, bytes: 0 });
  });

  test("a burst costs nothing while the transport takes what it is given", () => {
    const world = new ChannelWorld({ maxMessages: 1 }, {}, 100_000);
    for (const price of [1, 2, 3]) world.publish("prices.a", `a${price}`);
    world.flusher.settle();
    expect(world.received).toEqual(["a1", "a2", "a3"]);
  });

  test("what waits goes out, quantum after quantum, though nothing else does", () => {
    const world = new ChannelWorld({ maxMessages: 100 }, {}, 1_000_000);
    world.member.actor.hold();
    for (let count = 0; count < 40; count++) world.publish("prices.a", "x".repeat(1_000));
    world.flusher.settle();
    expect(world.received).toHaveLength(40);
  });

  test.each(["evict", "disconnect"] as const)("to %s it drops and counts all that waits", (how) => {
    const world = behind({ maxMessages: 5 });
    for (const text of ["1", "2"]) world.publish("prices.a", text);
    if (how === "evict") world.connection.evict();
    else world.member.actor.disconnected();
    expect(world.connection.stats()).toMatchObject({
      buffered: { messages: 0 },
      dropped: { closed: { messages: 2 } },
    });
    expect(imbalance(world.connection.stats())).toEqual({ messages: 0, bytes: 0 });
  });

  test("an orderly close flushes what waits of every channel first", () => {
    const world = behind({ maxMessages: 5 });
    for (const text of ["a1", "a2"]) world.publish("prices.a", text);
    world.publish("news", "n1");
    void world.connection.close();
    expect(world.publish("prices.a", "a3")).toMatchObject({ reasons: { closed: 1 } });
    for (let left = 9; left > 0; left--) world.read(10_000);
    expect([...world.received].sort()).toEqual(["a1", "a2", "first", "n1"]);
    expect(world.connection.state).toBe("closed");
  });

  test("an orderly close waits for what is more than goes in a turn", () => {
    const world = new ChannelWorld({ maxMessages: 100 }, {}, 1_000_000);
    world.member.actor.hold();
    for (let count = 0; count < 40; count++) world.publish("prices.a", "x".repeat(1_000));
    void world.connection.close();
    world.flusher.settle();
    expect(world.received).toHaveLength(40);
    expect(world.connection.stats()).toMatchObject({
      state: "closed",
      delivered: { messages: 40 },
    });
  });

  test("no channel keeps another waiting, nor what is for this connection alone", () => {
    const world = behind({ maxMessages: 100 });
    const large = "x".repeat(10_000);
    for (let count = 0; count < 10; count++) {
      world.publish("prices.a", `a${count}${large}`);
      world.connection.offer(Frame.text(`o${count}${large}`));
      world.publish("prices.b", `b${count}${large}`);
    }
    const places = () => world.received.slice(1).map((text) => text[0]);
    for (let left = 6; left > 0; left--) world.read(20_000);
    for (const kind of ["a", "b", "o"]) expect(places()).toContain(kind);
  });

  test("the latest of many channels go in one write, and take turns", () => {
    const world = behind({ maxMessages: 1 });
    world.member.subscribe("prices.*");
    const names = Array.from({ length: 100 }, (_, at) => `prices.${at}`);
    for (const name of names) world.publish(name, name);
    world.connection.offer(Frame.text("own"));
    let writes = 0;
    const { transport } = world;
    const batch = transport.batch.bind(transport);
    transport.batch = (write) => {
      writes++;
      batch(write);
    };
    world.read(100_000);
    expect(world.received).toEqual(["first", "own", ...names]);
    expect(writes).toBe(1);
  });

  test("who has been served comes last, however often it has something again", () => {
    const world = behind({ maxMessages: 1 });
    const large = "x".repeat(14_000);
    world.member.subscribe("prices.*");
    const names = ["prices.a", "prices.b", "prices.c", "prices.d"];
    for (const name of names) world.publish(name, `${name} ${large}`);
    for (let left = 20; left > 0; left--) {
      const before = world.received.length;
      world.read(14_500);
      for (const text of world.received.slice(before)) {
        world.publish(text.split(" ")[0] as string, text);
      }
    }
    const order = world.received.slice(1).map((text) => text.split(" ")[0]);
    expect(order.length).toBeGreaterThan(10);
    for (const [at, name] of order.entries()) expect(name).toBe(names[at % names.length]);
  });

  test("of more channels than there may be what waits is bounded by the connection's own limits", () => {
    const world = new ChannelWorld({ maxMessages: 2 }, { maxMessages: 5 }, 0, 3);
    world.connection.offer(Frame.text("first"));
    world.flusher.settle();
    for (let at = 0; at < 300; at++) world.publish(`prices.${at % 100}`, `${at}`);
    const { buffered } = world.connection.stats();
    expect(buffered.messages).toBe(3 * 2 + 5);
    expect(imbalance(world.connection.stats())).toEqual({ messages: 0, bytes: 0 });
  });

  test("what has gone out takes no other channel's place once it has been looked at", () => {
    const world = new ChannelWorld({ maxMessages: 2 }, { maxMessages: 5 }, 0, 3);
    world.connection.offer(Frame.text("first"));
    world.flusher.settle();
    for (const from of [0, 3]) {
      for (let at = 0; at < 30; at++) world.publish(`prices.${from + (at % 3)}`, `${at}`);
      expect(world.connection.stats().buffered.messages).toBe(3 * 2);
      for (let left = 9; left > 0; left--) world.read(4);
      expect(world.connection.stats().buffered.messages).toBe(0);
      world.connection.assess();
      world.transport.send(Frame.text("not of it"));
    }
  });

  test("a window that holds back what waits of a channel shrinks as for what is of the connection", () => {
    const windows = ["prices.a", "news"].map((channel) => {
      const limits = { maxMessages: 10_000, maxBytes: 2 ** 30 };
      const world = new ChannelWorld(limits, limits, 2 ** 30, 1_000, true);
      const { clock, member, transport, flusher } = world;
      const answered = (millis: number) => {
        clock.advance(millis);
        for (const ping of transport.asked.splice(0, 1)) member.pong(Buffer.from(ping));
        flusher.settle();
        return world.connection.stats().receipts.windowBytes ?? 0;
      };
      member.ask();
      answered(10);
      for (let count = 0; count < 1_000; count++) world.publish(channel, "x".repeat(1_000));
      flusher.settle();
      // Sooner than an answer of one that is behind whether anything waits or not.
      return [5, 50].map(answered);
    });
    expect(windows[0]).toEqual(windows[1]);
    const [before = 0, after = 0] = windows[0] ?? [];
    expect(after).toBeLessThan(before);
  });

  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("publish" as const),
        channel: fc.constantFrom("prices.a", "prices.b", "news"),
        bytes: fc.integer({ min: 8, max: 3_000 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("offer" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("assess" as const) }) },
  );

  const limits = fc.record({
    maxMessages: fc.constantFrom(1, 2, 10),
    maxBytes: fc.constantFrom(3_000, 10_000),
    overflow: fc.constantFrom("drop-oldest" as const, "drop-newest" as const, "drop-all" as const),
  });

  /** Channels that there may be: with one the other is of the connection's own outbox. */
  const room = fc.constantFrom(1, 1_000);

  test("R1, R7, R12 · every message has one fate, each channel its bounds and its order", () => {
    fc.assert(
      fc.property(
        limits,
        room,
        fc.array(step, { maxLength: 80, size: "max" }),
        (limit, most, steps) => {
          const world = new ChannelWorld(limit, { maxMessages: 20 }, 5_000, most);
          for (const [at, one] of steps.entries()) {
            if (one.do === "publish") {
              world.publish(one.channel, `${one.channel} ${at} `.padEnd(one.bytes, "."));
            } else if (one.do === "offer") world.connection.offer(Frame.text(`own ${at} `));
            else if (one.do === "flush") world.flusher.settle();
            else if (one.do === "read") world.read(4_000);
            else world.connection.assess();
            const statistics = world.connection.stats();
            expect(imbalance(statistics)).toEqual({ messages: 0, bytes: 0 });
            expect(statistics.buffered.messages).toBeLessThanOrEqual(20 + 2 * limit.maxMessages);
          }
          for (let left = 100; left > 0; left--) world.read(10_000);
          const { buffered, delivered } = world.connection.stats();
          expect(buffered.messages).toBe(0);
          expect(delivered.messages).toBe(world.received.length);
          for (const channel of ["prices.a", "prices.b", "news", "own"]) {
            const places = world.received
              .filter((text) => text.startsWith(`${channel} `))
              .map((text) => Number(text.split(" ")[1]));
            expect(places).toEqual([...places].sort((a, b) => a - b));
          }
          expect(world.transport.violations).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test.each([
  [{ "prices..": {} }, "limits"],
  [{ "prices.*": { overflow: "block" } }, "overflow"],
  [{ "prices.*": { maxMessages: 0 } }, "maxMessages"],
  [{ "prices.*": { maxMessage: 1 } }, "maxMessages"],
  [{ "prices.*": 1 }, "plain object"],
  [[], "plain object"],
])("refuses %o with a clear error", (limits, says) => {
  expect(() => new Channels({ limits: limits as never })).toThrow(says);
});
