import { Event, states } from "@sluice/machines";
import { describe, expect, test } from "vitest";
import {
  configuration,
  imbalance,
  Outbox,
  overflowStrategies,
  total,
  type Waiter,
} from "../src/index.js";
import { fill, outcome, testOutbox } from "./TestOutbox.js";

describe("in and out", () => {
  test("what is offered comes out in order", () => {
    const { offer, drain, outbox } = testOutbox();
    offer("a", "b", "c");
    expect([outbox.peek(), outbox.peekBytes(), outbox.length]).toEqual(["a", 1, 3]);
    expect(drain()).toEqual(["a", "b", "c"]);
    expect(outbox.take()).toBeUndefined();
    expect(outbox.stats().delivered).toEqual({ messages: 3, bytes: 3 });
  });

  test("a message stays until it is delivered", () => {
    const { offer, outbox, audit } = testOutbox();
    offer("a");
    expect([outbox.peek(), outbox.peek()]).toEqual(["a", "a"]);
    outbox.delivered();
    expect(outbox.peek()).toBeUndefined();
    audit();
  });

  test.each(overflowStrategies)(
    "what has departed and what is there is all that was taken: %s",
    (overflow) => {
      const { offer, drain, outbox } = testOutbox({ maxMessages: 3, overflow });
      offer("a", "b", "c");
      drain(1);
      offer("d", "e", "f");
      drain(1);
      const taken = outbox.stats().enqueued.messages;
      expect(outbox.departed + outbox.length).toBe(taken);
      outbox.signal(Event.disconnected);
      expect([outbox.departed, outbox.length]).toEqual([taken, 0]);
    },
  );

  test("taking from an empty outbox counts nothing", () => {
    const { outbox, audit } = testOutbox();
    expect(outbox.take()).toBeUndefined();
    expect(outbox.stats().delivered).toEqual({ messages: 0, bytes: 0 });
    audit();
  });

  test("delivering from an empty outbox is a defect, and does not corrupt the books", () => {
    const { offer, outbox, audit } = testOutbox();
    offer("a");
    // The transport reported a close from inside its send: the outbox was emptied between the two.
    outbox.peek();
    outbox.signal(Event.disconnected);
    expect(() => outbox.delivered()).toThrow("the outbox is empty: nothing was delivered");
    expect([outbox.length, outbox.bytes]).toEqual([0, 0]);
    audit();
  });

  test("messages may be undefined", () => {
    const outbox = new Outbox<undefined>({
      configuration: configuration(),
      sizeOf: () => 1,
      now: () => 0,
    });
    outbox.offer(undefined);
    outbox.take();
    expect([outbox.length, outbox.stats().delivered.messages]).toEqual([0, 1]);
  });

  test("the size may be given with the message", () => {
    const { outbox } = testOutbox();
    outbox.offer("a", 5);
    outbox.send("b", () => {}, 7);
    expect(outbox.bytes).toBe(12);
  });
});

describe.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53, "1" as unknown as number])(
  "a size of %j",
  (bytes) => {
    test("is a RangeError, and counts nothing", () => {
      const { outbox, audit } = testOutbox();
      const rule = /must be a whole number of bytes/;
      expect(() => outbox.offer("a", bytes)).toThrow(RangeError);
      expect(() => outbox.offer("a", bytes)).toThrow(rule);
      expect(() => outbox.send("a", () => {}, bytes)).toThrow(rule);
      expect(outbox.stats().offered).toEqual({ messages: 0, bytes: 0 });
      expect([outbox.length, outbox.waiting]).toEqual([0, 0]);
      audit();
    });
  },
);

test("a sizeOf that throws counts nothing", () => {
  const outbox = new Outbox<string>({
    configuration: configuration(),
    sizeOf: () => {
      throw new Error("no size");
    },
    now: () => 0,
  });
  expect(() => outbox.offer("a")).toThrow("no size");
  expect(outbox.stats().offered.messages).toBe(0);
});

