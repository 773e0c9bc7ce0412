import { describe, expect, test } from "vitest";
import { overflowRules, overflowStrategies } from "../src/index.js";
import { fill, testOutbox } from "./TestOutbox.js";

const four = { maxMessages: 4, maxDelayMillis: 0, pauseDurationMillis: 0 } as const;

test("each strategy has a rule, and no rule both takes and refuses", () => {
  expect(Object.keys(overflowRules).sort()).toEqual([...overflowStrategies].sort());
  for (const { evicts, accepts, waits, disconnects } of Object.values(overflowRules)) {
    expect(accepts).toBe(evicts !== "nothing");
    expect([accepts, waits, disconnects].filter(Boolean).length).toBeLessThanOrEqual(1);
  }
});

test.each(overflowStrategies)("%s: what the rule says is what the outbox does", (overflow) => {
  const { offer, send, outbox } = testOutbox({ ...four, overflow });
  const { evicts, accepts, waits, disconnects } = overflowRules[overflow];
  offer(...fill(4));
  expect(send("s") !== undefined).toBe(waits);
  const { dropped, enqueued, state } = outbox.stats();
  const left = dropped.evicted.messages + dropped.cleared.messages;
  expect(left).toBe({ nothing: 0, oldest: 1, all: 4 }[evicts]);
  expect(enqueued.messages).toBe(accepts ? 5 : 4);
  expect(state === "closed").toBe(disconnects);
});

describe("drop-oldest", () => {
  test("evicts from the head and takes the new message", () => {
    const { offer, drain, audit, outbox } = testOutbox({ ...four, overflow: "drop-oldest" });
    offer("a", "b", "c", "d");
    expect(offer("e", "f")).toEqual(["Accepted evicting 1", "Accepted evicting 1"]);
    expect(outbox.stats().dropped.evicted).toEqual({ messages: 2, bytes: 2 });
    audit();
    expect(drain()).toEqual(["c", "d", "e", "f"]);
  });

  test("evicts as many as the bytes of the new message need, and no more", () => {
    const { offer, drain, audit } = testOutbox({ maxMessages: 9, maxBytes: 10 });
    offer("aaa", "bbb", "ccc");
    expect(offer("dddd")).toEqual(["Accepted evicting 1"]);
    expect(offer("eeeeee")).toEqual(["Accepted evicting 2"]);
    audit();
    expect(drain()).toEqual(["dddd", "eeeeee"]);
  });

  test("applies to a send whose delay is over", () => {
    const { offer, send, pass, told, drain } = testOutbox({ maxMessages: 2 });
    offer("a", "b");
    expect(send("c")).toBeDefined();
    pass(499);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual(["c: Accepted evicting 1"]);
    expect(drain()).toEqual(["b", "c"]);
  });
});

describe("drop-newest", () => {
  test("rejects the new message and leaves the others as they were", () => {
    const { offer, drain, audit, outbox } = testOutbox({ ...four, overflow: "drop-newest" });
    offer(...fill(4));
    expect(offer("x", "y")).toEqual(["full", "full"]);
    expect(outbox.stats().rejected.full).toEqual({ messages: 2, bytes: 2 });
    audit();
    expect(drain()).toEqual(fill(4));
  });

  test("takes a small message where a large one found no room", () => {
    const { offer } = testOutbox({ maxMessages: 9, maxBytes: 4, overflow: "drop-newest" });
    expect(offer("aaa", "bb", "c")).toEqual(["Accepted", "full", "Accepted"]);
  });
});

describe("drop-all", () => {
  test("clears the outbox, counts each message once, and takes the new one", () => {
    const { offer, drain, audit, outbox } = testOutbox({ ...four, overflow: "drop-all" });
    offer("a", "bb", "ccc", "d");
    expect(offer("ee")).toEqual(["Accepted evicting 4"]);
    expect(outbox.stats().dropped.cleared).toEqual({ messages: 4, bytes: 7 });
    audit();
    expect(drain()).toEqual(["ee"]);
  });

  test("falls back to the state of what is left", () => {
    const { offer, outbox } = testOutbox({ ...four, overflow: "drop-all" });
    offer(...fill(4));
    expect(outbox.state).toBe("paused");
    offer("x");
    expect(outbox.state).toBe("normal");
  });

  test("lets waiting senders in when it has emptied the outbox", () => {
    const { offer, send, told, drain } = testOutbox({ maxMessages: 4, overflow: "drop-all" });
    offer(...fill(4));
    send("s");
    send("t");
    expect(told).toEqual([]);
    offer("x");
    expect(told).toEqual(["s: Accepted", "t: Accepted"]);
    expect(drain()).toEqual(["x", "s", "t"]);
  });
});

