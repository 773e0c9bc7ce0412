import { inspect } from "node:util";
import { ConfigurationError } from "@sluice/core";
import { describe, expect, test } from "vitest";
import {
  type ConfigurationOptions,
  configuration,
  FlowControlledSender,
  imbalance,
} from "../src/index.js";
import { ManualClock } from "./ManualClock.js";
import { outcome } from "./TestOutbox.js";

function testSender<T = string>(options: ConfigurationOptions, sizeOf?: (message: T) => number) {
  const clock = new ManualClock();
  const sender = new FlowControlledSender<T>({
    configuration: configuration(options),
    timer: clock,
    ...(sizeOf && { sizeOf }),
  });
  const told: Array<string> = [];
  const send = (message: T) => {
    void sender.send(message).then((result) => void told.push(`${message}: ${outcome(result)}`));
  };
  /** Lets promises that have been resolved be heard. */
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const pass = async (millis: number) => {
    clock.advance(millis);
    await settle();
  };
  return { sender, clock, told, send, pass, settle };
}

const ten = { maxMessages: 10, maxDelayMillis: 100, hysteresis: 0 } as const;

test("what is sent is drained in order, as many as asked for", async () => {
  const { sender } = testSender(ten);
  for (const message of ["a", "b", "c"]) {
    expect(await sender.send(message)).toEqual({ _tag: "Accepted", evicted: 0 });
  }
  expect(sender.bufferSize).toBe(3);
  expect(sender.drain(2)).toEqual(["a", "b"]);
  expect(sender.drain(0)).toEqual([]);
  expect(sender.drain(10)).toEqual(["c"]);
  expect(sender.bufferSize).toBe(0);
});

test("it takes messages of any type, undefined among them", async () => {
  const { sender } = testSender<{ readonly id: number } | undefined>(ten);
  await sender.send({ id: 1 });
  await sender.send(undefined);
  expect(sender.drain(5)).toEqual([{ id: 1 }, undefined]);
});

test("a send waits for the delay of the fill, on the timer that was given", async () => {
  const { sender, clock, told, send, pass, settle } = testSender(ten);
  for (let index = 0; index < 8; index++) await sender.send(`${index}`);
  send("s");
  await settle();
  expect(clock.pending).toBe(1);
  await pass(49);
  expect(told).toEqual([]);
  await pass(1);
  expect(told).toEqual(["s: Accepted"]);
  expect(clock.pending).toBe(0);
});

test("what changes nothing for those who wait leaves the timer alone", async () => {
  const clock = new ManualClock();
  let armed = 0;
  const sender = new FlowControlledSender<string>({
    configuration: configuration({ ...ten, maxBytes: 100 }),
    sizeOf: (message) => message.length,
    timer: {
      now: clock.now,
      after: (millis, wake) => {
        armed++;
        return clock.after(millis, wake);
      },
    },
  });
  for (let index = 0; index < 8; index++) await sender.send(`${index}`);
  void sender.send("s");
  expect(armed).toBe(1);
  expect(sender.drain(0)).toEqual([]);
  expect(await sender.send("x".repeat(101))).toMatchObject({ reason: "too-large" });
  expect(armed).toBe(1);
});

test("draining lets the senders in that waited, and stops their timer", async () => {
  const { sender, clock, told, send, settle } = testSender(ten);
  for (let index = 0; index < 9; index++) sender.send(`${index}`).catch(() => {});
  await settle();
  send("s");
  await settle();
  expect(told).toEqual([]);
  sender.drain(8);
  await settle();
  expect(told).toEqual(["s: Accepted"]);
  expect(clock.pending).toBe(0);
});

describe("block", () => {
  const options = {
    maxMessages: 1,
    overflow: "block",
    blockTimeoutMillis: 100,
    maxDelayMillis: 0,
    pauseDurationMillis: 0,
  } as const;

  test("senders go in first come first served", async () => {
    const { sender, told, send, settle } = testSender(options);
    for (const message of ["a", "b", "c"]) send(message);
    await settle();
    expect(told).toEqual(["a: Accepted"]);
    expect([sender.drain(1), sender.drain(1), sender.drain(1)]).toEqual([["a"], ["b"], ["c"]]);
    await settle();
    expect(told).toEqual(["a: Accepted", "b: Accepted", "c: Accepted"]);
  });

  test("each gives up at its own deadline, with one timer for all", async () => {
    const { sender, clock, told, send, pass } = testSender(options);
    send("a");
    send("s");
    await pass(30);
    send("t");
    expect(clock.pending).toBe(1);
    await pass(69);
    expect(told).toEqual(["a: Accepted"]);
    await pass(1);
    expect(told).toEqual(["a: Accepted", "s: timeout"]);
    await pass(29);
    expect(told).toHaveLength(2);
    await pass(1);
    expect(told).toEqual(["a: Accepted", "s: timeout", "t: timeout"]);
    expect(clock.pending).toBe(0);
    expect(sender.drain(5)).toEqual(["a"]);
  });

  test("a drain hands out what was let in by it, up to the count", async () => {
    const { sender, send } = testSender(options);
    for (const message of ["a", "b", "c"]) send(message);
    expect(sender.drain(2)).toEqual(["a", "b"]);
    expect(sender.bufferSize).toBe(1);
  });
});

