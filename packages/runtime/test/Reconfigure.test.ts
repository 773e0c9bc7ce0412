/** Limits of connections and channels that change while they run. */
import { ConfigurationError } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { behind, ChannelWorld } from "./ChannelWorld.js";
import { LabelWorld } from "./LabelWorld.js";

describe("a connection whose options change", () => {
  test("goes by the new ones, and keeps what it holds", () => {
    const { connection, ...world } = new LabelWorld({ configuration: { maxMessages: 10 } });
    for (let count = 0; count < 6; count++) connection.offer(`${count}`);
    connection.reconfigure({ maxMessages: 2, overflow: "drop-newest" });
    expect(connection.configuration).toMatchObject({ maxMessages: 2, overflow: "drop-newest" });
    expect(connection.stats()).toMatchObject({ fill: 1, buffered: { messages: 6 } });
    expect(connection.offer("x")).toMatchObject({ reason: "full" });
    expect(world.failures).toEqual([]);
  });

  test("keeps the others, and refuses what is not valid with all of them", () => {
    const { connection } = new LabelWorld({ configuration: { pauseAt: 0.8 } });
    connection.reconfigure({ maxMessages: 7, maxBytes: undefined });
    const before = connection.configuration;
    for (const wrong of [{ throttleAt: 0.85 }, { maxMessages: 0 }, { maxMesages: 5 }, [], null]) {
      expect(() => connection.reconfigure(wrong as object)).toThrow(ConfigurationError);
    }
    expect(connection.configuration).toBe(before);
    expect(before).toMatchObject({ maxMessages: 7, pauseAt: 0.8, maxBytes: 1_048_576 });
  });

  test("takes what it reads with others into its outbox before, and a connection without an actor has them later", () => {
    const world = new ChannelWorld({}, {}, 0);
    expect(world.member.awake).toBeUndefined();
    world.connection.reconfigure({ maxMessages: 1, overflow: "drop-newest" });
    expect(world.member.awake).toBeUndefined();
    // The first goes to its socket, to make room for the second.
    for (const text of ["1", "2", "3"]) world.publish("news", text);
    expect(world.connection.stats().rejected.full.messages).toBe(1);
  });

  test("is cut off by a rung that is on now, and by none that is off", () => {
    const options = { evictAgeMillis: 2_000, evictGraceMillis: 5_000 };
    const world = new LabelWorld({ configuration: options });
    world.connection.offer("x");
    const pass = (seconds: number) => {
      for (let left = seconds; left > 0; left--) {
        world.clock.advance(1_000);
        world.connection.assess();
        world.clock.advance(0);
        world.flusher.settle();
      }
    };
    pass(4);
    world.connection.reconfigure({ evictAgeMillis: null });
    pass(20);
    expect(world.connection.state).not.toBe("closed");
    world.connection.reconfigure({ evictAgeMillis: 3_000, evictGraceMillis: 0 });
    pass(5);
    expect(world.connection.state).toBe("closed");
  });
});

describe("a channel whose limits change", () => {
  test("has the new ones for what comes, and keeps what waits", () => {
    const world = behind({ maxMessages: 5 });
    for (const price of [1, 2, 3]) world.publish("prices.a", `a${price}`);
    world.publisher.limit("prices.*", { maxMessages: 1, overflow: "drop-newest" });
    expect(world.connection.stats().buffered.messages).toBe(3);
    expect(world.publish("prices.a", "a4")).toMatchObject({ reasons: { full: 1 } });
    expect(world.publish("prices.b", "b1")).toMatchObject({ accepted: 1 });
    world.publisher.limit("prices.*", { maxMessages: 9 });
    expect(world.publish("prices.a", "a5")).toMatchObject({ accepted: 1 });
  });

  test.each([
    ["prices.*", { maxMessages: 0 }],
    ["prices.*", { overflow: "block" }],
    ["prices.*", 7],
    ["news", { maxMessages: 1 }],
  ])("is refused what is not valid: %s %j", (pattern, limit) => {
    const world = behind({ maxMessages: 5 });
    expect(() => world.publisher.limit(pattern, limit as object)).toThrow(ConfigurationError);
  });
});