describe("disconnect", () => {
  const options = { ...four, overflow: "disconnect" } as const;

  test("closes as a slow consumer and counts what was lost", () => {
    const { offer, outbox, audit, steps } = testOutbox(options);
    offer(...fill(4));
    expect(offer("x", "y")).toEqual(["slow-consumer", "closed"]);
    const stats = outbox.stats();
    expect(stats.state).toBe("closed");
    expect(stats.dropped.closed).toEqual({ messages: 4, bytes: 4 });
    expect(stats.rejected["slow-consumer"].messages).toBe(1);
    expect(stats.buffered.messages).toBe(0);
    expect(steps.slice(-2)).toEqual(["overflow", "evict"]);
    audit();
  });

  test("settles the senders that wait, each once", () => {
    const { offer, send, told, outbox, audit } = testOutbox({
      maxMessages: 4,
      overflow: "disconnect",
    });
    offer(...fill(4));
    send("s");
    send("t");
    offer("x");
    expect(told).toEqual(["s: closed", "t: closed"]);
    expect(outbox.waiting).toBe(0);
    audit();
  });

  test("a send that finds no room after its delay closes, and those behind it are refused", () => {
    const { offer, send, told, pass, outbox } = testOutbox({
      maxMessages: 4,
      overflow: "disconnect",
    });
    offer(...fill(4));
    send("s");
    send("t");
    pass(500);
    expect([...told].sort()).toEqual(["s: slow-consumer", "t: closed"]);
    expect(outbox.state).toBe("closed");
  });
});

test("disconnect: the sender that overflowed is told before those behind it", () => {
  const { offer, send, told, pass } = testOutbox({ maxMessages: 4, overflow: "disconnect" });
  offer(...fill(4));
  send("s");
  send("t");
  pass(500);
  expect(told).toEqual(["s: slow-consumer", "t: closed"]);
});

describe("block", () => {
  test("an offer is rejected, nothing is dropped", () => {
    const { offer, drain, outbox, audit } = testOutbox({ ...four, overflow: "block" });
    offer(...fill(4));
    expect(offer("x")).toEqual(["full"]);
    audit();
    expect(outbox.stats().dropped.evicted.messages).toBe(0);
    expect(drain()).toEqual(fill(4));
  });
});

describe.each(overflowStrategies)("%s", (overflow) => {
  test("a message larger than the outbox is refused, and nothing is evicted for it", () => {
    const { offer, send, told, drain, outbox, audit, steps } = testOutbox({
      maxMessages: 9,
      maxBytes: 4,
      overflow,
    });
    offer("a", "b");
    expect(offer("12345")).toEqual(["too-large"]);
    expect(send("123456")).toBeUndefined();
    expect(told).toEqual(["123456: too-large"]);
    const { rejected, dropped } = outbox.stats();
    expect(rejected["too-large"]).toEqual({ messages: 2, bytes: 11 });
    expect(dropped.evicted.messages + dropped.cleared.messages).toBe(0);
    expect(steps).toEqual([]);
    audit();
    expect(drain()).toEqual(["a", "b"]);
  });

  test("a message exactly as large as the outbox is taken when that is empty", () => {
    const { offer } = testOutbox({ maxBytes: 4, overflow });
    expect(offer("1234")).toEqual(["Accepted"]);
  });

  test("empty messages have no bytes, and still take a place", () => {
    const { offer, outbox, audit } = testOutbox({ maxMessages: 4, maxBytes: 1, overflow });
    expect(offer("", "", "", "")).toEqual(["Accepted", "Accepted", "Accepted", "Accepted"]);
    expect([outbox.length, outbox.bytes, outbox.fill]).toEqual([4, 0, 1]);
    expect(offer("")).not.toEqual(["Accepted"]);
    audit();
  });

  test("text counts by its encoded bytes, not by its characters", () => {
    const { offer, outbox, audit } = testOutbox({ maxBytes: 10, maxMessages: 9, overflow });
    expect(offer("žluť", "€")).toEqual(["Accepted", "Accepted"]);
    expect([outbox.length, outbox.bytes, outbox.fill]).toEqual([2, 9, 0.9]);
    expect(offer("é")).not.toEqual(["Accepted"]);
    audit();
  });

  test("losing for want of room is an overflow for the chart; the state falls to the fill again", () => {
    const { offer, outbox, steps, drain } = testOutbox({ ...four, overflow });
    offer(...fill(4));
    offer("x");
    expect(steps).toContain("overflow");
    if (!outbox.isOpen) return;
    drain();
    expect(outbox.state).toBe("normal");
  });
});
