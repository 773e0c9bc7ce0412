/** Control goes before all else and has room of its own; bulk goes behind; no lane starves. */
import { ConfigurationError } from "@sluice/core";
import type { SendError } from "@sluice/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lanesOf } from "../src/actor/Lanes.js";
import { share } from "../src/actor/Precedence.js";
import { LabelWorld } from "./LabelWorld.js";

const control = { lane: "control" } as const;
const bulk = { lane: "bulk" } as const;

describe("lanes", () => {
  test("control goes before what was there, and bulk behind what comes after", () => {
    const world = new LabelWorld();
    world.connection.offer("b1", bulk);
    world.connection.offer("n1");
    world.connection.offer("c1", control);
    world.connection.offer("n2");
    world.connection.offer("c2", control);
    expect(world.connection.stats()).toMatchObject({
      buffered: { messages: 5 },
      lanes: { control: { messages: 2, bytes: 4 }, bulk: { messages: 1, bytes: 2 } },
    });
    world.readAll();
    expect(world.received).toEqual(["c1", "c2", "n1", "n2", "b1"]);
    world.audit();
  });

  test("a lane is full by itself: nothing is refused or lost of control for a flood of bulk", () => {
    const world = new LabelWorld({ lanes: { bulk: { maxMessages: 2, overflow: "drop-newest" } } });
    for (let count = 0; count < 20; count++) world.connection.offer(`b${count}`, bulk);
    for (let count = 0; count < 5; count++) {
      expect(world.connection.offer(`c${count}`, control)._tag).toBe("Accepted");
    }
    world.readAll();
    expect(world.received).toEqual(["c0", "c1", "c2", "c3", "c4", "b0", "b1"]);
    expect(world.connection.stats().rejected.full.messages).toBe(18);
    world.audit();
  });

  test("a client that does not even take control is closed, unless its owner says otherwise", () => {
    const world = new LabelWorld({ lanes: { control: { maxMessages: 1 } } });
    world.connection.offer("c1", control);
    expect(world.connection.offer("c2", control)).toMatchObject({ reason: "slow-consumer" });
    world.flusher.settle();
    expect(world.transport.ending).toMatchObject({ code: 1013 });
    world.audit();
  });

  test("one message in eight goes to those behind, if it was there before", () => {
    const world = new LabelWorld();
    for (let count = 0; count < 3; count++) world.connection.offer(`b${count}`, bulk);
    for (let count = 0; count < 20; count++) world.connection.offer(`c${count}`, control);
    world.connection.offer("late", bulk);
    world.readAll();
    const places = world.received.flatMap((text, at) => (text.startsWith("b") ? [at] : []));
    expect(places).toEqual([share - 1, 2 * share - 1, 22]);
    expect(world.received.at(-1)).toBe("late");
  });

  test("the middle goes before bulk, but for one message in eight", () => {
    const world = new LabelWorld();
    for (let count = 0; count < 2; count++) world.connection.offer(`b${count}`, bulk);
    for (let count = 0; count < 20; count++) world.connection.offer(`n${count}`);
    world.readAll();
    const places = world.received.flatMap((text, at) => (text.startsWith("b") ? [at] : []));
    expect(places).toEqual([share - 1, 2 * share - 1]);
  });

  test("under control without end all others go out all the same", () => {
    const world = new LabelWorld();
    let offered = 0;
    for (let turn = 0; turn < 400; turn++) {
      if (turn < 200) world.connection.offer(`b${turn}`, { lane: "bulk" });
      while (world.connection.stats().lanes.control.messages < 3) {
        world.connection.offer(`c${offered++}`, control);
      }
      world.read(1);
    }
    const others = world.received.filter((text) => text.startsWith("b"));
    expect(others.length).toBeGreaterThan(400 / (share + 4));
    expect(others).toEqual(others.map((_, at) => `b${at}`));
  });

  test("a send waits for room in its own lane, and for no other", async () => {
    const world = new LabelWorld({
      lanes: { bulk: { maxMessages: 1, overflow: "block", blockTimeoutMillis: 50 } },
    });
    const sent = ["b1", "b2", "b3"].map((text) => world.connection.send(text, bulk));
    const gaveUp = sent[2]?.catch((error: SendError) => error.reason);
    await expect(sent[0]).resolves.toMatchObject({ _tag: "Accepted" });
    expect(world.connection.stats().waiting.messages).toBe(2);
    world.audit();
    world.read(1);
    await expect(sent[1]).resolves.toMatchObject({ _tag: "Accepted" });
    world.clock.advance(1_000);
    world.flusher.settle();
    await expect(gaveUp).resolves.toBe("timeout");
    world.audit();
  });

  test("an aborted send is taken back from its lane; closing refuses who waits and flushes the rest", async () => {
    const world = new LabelWorld({ lanes: { bulk: { maxMessages: 1, overflow: "block" } } });
    const controller = new AbortController();
    world.connection.offer("b1", bulk);
    const aborted = world.connection.send("b2", { signal: controller.signal, lane: "bulk" });
    const refused = world.connection.send("b3", bulk);
    controller.abort(new Error("taken back"));
    await expect(aborted).rejects.toThrow("taken back");
    const closed = world.connection.close();
    await expect(refused).rejects.toMatchObject({ reason: "closed" });
    expect(world.connection.offer("c1", control)).toMatchObject({ reason: "closed" });
    world.readAll();
    expect(world.received).toEqual(["b1"]);
    expect(await closed).toMatchObject({ code: 1000 });
    world.audit();
  });

  test("what is left in a lane when the client goes is counted", () => {
    const world = new LabelWorld();
    world.connection.offer("b1", bulk);
    world.connection.offer("c1", control);
    world.transport.disconnect();
    world.actor.disconnected();
    expect(world.connection.stats().dropped.closed.messages).toBe(2);
    world.audit();
  });

  test.each<[object, string]>([
    [{ control: { maxMessages: 0 } }, "maxMessages"],
    [{ bulk: { overflow: "drop" } }, "overflow"],
    [{ bulk: { throttleAt: 0.5 } }, "throttleAt"],
    [{ urgent: {} }, "urgent"],
    [{ bulk: 7 }, "bulk"],
  ])("limits of lanes that are none, %j, are refused by name: %s", (options, name) => {
    expect(() => lanesOf(options)).toThrow(ConfigurationError);
    expect(() => lanesOf(options)).toThrow(name);
  });
});

