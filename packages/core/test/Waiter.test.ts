import { describe, expect, test } from "vitest";
import type { Waiter } from "../src/index.js";
import { fill, testOutbox } from "./TestOutbox.js";

/** Room for ten; throttled from 7 on and paused from 9 on, with a delay of up to 100 ms. */
const ten = { maxMessages: 10, maxDelayMillis: 100, hysteresis: 0 } as const;

describe("a delayed sender", () => {
  test("goes at once while the state is normal", () => {
    const { offer, send, told, outbox } = testOutbox(ten);
    offer(...fill(6));
    expect(send("s")).toBeUndefined();
    expect(told).toEqual(["s: Accepted"]);
    expect(outbox.waiting).toBe(0);
  });

  test("waits for the delay of its fill, to the millisecond", () => {
    const { offer, send, told, pass, outbox } = testOutbox(ten);
    offer(...fill(8));
    expect(outbox.delayMillis).toBe(50);
    expect(send("s")).toBeDefined();
    expect(outbox.millisToDeadline()).toBe(50);
    pass(49.999);
    expect(told).toEqual([]);
    pass(0.001);
    expect(told).toEqual(["s: Accepted"]);
  });

  test("goes as soon as the state has fallen below the one that it met", () => {
    const { offer, send, told, drain } = testOutbox(ten);
    offer(...fill(9));
    send("s");
    drain(1);
    expect(told).toEqual(["s: Accepted"]);
  });

  test("stays while the state falls only to the one that it met", () => {
    const { offer, send, told, drain, outbox } = testOutbox(ten);
    offer(...fill(8));
    send("s");
    offer("x");
    expect(outbox.state).toBe("paused");
    drain(1);
    expect(outbox.state).toBe("throttled");
    expect(told).toEqual([]);
    drain(2);
    expect(told).toEqual(["s: Accepted"]);
  });

  test("is let in before senders that came later, and no later than they", () => {
    const { offer, send, told, drain, outbox } = testOutbox({ ...ten, hysteresis: 0.7 });
    offer(...fill(9));
    send("first");
    drain(2);
    expect([outbox.state, outbox.delayMillis, told]).toEqual(["paused", 0, []]);
    send("second");
    expect(told).toEqual(["first: Accepted", "second: Accepted"]);
  });

  test("goes when its own delay has passed, and not with one that came before it", () => {
    const { offer, send, told, pass } = testOutbox({ ...ten, minDelayMillis: 10 });
    offer(...fill(7));
    send("s");
    pass(5);
    send("t");
    pass(5);
    expect(told).toEqual(["s: Accepted"]);
    pass(5);
    expect(told).toEqual(["s: Accepted", "t: Accepted"]);
  });

  test("stays when one that is let in before it lifts the state to the one that both met", () => {
    const { offer, send, told, drain, outbox } = testOutbox(ten);
    offer(...fill(9));
    send("s");
    send("t");
    drain(1);
    expect(told).toEqual(["s: Accepted"]);
    expect([outbox.state, outbox.waiting]).toEqual(["paused", 1]);
  });

  test("whose message empties the outbox takes those with it that met a higher state", () => {
    const { offer, send, told, pass } = testOutbox({ ...ten, overflow: "drop-all" });
    offer(...fill(10));
    send("s");
    pass(10);
    send("t");
    pass(90);
    expect(told).toEqual(["s: Accepted evicting 10", "t: Accepted"]);
  });

  test.each(["goes", "is taken back"])("that %s leaves its place to offers", (end) => {
    const { offer, send, drain, pass, steps, outbox } = testOutbox({
      ...ten,
      overflow: "drop-newest",
    });
    offer(...fill(8));
    const waiter = send("s") as Waiter<string>;
    if (end === "goes") pass(50);
    else outbox.cancel(waiter);
    drain();
    expect(offer("o")).toEqual(["Accepted"]);
    expect(steps).not.toContain("overflow");
  });

  test("is overtaken by an offer", () => {
    const { offer, send, drain, pass } = testOutbox(ten);
    offer(...fill(8));
    send("s");
    expect(offer("o")).toEqual(["Accepted"]);
    pass(1_000);
    expect(drain().slice(-2)).toEqual(["o", "s"]);
  });

  test("waits its least delay even when the outbox is empty", () => {
    const { send, told, pass } = testOutbox({ ...ten, minDelayMillis: 5 });
    send("s");
    pass(4);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual(["s: Accepted"]);
  });
});