describe("states", () => {
  test("follow the fill up and down, a step per mark", () => {
    const { offer, drain, outbox, steps } = testOutbox({ maxMessages: 10 });
    const rising = Array.from({ length: 10 }, () => {
      offer("x");
      return outbox.state;
    });
    expect(rising).toEqual([
      ...Array(6).fill("normal"),
      ...Array(2).fill("throttled"),
      ...Array(2).fill("paused"),
    ]);
    const falling = Array.from({ length: 10 }, () => {
      drain(1);
      return outbox.state;
    });
    expect(falling).toEqual(["paused", ...Array(2).fill("throttled"), ...Array(7).fill("normal")]);
    expect(steps).toEqual([
      "throttle.reached",
      "pause.reached",
      "pause.cleared",
      "throttle.cleared",
    ]);
  });

  test("a burst that jumps over two marks is two events in order", () => {
    const { offer, steps, outbox } = testOutbox({ maxMessages: 10, maxBytes: 10 });
    offer("1234567890");
    expect(steps).toEqual(["throttle.reached", "pause.reached"]);
    expect(outbox.state).toBe("paused");
  });

  test("bytes alone reach the marks, and both must clear them", () => {
    const { offer, drain, outbox } = testOutbox({ maxMessages: 100, maxBytes: 10 });
    offer("1234567", "8", "9", "0");
    expect(outbox.state).toBe("paused");
    drain(1);
    expect([outbox.length, outbox.bytes, outbox.state]).toEqual([3, 3, "normal"]);
  });

  test("change at exactly the byte that reaches a mark and at the one that clears it", () => {
    const { outbox, drain } = testOutbox({ maxBytes: 100 });
    for (const bytes of [9, 1, 59]) outbox.offer("x", bytes);
    expect([outbox.bytes, outbox.state]).toEqual([69, "normal"]);
    outbox.offer("x", 1);
    expect([outbox.bytes, outbox.state]).toEqual([70, "throttled"]);
    drain(1);
    expect([outbox.bytes, outbox.state]).toEqual([61, "throttled"]);
    drain(1);
    expect([outbox.bytes, outbox.state]).toEqual([60, "normal"]);
  });

  test("have a row in the table, which is the outbox's", () => {
    const { offer, outbox } = testOutbox({ maxMessages: 10 });
    for (let count = 0; count < 10; count++) {
      offer("x");
      expect(states[outbox.stateId]).toMatchObject({ state: outbox.state, health: outbox.health });
    }
  });

  test("are counted, and the time in paused and dropping with them", () => {
    const { offer, drain, pass, outbox } = testOutbox({ maxMessages: 10 });
    offer(...fill(9));
    pass(30);
    expect(outbox.stats()).toMatchObject({ throttleEvents: 1, pauseEvents: 1, pausedMillis: 30 });
    offer("x", "y");
    expect(outbox.state).toBe("dropping");
    pass(20);
    expect(outbox.stats()).toMatchObject({ throttleEvents: 1, pauseEvents: 1, pausedMillis: 50 });
    drain();
    pass(1_000);
    expect(outbox.stats()).toMatchObject({ state: "normal", pausedMillis: 50 });
    offer(...fill(10));
    pass(5);
    expect(outbox.stats()).toMatchObject({ throttleEvents: 2, pauseEvents: 2, pausedMillis: 55 });
  });

  test("capacity 1: normal or paused, and dropping when it overflows", () => {
    const { offer, drain, outbox } = testOutbox({ maxMessages: 1 });
    offer("a");
    expect(outbox.state).toBe("paused");
    offer("b");
    expect(outbox.state).toBe("dropping");
    drain();
    expect(outbox.state).toBe("normal");
  });

  test("one large message that finds no room is an overflow at any fill, and passes", () => {
    const { offer, outbox, steps } = testOutbox({
      maxMessages: 10,
      maxBytes: 10,
      overflow: "drop-newest",
    });
    offer("12", "123456789");
    expect(outbox.state).toBe("normal");
    expect(steps).toEqual([
      "throttle.reached",
      "pause.reached",
      "overflow",
      "room",
      "pause.cleared",
      "throttle.cleared",
    ]);
  });
});

