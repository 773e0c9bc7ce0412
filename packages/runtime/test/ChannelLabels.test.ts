/** What messages of channels mean: said with each, or by the name of the channel. */
import { ConfigurationError, Label } from "@sluice/core";
import { Frame, type Message } from "@sluice/runtime/adapter";
import { describe, expect, test } from "vitest";
import { ChannelLabels } from "../src/channels/ChannelLabels.js";
import { behind, ChannelWorld } from "./ChannelWorld.js";

/** What the client has after the message that it did not read. */
function readAll(world: ChannelWorld): ReadonlyArray<string> {
  for (let left = 9; left > 0; left--) world.read(10_000);
  return world.received.filter((text) => text !== "first");
}

describe("a message that is published with a label", () => {
  test("takes the place of the older one of its key at who is behind", () => {
    const world = behind({ maxMessages: 2 });
    const prices = ["a1", "a2", "a3"];
    const label = new Label({ key: "eur" });
    for (const text of prices) world.publisher.publish("prices.a", text, label);
    for (const text of prices) world.publisher.publish("news", text, { key: "eur" });
    expect(world.connection.stats().dropped.conflated.messages).toBe(4);
    expect([...readAll(world)].sort()).toEqual(["a3", "a3"]);
  });

  test("keeps its label when who read with the others falls behind in the same turn", () => {
    const world = new ChannelWorld({ maxMessages: 9 }, {}, 0);
    world.connection.offer(Frame.text("first"));
    world.flusher.settle();
    world.publisher.broadcast("b1", { key: "b", lane: "control" });
    world.publisher.broadcast("b2", { key: "b", lane: "control" });
    expect(world.connection.stats()).toMatchObject({
      keys: 1,
      lanes: { control: { messages: 1 } },
    });
    expect(readAll(world)).toEqual(["b2"]);
  });

  test("says what is wrong with it, and nothing goes out", () => {
    const world = behind({ maxMessages: 2 });
    const publish = (options: object) => () => world.publisher.publish("news", "x", options);
    expect(publish({ key: 5 })).toThrow(ConfigurationError);
    expect(publish({ kee: "a" })).toThrow(/kee is not an option of a message for many/);
    expect(publish({ key: "a", label: { key: "b" } })).toThrow(/key is said beside a label/);
    expect(publish([])).toThrow(TypeError);
    expect(readAll(world)).toEqual([]);
  });
});

describe("labels by channel", () => {
  const message = Frame.text("x");

  test("are of the first name or pattern that has the channel", () => {
    const labels = new ChannelLabels({ "prices.*": { key: "p" }, "**": { lane: "bulk" } });
    expect(labels.of("prices.a", message)?.key).toBe("p");
    expect(labels.of("news", message)?.lane).toBe("bulk");
    expect(new ChannelLabels().of("news", message)).toBeUndefined();
  });

  test("may be made of what a message says", () => {
    const labels = new ChannelLabels({
      news: (channel, { byteLength }) => ({ key: `${channel} ${byteLength}` }),
    });
    expect(labels.of("news", message)?.key).toBe("news 1");
  });

  test("may be one that is shared, or none", () => {
    const shared = new Label<Message>({ key: "k" });
    const labels = new ChannelLabels({
      "a.*": shared,
      "b.*": () => shared,
      "c.*": () => null,
    });
    expect(["a.x", "b.x", "c.x"].map((channel) => labels.of(channel, message))).toEqual([
      shared,
      shared,
      undefined,
    ]);
  });

  test("that are wrong are named with the pattern", () => {
    expect(() => new ChannelLabels({ "a.*": { ttlMillis: 0 } })).toThrow(
      /channels\.labels\["a\.\*"\]\.ttlMillis \(0\)/,
    );
  });

  test("that cannot be made are told, and the message goes without", () => {
    const told: Array<string> = [];
    const fails = () => {
      throw new Error("no");
    };
    const labels = new ChannelLabels({ news: fails, other: () => ({ key: "" }) }, (_, __, what) =>
      told.push(what),
    );
    expect(labels.of("news", message)).toBeUndefined();
    expect(labels.of("other", message)).toBeUndefined();
    expect(told).toEqual([
      "the label of a message on news failed",
      "the label of a message on other failed",
    ]);
  });

  test.each<[object]>([[{ "prices..": {} }], [{ news: 5 }], [{ news: { key: "" } }]])(
    "that are none, %j, are refused",
    (labels) => {
      expect(() => new ChannelLabels(labels as never)).toThrow(ConfigurationError);
    },
  );
});