/** Room for two messages of three bytes in all; blocked senders give up after 100 ms. */
const block = {
  maxMessages: 2,
  maxBytes: 3,
  overflow: "block",
  blockTimeoutMillis: 100,
  maxDelayMillis: 0,
  pauseDurationMillis: 0,
} as const;

describe("a blocked sender", () => {
  test("goes in when there is room, first come first served", () => {
    const { offer, send, told, drain, audit } = testOutbox(block);
    offer("a", "b");
    for (const message of ["s", "t", "u"]) expect(send(message)).toBeDefined();
    expect(drain(2)).toEqual(["a", "b"]);
    expect(told).toEqual(["s: Accepted", "t: Accepted"]);
    audit();
    expect(drain()).toEqual(["s", "t", "u"]);
  });

  test("a large one at the head holds back smaller ones behind it, and is not starved by them", () => {
    const { offer, send, told, drain, audit } = testOutbox(block);
    offer("a", "b");
    send("LLL");
    send("s");
    drain(1);
    expect(told).toEqual([]);
    drain(1);
    expect(told).toEqual(["LLL: Accepted"]);
    audit();
    expect(drain()).toEqual(["LLL", "s"]);
  });

  test("is not overtaken by an offer, even by one that would fit", () => {
    const { offer, send, drain, outbox } = testOutbox(block);
    offer("a", "b");
    send("LLL");
    drain(1);
    expect(outbox.length).toBe(1);
    expect(offer("o")).toEqual(["full"]);
  });

  test("gives up at its deadline, and not before; its message is never delivered", () => {
    const { offer, send, told, drain, pass, outbox } = testOutbox(block);
    offer("a", "b");
    send("s");
    expect(outbox.millisToDeadline()).toBe(100);
    pass(99);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual(["s: timeout"]);
    expect(outbox.waiting).toBe(0);
    expect(outbox.millisToDeadline()).toBe(Number.POSITIVE_INFINITY);
    pass(1_000);
    expect(told).toHaveLength(1);
    expect(drain()).toEqual(["a", "b"]);
    expect(outbox.stats().rejected.timeout).toEqual({ messages: 1, bytes: 1 });
  });

  test("each has a deadline of its own, and one that gives up lets those behind it pass", () => {
    const { offer, send, told, drain, pass } = testOutbox(block);
    offer("a", "b");
    send("LLL");
    pass(60);
    send("s");
    drain(1);
    expect(told).toEqual([]);
    pass(40);
    expect(told).toEqual(["LLL: timeout", "s: Accepted"]);
  });

  test("a deadline behind the head passes all the same", () => {
    const { offer, send, told, pass, drain } = testOutbox({ ...block, maxDelayMillis: 0 });
    offer("a", "b");
    send("s");
    pass(50);
    send("t");
    pass(50);
    expect(told).toEqual(["s: timeout"]);
    pass(50);
    expect(told).toEqual(["s: timeout", "t: timeout"]);
    expect(drain()).toEqual(["a", "b"]);
  });

  test("does not wait when it may not wait at all", () => {
    const { offer, send, told, outbox, audit } = testOutbox({ ...block, blockTimeoutMillis: 0 });
    offer("a", "b");
    expect(send("s")).toBeUndefined();
    expect(told).toEqual(["s: timeout"]);
    expect(outbox.waiting).toBe(0);
    audit();
  });

  test("goes in at its deadline if there is room by then", () => {
    const { offer, send, told, clock, outbox } = testOutbox(block);
    offer("a", "b");
    send("s");
    clock.millis = 100;
    outbox.take();
    expect(told).toEqual(["s: Accepted"]);
  });

  test("one whose delay is over and who finds no room is blocked from then on", () => {
    const { offer, send, told, pass } = testOutbox({
      ...block,
      maxMessages: 10,
      maxBytes: 100,
      maxDelayMillis: 50,
    });
    offer(...fill(9));
    send("s");
    offer("x");
    pass(50);
    pass(99);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual(["s: timeout"]);
  });

  test("one whose delay is not over and who would find no room is not overtaken, nor blocked yet", () => {
    const { offer, send, told, pass, drain } = testOutbox({
      ...block,
      maxMessages: 100,
      maxBytes: 10,
      hysteresis: 0,
      minDelayMillis: 5,
      maxDelayMillis: 105,
    });
    offer("8", "1234567");
    send("LL");
    drain(1);
    send("s");
    offer("89");
    pass(5);
    pass(50);
    expect(told).toEqual([]);
    pass(50);
    expect(told).toEqual(["s: timeout"]);
    pass(49);
    expect(told).toEqual(["s: timeout"]);
    pass(1);
    expect(told).toEqual(["s: timeout", "LL: timeout"]);
  });

  test("a timer that is late takes nothing from the time that it has for room", () => {
    const { offer, send, told, pass } = testOutbox({
      ...block,
      maxMessages: 10,
      maxBytes: 100,
      maxDelayMillis: 50,
    });
    offer(...fill(9));
    send("s");
    offer("x");
    pass(10_000);
    expect(told).toEqual([]);
    pass(100);
    expect(told).toEqual(["s: timeout"]);
  });
});