describe("the peak", () => {
  test("is the most that was held at a time, in messages and in bytes, each by itself", () => {
    const { offer, drain, outbox } = testOutbox();
    offer("a", "b", "c");
    drain();
    offer("12345");
    drain();
    offer("d");
    expect(outbox.stats().peak).toEqual({ messages: 3, bytes: 5 });
  });

  test("does not count what found no room", () => {
    const { offer, outbox } = testOutbox({ maxMessages: 2, overflow: "drop-newest" });
    offer("a", "b", "ccc");
    expect(outbox.stats().peak).toEqual({ messages: 2, bytes: 2 });
  });
});

test("what was enqueued is what has left and what is left", () => {
  const { offer, drain, outbox } = testOutbox({ maxMessages: 3, overflow: "drop-oldest" });
  offer("a", "bb", "ccc", "dddd");
  drain(1);
  expect(outbox.stats().enqueued).toEqual({ messages: 4, bytes: 10 });
});

test("the clock is read at marks and for those who wait, and not for every message", () => {
  let readings = 0;
  const outbox = new Outbox<string>({
    configuration: configuration({ maxMessages: 10, hysteresis: 0 }),
    sizeOf: () => 1,
    now: () => ++readings,
  });
  readings = 0;
  for (let count = 0; count < 8; count++) outbox.offer("x");
  for (let count = 0; count < 8; count++) outbox.take();
  outbox.send("x", () => {});
  outbox.advance();
  expect(readings).toBe(0);
});

