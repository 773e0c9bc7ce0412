/** What senders that wait, functions of their owner's and times that do not add up make of labels. */
import { configuration, imbalance, Label, Outbox, TopicGaps } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { outcome } from "./TestOutbox.js";

const balanced = { messages: 0, bytes: 0 };

function world(options = {}, failed?: (error: unknown) => void) {
  const clock = { millis: 0 };
  const gaps = new TopicGaps();
  const outbox = new Outbox<string>({
    configuration: configuration(options),
    sizeOf: (text) => text.length,
    now: () => clock.millis,
    gaps,
    failed,
  });
  const told: Array<string> = [];
  const send = (text: string, label: Label<string>) =>
    outbox.send(text, (result) => void told.push(`${text} ${outcome(result)}`), undefined, label);
  const offer = (text: string, label?: Label<string>) => outbox.offer(text, undefined, label);
  const drain = () => {
    const all: Array<string> = [];
    for (let next = outbox.take(); next !== undefined; next = outbox.take()) all.push(next);
    return all;
  };
  const audit = () => {
    expect(imbalance(outbox.stats())).toEqual(balanced);
    if (outbox.length === 0) expect(outbox.bytes).toBe(0);
  };
  return { outbox, gaps, clock, told, send, offer, drain, audit };
}

const key = new Label<string>({ key: "k" });
const sum = new Label<string>({ key: "k", merge: (older, newer) => `${older}+${newer}` });

describe("a keyed sender", () => {
  test("need not wait while one of its key does: it takes the place of that", () => {
    const { offer, send, told, drain, outbox } = world({ maxMessages: 1, overflow: "block" });
    offer("v1", key);
    send("v2", key);
    expect(outbox.waiting).toBe(0);
    expect(told).toEqual(["v2 Accepted"]);
    expect(drain()).toEqual(["v2"]);
  });

  test("that waited for its delay yields to the newer, and both are merged in their order", () => {
    const delayed = { maxMessages: 9, minDelayMillis: 50, maxDelayMillis: 50 };
    for (const [label, expected] of [
      [key, "v2"],
      [sum, "v1+v2"],
    ] as const) {
      const { offer, send, told, drain, outbox, clock, audit } = world(delayed);
      send("v1", label);
      offer("v2", label);
      clock.millis = 60;
      outbox.advance();
      expect(told).toEqual(["v1 Accepted"]);
      expect(drain()).toEqual([expected]);
      expect(outbox.stats().dropped.conflated.messages).toBe(1);
      audit();
    }
  });

  test("whose merge fails is told of, and counted once", () => {
    const errors: Array<unknown> = [];
    const merge = () => {
      throw new Error("no");
    };
    const delayed = { minDelayMillis: 50, maxDelayMillis: 50 };
    const { offer, send, drain, outbox, clock, audit } = world(delayed, (error) =>
      errors.push(error),
    );
    const label = new Label<string>({ key: "k", merge });
    send("v1", label);
    offer("v2", label);
    clock.millis = 60;
    outbox.advance();
    expect(drain()).toEqual(["v2"]);
    expect(errors).toMatchObject([new Error("no")]);
    audit();
  });

  test("has a lifetime from when it came", () => {
    const { offer, send, told, clock, outbox, drain, audit } = world({
      maxMessages: 1,
      overflow: "block",
    });
    offer("x");
    send("y", new Label({ ttlMillis: 100 }));
    clock.millis = 200;
    expect(outbox.take()).toBe("x");
    expect(told).toEqual(["y Accepted"]);
    expect(drain()).toEqual([]);
    expect(outbox.stats().dropped.expired.messages).toBe(1);
    audit();
  });

  test("does not time out for a message that has expired", () => {
    const block = { maxMessages: 1, overflow: "block", blockTimeoutMillis: 500 } as const;
    const { offer, send, told, clock, outbox } = world(block);
    offer("x", new Label({ ttlMillis: 100 }));
    send("y", new Label({ topic: "t" }));
    expect(outbox.millisToDeadline()).toBe(100);
    clock.millis = 600;
    outbox.advance();
    expect(told).toEqual(["y Accepted"]);
  });

  test("that is too large is told of as missing", () => {
    const { send, gaps } = world({ maxBytes: 3 });
    send("large", new Label({ topic: "t" }));
    expect(gaps.rest()).toMatchObject({ count: 1, reasons: { "too-large": 1 } });
  });
});

describe("a merge that changes its outbox", () => {
  test.each<[string, (outbox: Outbox<string>) => void, ReadonlyArray<string>]>([
    ["takes the older one out", (outbox) => void outbox.take(), ["v2"]],
    ["offers another of its key", (outbox) => void outbox.offer("mine", undefined, key), ["v2"]],
    [
      "fills it",
      (outbox) => void ["a", "b", "c"].map((text) => outbox.offer(text)),
      ["b", "c", "v2"],
    ],
    ["closes it", (outbox) => outbox.signal(7), []],
  ])("%s: no bytes are left over, and nothing is counted twice", (_, act, left) => {
    const { offer, drain, outbox, audit } = world({ maxMessages: 3 });
    const label = new Label<string>({
      key: "k",
      merge: (_, newer) => {
        act(outbox);
        return newer;
      },
    });
    offer("v1", label);
    offer("v2", label);
    if (left.length > 0) expect(drain()).toEqual(left);
    else drain();
    audit();
  });
});

test("what is being written stays: it is not evicted for another, and does not expire", () => {
  const { offer, outbox, clock, audit } = world({ maxMessages: 1 });
  offer("x", new Label({ ttlMillis: 10 }));
  outbox.writing(1);
  clock.millis = 20;
  outbox.expire();
  expect(offer("y")).toMatchObject({ reason: "full" });
  outbox.writing(0);
  outbox.delivered();
  expect(outbox.stats().delivered.messages).toBe(1);
  audit();
});

test("a key that changes its topic has a position in each", () => {
  const { offer, outbox, gaps } = world({ maxMessages: 1, overflow: "drop-newest" });
  offer("v1", new Label({ key: "k", topic: "a" }));
  offer("v2", new Label({ key: "k", topic: "b" }));
  offer("x", new Label({ topic: "b" }));
  outbox.take();
  expect(gaps.rest()).toMatchObject({ topic: "b", first: 2, last: 2 });
});

test("a life whose end is rounded can be written down and read back", () => {
  const { outbox, offer, clock } = world();
  const options = {
    configuration: outbox.configuration,
    sizeOf: (text: string) => text.length,
    now: () => 0,
  };
  for (let round = 0; round < 300; round++) {
    clock.millis += Math.PI / 7;
    offer("x", new Label({ key: "k", ttlMillis: 10 / 3 }));
    const saved = JSON.parse(JSON.stringify(outbox.snapshot()));
    expect(Outbox.restore<string>(options, saved, () => {}).outbox.length).toBe(1);
  }
});

test("a hundred thousand lives end in the time of one look at each", () => {
  const { outbox, offer, clock } = world({ maxMessages: 100_000, maxBytes: 2 ** 30 });
  for (let count = 0; count < 100_000; count++) {
    clock.millis = count / 100;
    offer("x", new Label({ ttlMillis: 1 + (count % 7) * 100 }));
  }
  clock.millis = 5_000;
  outbox.expire();
  expect([outbox.length, outbox.stats().dropped.expired.messages]).toEqual([0, 100_000]);
});