describe("as many as may wait", () => {
  const two = { ...block, maxWaiters: 2 } as const;

  test("R4 · one more is rejected, and there is a place again when one has gone", () => {
    const { offer, send, told, drain, outbox, audit } = testOutbox(two);
    offer("a", "b");
    send("s");
    send("t");
    expect(send("u")).toBeUndefined();
    expect(told).toEqual(["u: waiters"]);
    expect(outbox.waiting).toBe(2);
    drain(1);
    expect(outbox.waiting).toBe(1);
    expect(send("v")).toBeDefined();
    audit();
  });

  test("none may: a sender that would wait is rejected, one that need not is taken", () => {
    const { offer, send, told } = testOutbox({ ...block, maxWaiters: 0 });
    send("a");
    offer("b");
    send("s");
    expect(told).toEqual(["a: Accepted", "s: waiters"]);
  });
});

test("a message that is too large has one fate, also when as many wait as may", () => {
  const { offer, send, told, outbox, audit } = testOutbox({ ...block, maxWaiters: 1 });
  offer("a", "b");
  send("s");
  send("LLLL");
  expect(told).toEqual(["LLLL: too-large"]);
  expect(outbox.stats().rejected.waiters.messages).toBe(0);
  audit();
});

describe("cancel", () => {
  test("leaves the message wholly out, and counts it as interrupted", () => {
    const { offer, send, told, drain, outbox, audit } = testOutbox(block);
    offer("a", "b");
    const waiter = send("s") as Waiter<string>;
    expect(outbox.cancel(waiter)).toBe(true);
    expect(told).toEqual(["s: interrupted"]);
    expect(outbox.waiting).toBe(0);
    expect(outbox.stats().rejected.interrupted).toEqual({ messages: 1, bytes: 1 });
    audit();
    expect(drain()).toEqual(["a", "b"]);
  });

  test("does nothing to a sender that has been settled, however that went", () => {
    const { offer, send, told, drain, pass, outbox, audit } = testOutbox(block);
    offer("a", "b");
    const accepted = send("s") as Waiter<string>;
    const timedOut = send("t") as Waiter<string>;
    drain(1);
    pass(100);
    expect(outbox.cancel(accepted)).toBe(false);
    expect(outbox.cancel(timedOut)).toBe(false);
    expect(told).toEqual(["s: Accepted", "t: timeout"]);
    audit();
  });

  test("twice is once", () => {
    const { offer, send, told, outbox, audit } = testOutbox(block);
    offer("a", "b");
    const waiter = send("s") as Waiter<string>;
    expect([outbox.cancel(waiter), outbox.cancel(waiter)]).toEqual([true, false]);
    expect(told).toHaveLength(1);
    audit();
  });

  test("of a large head lets those behind it in", () => {
    const { offer, send, told, drain, outbox } = testOutbox(block);
    offer("a", "b");
    const head = send("LLL") as Waiter<string>;
    send("s");
    drain(1);
    outbox.cancel(head);
    expect(told).toEqual(["LLL: interrupted", "s: Accepted"]);
  });

  test("of the only blocked sender lets offers in again", () => {
    const { offer, send, drain, outbox } = testOutbox(block);
    offer("a", "b");
    const head = send("LLL") as Waiter<string>;
    drain(1);
    expect(offer("o")).toEqual(["full"]);
    outbox.cancel(head);
    expect(offer("o")).toEqual(["Accepted"]);
  });

  test("R31 · of another outbox's sender is refused and changes nothing", () => {
    const one = testOutbox(block);
    const other = testOutbox(block);
    one.offer("a", "b");
    const waiter = one.send("s") as Waiter<string>;
    expect(other.outbox.cancel(waiter)).toBe(false);
    expect(other.outbox.waiting).toBe(0);
    expect(one.outbox.waiting).toBe(1);
  });
});