describe("close", () => {
  test("takes nothing new, and what is buffered can still be delivered", () => {
    const { offer, send, told, drain, outbox, audit } = testOutbox();
    offer("a", "b");
    outbox.signal(Event.close);
    expect(outbox.state).toBe("closing");
    expect(outbox.isOpen).toBe(false);
    expect(offer("c")).toEqual(["closed"]);
    expect(send("d")).toBeUndefined();
    expect(told).toEqual(["d: closed"]);
    expect(drain()).toEqual(["a", "b"]);
    outbox.signal(Event.flushed);
    expect(outbox.state).toBe("closed");
    audit();
  });

  test.each(["close", "evict", "disconnected"] as const)(
    "%s refuses the senders that wait, each once",
    (event) => {
      const { offer, send, told, outbox, audit } = testOutbox({
        maxMessages: 2,
        overflow: "block",
      });
      offer("a", "b");
      const waiter = send("s") as Waiter<string>;
      send("t");
      outbox.signal(Event[event]);
      expect(told).toEqual(["s: closed", "t: closed"]);
      expect(outbox.waiting).toBe(0);
      expect(outbox.cancel(waiter)).toBe(false);
      outbox.signal(Event.disconnected);
      outbox.advance();
      expect(told).toHaveLength(2);
      expect(outbox.stats().rejected.closed.messages).toBe(2);
      expect(outbox.millisToDeadline()).toBe(Number.POSITIVE_INFINITY);
      audit();
    },
  );

  test.each(["evict", "disconnected"] as const)("%s drops what is buffered as closed", (event) => {
    const { offer, outbox, audit } = testOutbox();
    offer("a", "bb");
    outbox.signal(Event[event]);
    expect(outbox.stats().dropped.closed).toEqual({ messages: 2, bytes: 3 });
    expect([outbox.length, outbox.bytes]).toEqual([0, 0]);
    audit();
  });

  test("an orderly close that is not flushed ends at its deadline, once", () => {
    const { offer, outbox, clock, pass, steps, audit } = testOutbox({ closeTimeoutMillis: 30 });
    expect(outbox.millisToDeadline()).toBe(Number.POSITIVE_INFINITY);
    offer("a", "b");
    pass(7);
    outbox.signal(Event.close);
    expect(outbox.millisToDeadline()).toBe(30);
    pass(20);
    // A second close does not move it, and nobody judges it but `advance`.
    outbox.signal(Event.close);
    clock.millis += 10;
    expect(outbox.millisToDeadline()).toBe(0);
    offer("c");
    outbox.take();
    outbox.assess();
    expect(outbox.state).toBe("closing");
    pass(0);
    pass(100);
    expect(steps).toEqual(["close", "deadline"]);
    expect(outbox.stats()).toMatchObject({
      state: "closed",
      delivered: { messages: 1 },
      dropped: { closed: { messages: 1 } },
      rejected: { closed: { messages: 1 } },
    });
    expect(outbox.millisToDeadline()).toBe(Number.POSITIVE_INFINITY);
    audit();
  });

  test.each(["flushed", "evict", "disconnected"] as const)(
    "an orderly close that %s ends has no deadline any more",
    (event) => {
      const { outbox, pass, steps } = testOutbox({ closeTimeoutMillis: 30 });
      outbox.signal(Event.close);
      outbox.signal(Event[event]);
      expect(outbox.millisToDeadline()).toBe(Number.POSITIVE_INFINITY);
      pass(1_000);
      expect(steps).toEqual(["close", event]);
    },
  );

  test("an orderly close may be given no time at all", () => {
    const { offer, outbox, pass } = testOutbox({ closeTimeoutMillis: 0 });
    offer("a");
    outbox.signal(Event.close);
    expect([outbox.state, outbox.millisToDeadline()]).toEqual(["closing", 0]);
    pass(0);
    expect(outbox.state).toBe("closed");
  });

  test("a deadline drops what could not be flushed", () => {
    const { offer, outbox, audit } = testOutbox();
    offer("a", "b");
    outbox.signal(Event.close);
    outbox.take();
    outbox.signal(Event.deadline);
    expect(outbox.stats()).toMatchObject({
      state: "closed",
      delivered: { messages: 1 },
      dropped: { closed: { messages: 1 } },
    });
    audit();
  });

  test("ends a pause: its time no longer grows", () => {
    const { offer, outbox, pass } = testOutbox({ maxMessages: 2 });
    offer("a", "b");
    pass(10);
    outbox.signal(Event.close);
    pass(10);
    expect(outbox.stats().pausedMillis).toBe(10);
  });

  test("keeps the health that it had", () => {
    const { offer, outbox } = testOutbox({ maxMessages: 1 });
    offer(...fill(10));
    expect(outbox.assess()).toBe("unhealthy");
    outbox.signal(Event.close);
    expect([outbox.health, outbox.assess()]).toEqual(["unhealthy", "unhealthy"]);
  });

  test("R1 · flushed with messages left leaves none in a closed outbox", () => {
    const { offer, outbox } = testOutbox();
    offer("a", "b");
    outbox.signal(Event.close);
    outbox.signal(Event.flushed);
    expect(outbox.state).toBe("closed");
    expect(outbox.stats().buffered.messages).toBe(0);
  });
});