const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("control", "middle", "bulk") },
    { weight: 3, arbitrary: fc.constant("read") },
  ),
  { maxLength: 120, size: "max" },
);

test("R44 · lanes are each in order, and no control message is at its client behind one that was offered after it", () => {
  fc.assert(
    fc.property(acts, (story) => {
      const world = new LabelWorld();
      const at = new Map<string, number>();
      for (const [index, act] of story.entries()) {
        if (act === "read") world.read(1);
        else {
          const text = `${act} ${index}`;
          at.set(text, index);
          if (act === "middle") world.connection.offer(text);
          else world.connection.offer(text, { lane: act as "control" | "bulk" });
        }
      }
      world.readAll();
      const order = world.received.map((text) => at.get(text) as number);
      expect(order.length).toBe(at.size);
      for (const lane of ["control", "middle", "bulk"]) {
        const own = world.received.filter((text) => text.startsWith(lane));
        expect(own).toEqual([...own].sort((a, b) => (at.get(a) ?? 0) - (at.get(b) ?? 0)));
      }
      for (const [place, text] of world.received.entries()) {
        if (!text.startsWith("control")) continue;
        expect(Math.max(-1, ...order.slice(0, place))).toBeLessThan(at.get(text) as number);
      }
      world.audit();
      expect(world.transport.violations).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