test("R18 · a timer that wakes early is set again, and no sender goes early or is forgotten", async () => {
  const clock = new ManualClock();
  const early = 10;
  const sender = new FlowControlledSender<string>({
    configuration: configuration(ten),
    timer: {
      now: clock.now,
      after: (millis, wake) => clock.after(Math.max(1, millis - early), wake),
    },
  });
  for (let index = 0; index < 8; index++) await sender.send(`${index}`);
  const told: Array<number> = [];
  void sender.send("s").then(() => void told.push(clock.millis));
  for (let millis = 0; millis < 60; millis++) {
    clock.advance(1);
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(told).toEqual([50]);
});

test("sizes bound the buffer when they are given", async () => {
  const { sender } = testSender<string>({ ...ten, maxBytes: 5 }, (text) => Buffer.byteLength(text));
  expect(await sender.send("123456")).toEqual({ _tag: "Rejected", reason: "too-large" });
  await sender.send("123");
  expect(sender.stats.buffered).toEqual({ messages: 1, bytes: 3 });
});

test("without sizes messages have none, and the count alone bounds the buffer", async () => {
  const { sender } = testSender({ ...ten, maxDelayMillis: 0, pauseDurationMillis: 0, maxBytes: 1 });
  for (let index = 0; index < 12; index++) await sender.send(`${index}`);
  expect(sender.stats).toMatchObject({
    buffered: { messages: 10, bytes: 0 },
    dropped: { evicted: { messages: 2, bytes: 0 } },
  });
  expect(imbalance(sender.stats)).toEqual({ messages: 0, bytes: 0 });
});

test("a size that is none rejects the promise, and counts nothing", async () => {
  const { sender } = testSender<string>(ten, () => Number.NaN);
  await expect(sender.send("a")).rejects.toThrow(RangeError);
  expect(sender.stats.offered.messages).toBe(0);
});

test("it is healthy while fewer than 10 % were lost", async () => {
  const { sender } = testSender({ ...ten, maxDelayMillis: 0, pauseDurationMillis: 0 });
  expect(sender.isHealthy).toBe(true);
  for (let index = 0; index < 10; index++) await sender.send("x");
  expect(sender.isHealthy).toBe(true);
  await sender.send("x");
  expect(sender.isHealthy).toBe(true);
  await sender.send("x");
  expect(sender.isHealthy).toBe(false);
});

describe("what a sender is made of and asked", () => {
  const timer = { now: (): number => 0, after: () => () => {} };

  test.each([
    ["no options", undefined],
    ["a promise", Promise.resolve({ timer })],
    ["a configuration that is none", { timer, configuration: { maxMessages: 0 } }],
    ["no timer", { configuration: {} }],
    ["half a timer", { configuration: {}, timer: { now: (): number => 0 } }],
    ["a size that is no function", { configuration: {}, timer, sizeOf: 5 }],
    ["an option that there is not", { configuration: {}, timer, size: 5 }],
  ])("%s is refused", (_, options) => {
    expect(() => new FlowControlledSender(options as never)).toThrow(ConfigurationError);
  });

  test("it drains a number of messages, or all", async () => {
    const sender = new FlowControlledSender<string>({ configuration: {}, timer });
    await sender.send("a");
    for (const count of [Number.NaN, -1, "1", undefined] as Array<number>) {
      expect(() => sender.drain(count)).toThrow(RangeError);
    }
    expect(inspect(sender)).toMatch(
      /^FlowControlledSender \{\s+state: 'normal',\s+health: 'healthy'/,
    );
    expect(JSON.parse(JSON.stringify(sender))).toEqual(sender.stats);
    expect(sender.drain(Number.POSITIVE_INFINITY)).toEqual(["a"]);
  });
});