describe("health", () => {
  test("follows the recent drop rate at 10 % and 30 %", () => {
    const { offer, outbox } = testOutbox({ maxMessages: 90, overflow: "drop-newest" });
    offer(...fill(90));
    expect(outbox.assess()).toBe("healthy");
    offer(...fill(9));
    expect(outbox.assess()).toBe("healthy");
    offer("x");
    expect(outbox.stats().dropRate.lifetime).toBe(0.1);
    expect(outbox.assess()).toBe("degraded");
    offer(...fill(40));
    expect(outbox.assess()).toBe("unhealthy");
  });

  test("recovers when the window has moved past what was lost", () => {
    const { offer, drain, clock, outbox } = testOutbox({ maxMessages: 1, healthWindowMillis: 100 });
    offer("a", "b", "c");
    expect(outbox.assess()).toBe("unhealthy");
    drain();
    for (const millis of [50, 100]) {
      clock.millis = millis;
      outbox.assess();
    }
    expect(outbox.health).toBe("healthy");
    expect(outbox.stats().dropRate.lifetime).toBeGreaterThan(0.3);
  });

  test("is unhealthy while the transport is stalled, and steps there one at a time", () => {
    const { outbox, steps } = testOutbox();
    expect(outbox.assess(true)).toBe("unhealthy");
    expect(outbox.assess()).toBe("healthy");
    expect(steps).toEqual([
      "degraded.reached",
      "unhealthy.reached",
      "unhealthy.cleared",
      "degraded.cleared",
    ]);
  });

  test("closing and interruption are not losses by policy", () => {
    const { offer, send, outbox } = testOutbox({ maxMessages: 2, overflow: "block" });
    offer("a", "b");
    outbox.cancel(send("s") as Waiter<string>);
    outbox.signal(Event.disconnected);
    offer("c");
    expect(outbox.stats().dropRate).toEqual({ lifetime: 0, recent: 0 });
  });

  test("R50 · what says nothing of the client is no loss of its health: too large, too many that wait", () => {
    const { offer, send, pass, outbox } = testOutbox({
      maxMessages: 2,
      maxBytes: 4,
      overflow: "block",
      maxWaiters: 1,
      blockTimeoutMillis: 1,
    });
    offer("a", "b", "c", "12345");
    send("s");
    send("t");
    pass(1);
    const { rejected, offered, dropRate } = outbox.stats();
    expect(total(rejected).messages).toBe(4);
    expect(rejected.full.messages + rejected.timeout.messages).toBe(2);
    expect(dropRate.lifetime).toBe(2 / offered.messages);
    expect(outbox.recentRates).toEqual({
      lost: 2 / offered.messages,
      tooLarge: 1 / offered.messages,
      crowded: 1 / offered.messages,
    });
  });
});

test.each([
  ["block", 1],
  ["drop-newest", 1],
  ["drop-oldest", 1],
  ["drop-all", 4],
  ["disconnect", 1],
] as const)(
  "%s: of five messages for four places, %d counts as lost by policy",
  (overflow, lost) => {
    const { offer, outbox } = testOutbox({ maxMessages: 4, overflow });
    offer(...fill(5));
    expect(outbox.stats().dropRate.lifetime).toBe(lost / 5);
  },
);

describe("callbacks may use the outbox", () => {
  /** Two places, a sender behind each; the first one's callback does something. */
  const inCallback = (act: (bench: ReturnType<typeof testOutbox>) => void) => {
    const bench = testOutbox({
      maxMessages: 2,
      overflow: "block",
      maxDelayMillis: 0,
      pauseDurationMillis: 0,
    });
    bench.offer("a", "b");
    bench.outbox.send("s", (result) => {
      bench.told.push(`s: ${outcome(result)}`);
      bench.audit();
      act(bench);
      bench.audit();
    });
    bench.send("t");
    return bench;
  };

  test("offer", () => {
    const results: Array<string> = [];
    const { drain, told, audit } = inCallback(({ offer }) => results.push(...offer("o")));
    expect(drain(1)).toEqual(["a"]);
    expect(results).toEqual(["full"]);
    expect(told).toEqual(["s: Accepted"]);
    audit();
    expect(drain()).toEqual(["b", "s", "t"]);
  });

  test("send: the new sender is last", () => {
    const { drain, told, audit } = inCallback(({ send }) => void send("u"));
    expect(drain()).toEqual(["a", "b", "s", "t", "u"]);
    expect(told).toEqual(["s: Accepted", "t: Accepted", "u: Accepted"]);
    audit();
  });

  test("cancel of the next in line", () => {
    const bench = testOutbox({ maxMessages: 1, overflow: "block" });
    bench.offer("a");
    let next: Waiter<string> | undefined;
    bench.outbox.send("s", () => {
      bench.told.push("s");
      bench.outbox.cancel(next as Waiter<string>);
    });
    next = bench.send("t");
    expect(bench.drain(1)).toEqual(["a"]);
    expect(bench.told).toEqual(["s", "t: interrupted"]);
    bench.audit();
    expect(bench.drain()).toEqual(["s"]);
  });

  test("cancel of one that has been let in at the same time does nothing", () => {
    const bench = testOutbox({ maxMessages: 10, maxBytes: 3, overflow: "block" });
    bench.offer("aaa");
    let next: Waiter<string> | undefined;
    const cancelled: Array<boolean> = [];
    bench.outbox.send("s", () => {
      cancelled.push(bench.outbox.cancel(next as Waiter<string>));
    });
    next = bench.send("t");
    expect(bench.drain()).toEqual(["aaa", "s", "t"]);
    expect(cancelled).toEqual([false]);
    expect(bench.told).toEqual(["t: Accepted"]);
    bench.audit();
  });

  test("take", () => {
    const taken: Array<string | undefined> = [];
    const { drain, told, audit } = inCallback(({ outbox }) => taken.push(outbox.take()));
    expect(drain(1)).toEqual(["a"]);
    expect(taken).toEqual(["b"]);
    expect(told).toEqual(["s: Accepted", "t: Accepted"]);
    audit();
    expect(drain()).toEqual(["s", "t"]);
  });

  test("close", () => {
    const { drain, told, outbox, audit } = inCallback(({ outbox }) => outbox.signal(Event.evict));
    drain(1);
    expect(told).toEqual(["s: Accepted", "t: closed"]);
    expect([outbox.state, outbox.length]).toEqual(["closed", 0]);
    audit();
  });

  test("in the callback of a send that was settled at once, too", () => {
    const { outbox, audit, drain } = testOutbox({ maxMessages: 3 });
    const order: Array<string> = [];
    outbox.send("a", () => {
      order.push(`a with ${outbox.length}`);
      outbox.send("b", () => order.push(`b with ${outbox.length}`));
    });
    expect(order).toEqual(["a with 1", "b with 2"]);
    audit();
    expect(drain()).toEqual(["a", "b"]);
  });

  test("senders are told in the order in which they were let in, whatever a callback does", () => {
    const bench = testOutbox({ maxMessages: 10, maxBytes: 2, overflow: "block" });
    bench.offer("aa");
    bench.outbox.send("s", () => {
      bench.told.push("s");
      bench.outbox.take();
    });
    bench.send("t");
    bench.send("u");
    bench.drain(1);
    expect(bench.told).toEqual(["s", "t: Accepted", "u: Accepted"]);
  });
});

describe("the listener may use the outbox", () => {
  /** Marks at one and two of four messages; what is done at the first step. */
  const atFirstStep = (act: (bench: ReturnType<typeof testOutbox>) => void) => {
    let isFirst = true;
    const bench = testOutbox(
      { maxMessages: 4, throttleAt: 0.25, pauseAt: 0.5, hysteresis: 0 },
      () => {
        bench.audit();
        if (!isFirst) return;
        isFirst = false;
        act(bench);
        bench.audit();
      },
    );
    return bench;
  };

  test("offer: the steps are told in order, and the state is that of the fill", () => {
    const { offer, steps, outbox, audit } = atFirstStep((bench) => bench.offer("x", "y", "z"));
    offer("a");
    expect(steps).toEqual(["throttle.reached", "pause.reached"]);
    expect([outbox.length, outbox.state]).toEqual([4, "paused"]);
    audit();
  });

  test("take: the state follows", () => {
    const { offer, steps, outbox, audit } = atFirstStep(({ outbox }) => void outbox.take());
    offer("a");
    expect(steps).toEqual(["throttle.reached", "throttle.cleared"]);
    expect([outbox.length, outbox.state]).toEqual([0, "normal"]);
    audit();
  });

  test("close: what was offered is accounted for", () => {
    const { offer, outbox, audit } = atFirstStep(({ outbox }) => outbox.signal(Event.evict));
    expect(offer("a", "b")).toEqual(["Accepted", "closed"]);
    expect(outbox.stats()).toMatchObject({
      state: "closed",
      dropped: { closed: { messages: 1 } },
      rejected: { closed: { messages: 1 } },
    });
    audit();
  });
});

test("a sender that sends again from its callback, over and over, needs no stack", () => {
  const { outbox } = testOutbox({ maxMessages: 100_000 });
  let sent = 0;
  const pump = () => {
    if (sent++ < 20_000) outbox.send("x", pump);
  };
  expect(pump).not.toThrow();
  expect(outbox.length).toBe(20_000);
});

describe("a callback that throws", () => {
  const thrower = () => {
    throw new Error("from the callback");
  };
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      expect((error as Error).message).toBe("from the callback");
    }
  };

  test("strands no other sender", () => {
    const bench = testOutbox({ maxMessages: 10, maxBytes: 2, overflow: "block" });
    bench.offer("aa");
    bench.outbox.send("s", thrower);
    bench.send("t");
    expect(() => bench.outbox.take()).toThrow("from the callback");
    expect(bench.told).toEqual(["t: Accepted"]);
    bench.audit();
  });

  test("a listener that throws strands no sender that was being let in", () => {
    let armed = false;
    const bench = testOutbox({ maxMessages: 10, maxDelayMillis: 100, hysteresis: 0 }, () => {
      if (armed) thrower();
    });
    bench.offer(...fill(8));
    bench.send("s");
    armed = true;
    bench.clock.millis = 100;
    attempt(() => bench.outbox.advance());
    armed = false;
    bench.outbox.advance();
    expect(bench.told).toEqual(["s: Accepted"]);
    bench.audit();
  });

  test("its error does not come out of a call that another callback makes", () => {
    const bench = testOutbox({ maxMessages: 10, maxBytes: 2, overflow: "block" });
    bench.offer("aa");
    const seen: Array<string> = [];
    bench.outbox.send("s", () => {
      try {
        bench.outbox.offer("o");
        seen.push("offered");
      } catch {
        seen.push("somebody else's error");
      }
    });
    bench.outbox.send("t", thrower);
    attempt(() => void bench.outbox.take());
    expect(seen).toEqual(["offered"]);
  });

  test.each(overflowStrategies)(
    "a listener that throws loses no message from the books: %s",
    (overflow) => {
      let armed = false;
      const bench = testOutbox({ maxMessages: 2, overflow }, () => {
        if (armed) thrower();
      });
      bench.offer("a", "b");
      armed = true;
      attempt(() => void bench.outbox.offer("c"));
      bench.audit();
    },
  );
});

test.each(overflowStrategies)("R1 · the books balance inside the listener, too: %s", (overflow) => {
  const seen: Array<unknown> = [];
  const bench = testOutbox({ maxMessages: 2, overflow }, () => {
    seen.push(imbalance(bench.outbox.stats()));
  });
  bench.offer(...fill(3));
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter((left) => JSON.stringify(left) !== '{"messages":0,"bytes":0}')).toEqual([]);
});

test("statistics are a picture that no longer changes", () => {
  const { offer, outbox } = testOutbox({ maxMessages: 1 });
  offer("a", "b");
  const before = outbox.stats();
  const copy = structuredClone(before);
  offer("c");
  expect(before).toEqual(copy);
});

test("an outbox that lost nothing shares no counts with one that did", () => {
  const one = testOutbox({ maxMessages: 1 });
  const other = testOutbox({ maxMessages: 1 });
  one.offer("a", "b");
  expect(total(other.outbox.stats().dropped).messages).toBe(0);
  expect(total(testOutbox().outbox.stats().dropped).messages).toBe(0);
});
