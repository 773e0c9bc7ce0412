/** Receipts of a client, on a scripted transport: what it has received, what is kept back, and who is silent. */
import { Event } from "@sluice/machines";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { answer, answerTo, expectSound, type Rig, rig, run } from "./harness.js";

const letters = (count: number, bytes = 1) =>
  Array.from({ length: count }, (_, at) => String.fromCharCode(97 + (at % 26)).repeat(bytes));

/** A client that has answered the first ping, with a window of so many bytes. */
const answering = (windowBytes: number | "adaptive" | "off", more: object = {}) =>
  Effect.map(
    rig({ isPinged: true, configuration: { windowBytes, maxMessages: 100, ...more } }),
    (r) => {
      answer(r);
      return r;
    },
  );

const offerAll = (r: Rig, messages: ReadonlyArray<string>) => {
  for (const message of messages) r.connection.offer(message);
  r.flusher.settle();
};

const receipts = ({ connection }: Rig) => connection.stats().receipts;
const latest = ({ transport }: Rig) => transport.asked.at(-1) as string;

describe("a window", () => {
  test("R34 · lets no more than its bytes be in flight, but for one message, and keeps the rest where the strategy reaches it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(10);
        offerAll(r, letters(8, 3));
        expect(r.transport.accepted).toEqual(letters(4, 3));
        expect(receipts(r).inFlight).toEqual({ messages: 4, bytes: 12 });
        expect(r.connection.stats().buffered.messages).toBe(4);
        expectSound(r);
      }),
    ));

  test("R37 · opens with the answer, as far as that goes", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(10);
        offerAll(r, letters(20));
        expect(r.transport.accepted).toHaveLength(10);
        // A mark each quarter of the window.
        expect(r.transport.asked.length).toBeGreaterThanOrEqual(3);
        answerTo(r.actor, r.transport.asked[1] as string);
        r.flusher.settle();
        const { inFlight, acknowledged } = receipts(r);
        expect(acknowledged.messages).toBeGreaterThan(0);
        expect(inFlight?.bytes).toBe(10);
        answerTo(r.actor, latest(r));
        r.flusher.settle();
        answerTo(r.actor, latest(r));
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(letters(20));
        expectSound(r);
      }),
    ));

  test("R37 · smaller than every message lets one through at a time", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(1);
        offerAll(r, letters(3, 50));
        for (const count of [1, 2, 3]) {
          expect(r.transport.accepted).toHaveLength(count);
          answerTo(r.actor, latest(r));
          r.flusher.settle();
        }
        expect(receipts(r).acknowledged).toEqual({ messages: 3, bytes: 150 });
      }),
    ));

  test("holds nobody back who has not answered, nor when it is off", () =>
    run(
      Effect.gen(function* () {
        const silent = yield* rig({ isPinged: true, configuration: { windowBytes: 1 } });
        silent.actor.receipts.ask();
        const off = yield* answering("off");
        const unasked = yield* rig({ configuration: { windowBytes: 1 } });
        for (const r of [silent, off, unasked]) {
          offerAll(r, letters(50));
          expect(r.transport.accepted).toHaveLength(50);
        }
        expect(receipts(silent)).toMatchObject({ status: "awaited", inFlight: null });
        expect(receipts(off)).toMatchObject({ status: "answered", windowBytes: null });
        expect(receipts(unasked)).toMatchObject({ status: "off", inFlight: null });
      }),
    ));

  test("keeps back what its strategy then takes: the newest are what the client gets", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(2, { maxMessages: 3 });
        offerAll(r, letters(2));
        offerAll(r, letters(10));
        answerTo(r.actor, latest(r));
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["a", "b", "h", "i"]);
        expectSound(r);
      }),
    ));

  test("is lifted at an orderly close: everything goes out at once", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(2);
        offerAll(r, letters(10));
        expect(r.transport.accepted).toHaveLength(2);
        r.actor.close();
        r.flusher.settle();
        expect(r.transport.accepted).toHaveLength(10);
        expect(r.connection.state).toBe("closed");
      }),
    ));

  test("that is shut does not keep an eviction from its goodbye", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(2);
        offerAll(r, letters(10));
        r.actor.evict();
        r.flusher.settle();
        expect(r.transport.ending).toEqual({ code: 1013, reason: "slow consumer" });
        expect(yield* r.connection.closed).toMatchObject({ by: "eviction" });
      }),
    ));

  test("R37 · whose ping the socket refused is asked again: nothing is shut for an answer that cannot come", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(2, { watchdogMillis: 1_000 });
        let refuses = true;
        const { ping } = r.transport;
        r.transport.ping = (payload) => !refuses && ping.call(r.transport, payload);
        offerAll(r, letters(6));
        expect(r.transport.accepted).toHaveLength(2);
        expect(r.flusher.size).toBe(0);
        refuses = false;
        yield* TestClock.adjust("1 second");
        r.flusher.settle();
        answerTo(r.actor, latest(r));
        r.flusher.settle();
        expect(r.transport.accepted).toHaveLength(4);
      }),
    ));

  test("makes no room for a burst while it is shut", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          isPinged: true,
          makesRoom: true,
          configuration: { windowBytes: 4, maxMessages: 4, overflow: "drop-newest" },
        });
        answer(r);
        const answers = letters(20).map((letter) => r.connection.offer(letter)._tag);
        expect(answers.filter((tag) => tag === "Accepted")).toHaveLength(8);
        expect(r.transport.accepted).toEqual(letters(4));
        expectSound(r);
      }),
    ));

  test("of which a sender waits is felt by it: its pace is the client's", () =>
    run(
      Effect.gen(function* () {
        const more = {
          overflow: "block",
          maxMessages: 2,
          pauseDurationMillis: 0,
          maxDelayMillis: 0,
        };
        const r = yield* answering(2, more);
        offerAll(r, letters(2));
        offerAll(r, letters(2));
        const sending = yield* Effect.forkChild(r.connection.send("late"));
        yield* TestClock.adjust(1);
        expect(r.connection.stats().waiting.messages).toBe(1);
        answerTo(r.actor, latest(r));
        r.flusher.settle();
        yield* TestClock.adjust(1);
        expect(sending.pollUnsafe()).toBeDefined();
      }),
    ));
});

test("R37 · who has not answered for a second is asked again: it may answer the latest ping alone, whoever sent it", () =>
  run(
    Effect.gen(function* () {
      const r = yield* answering(2);
      offerAll(r, ["a", "b", "c"]);
      const asked = r.transport.asked.length;
      r.actor.receipts.askInTime();
      expect(r.transport.asked).toHaveLength(asked);
      for (let second = 0; second < 20; second++) {
        yield* TestClock.adjust(1_000);
        r.actor.receipts.askInTime();
      }
      expect(r.transport.asked).toHaveLength(asked + 20);
      answerTo(r.actor, latest(r));
      r.flusher.settle();
      expect(r.transport.accepted).toEqual(["a", "b", "c"]);
    }),
  ));

test("R37 · while nothing is heard of the client, as when its owner has paused it, nothing waits for an answer", () =>
  run(
    Effect.gen(function* () {
      const r = yield* answering(2, { stallTimeoutMillis: 2_000 });
      offerAll(r, letters(6));
      expect(r.transport.accepted).toHaveLength(2);
      expect(r.actor.receipts.askInTime()).toBe(false);
      r.transport.isDeaf = true;
      expect(r.actor.receipts.askInTime()).toBe(true);
      r.actor.pump.standInLine();
      r.flusher.settle();
      expect(r.transport.accepted).toHaveLength(6);
      yield* TestClock.adjust(60_000);
      r.connection.assess();
      expect(r.connection.health).toBe("healthy");
      r.transport.isDeaf = false;
      answerTo(r.actor, latest(r));
      expect(receipts(r).acknowledged.messages).toBeGreaterThan(0);
    }),
  ));

describe("a pong", () => {
  test.each([
    ["the user's own", "mine", false],
    ["no number", "sluice x", false],
    ["with something behind", "sluice 1 ", false],
    ["one that was never asked", "sluice 99 00000000", false],
    ["the number of one that is awaited, by who has not read it", "sluice 2 00000000", false],
    ["a number alone", "sluice 2", false],
    ["a number beyond all numbers", `sluice ${"9".repeat(400)}`, false],
  ])("R35 · that is %s changes nothing", (_, payload, isOurs) =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(2);
        offerAll(r, letters(5));
        const before = r.connection.stats();
        expect(answerTo(r.actor, payload)).toBe(isOurs);
        r.flusher.settle();
        expect(r.connection.stats()).toEqual(before);
      }),
    ),
  );

  test("of a client that is never asked is its user's, whatever it says", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        expect(answerTo(r.actor, "sluice 1")).toBe(false);
      }),
    ));

  test("counts after the connection has closed, too: the client reads the rest", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive");
        offerAll(r, ["a", "b"]);
        r.actor.receipts.askInTime();
        r.actor.close();
        r.flusher.settle();
        expect(yield* r.connection.closed).toMatchObject({ acknowledged: { messages: 0 } });
        answerTo(r.actor, latest(r));
        expect(receipts(r).acknowledged).toEqual({ messages: 2, bytes: 2 });
      }),
    ));
});

describe("statistics", () => {
  test("say what was acknowledged, what is in flight, the round trip and the age of the oldest ping", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering(100);
        offerAll(r, letters(3));
        r.actor.receipts.askInTime();
        yield* TestClock.adjust(40);
        expect(receipts(r)).toEqual({
          status: "answered",
          acknowledged: { messages: 0, bytes: 0 },
          inFlight: { messages: 3, bytes: 3 },
          windowBytes: 100,
          roundTripMillis: { latest: 0, smallest: 0 },
          oldestMillis: 40,
        });
        answerTo(r.actor, latest(r));
        expect(receipts(r)).toMatchObject({
          acknowledged: { messages: 3, bytes: 3 },
          inFlight: { messages: 0, bytes: 0 },
          roundTripMillis: { latest: 40, smallest: 0 },
          oldestMillis: 0,
        });
      }),
    ));

  test("say of one that has not answered for stallTimeoutMillis that it is unanswered; it is not stalled", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ isPinged: true, configuration: { stallTimeoutMillis: 5_000 } });
        r.actor.receipts.ask();
        offerAll(r, letters(3));
        expect(receipts(r).status).toBe("awaited");
        yield* TestClock.adjust("5 seconds");
        expect(r.connection.assess()).toBe("healthy");
        expect(receipts(r).status).toBe("unanswered");
        answer(r);
        expect(receipts(r).status).toBe("answered");
      }),
    ));

  test("ask no more often than there is something to ask for", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive");
        for (let at = 0; at < 5; at++) r.actor.receipts.askInTime();
        expect(r.transport.asked).toHaveLength(1);
        offerAll(r, ["a"]);
        for (let at = 0; at < 5; at++) r.actor.receipts.askInTime();
        expect(r.transport.asked).toHaveLength(2);
      }),
    ));

  test("at the close: what the client has certainly received", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive");
        offerAll(r, letters(3, 10));
        answer(r);
        offerAll(r, letters(2));
        r.transport.disconnect();
        r.actor.disconnected();
        expect(yield* r.connection.closed).toEqual({
          code: 1006,
          reason: "",
          by: "peer",
          acknowledged: { messages: 3, bytes: 30 },
        });
      }),
    ));
});

describe("a client that stops reading", () => {
  const stallTimeoutMillis = 5_000;
  /** Assessed once a second, as a server does. */
  const pass = (r: Rig, seconds: number) =>
    Effect.forEach(
      Array.from({ length: seconds }),
      () =>
        Effect.gen(function* () {
          yield* TestClock.adjust("1 second");
          r.actor.receipts.askInTime();
          r.connection.assess();
        }),
      { discard: true },
    );

  test("is stalled when it has given no receipt for stallTimeoutMillis, though its kernel takes everything", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive", { stallTimeoutMillis });
        const events: Array<number> = [];
        r.connection.observe({ onStep: (event) => events.push(event) });
        offerAll(r, ["a"]);
        r.actor.receipts.askInTime();
        yield* pass(r, 4);
        expect(r.connection.health).toBe("healthy");
        yield* pass(r, 1);
        expect(r.connection.health).toBe("unhealthy");
        expect(r.connection.recommendation().reason).toContain("for 5.0 s");
        yield* pass(r, 3);
        expect(events.filter((event) => event === Event.stall)).toHaveLength(1);
        answerTo(r.actor, latest(r));
        yield* pass(r, 1);
        expect(r.connection.health).toBe("healthy");
        // Again, and told again.
        offerAll(r, ["b"]);
        yield* pass(r, 7);
        expect(events.filter((event) => event === Event.stall)).toHaveLength(2);
      }),
    ));

  test("is evicted when it has given none for evictTimeoutMillis", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive", { stallTimeoutMillis, evictTimeoutMillis: 7_000 });
        offerAll(r, ["a"]);
        r.actor.receipts.askInTime();
        yield* pass(r, 6);
        expect(r.connection.state).toBe("normal");
        yield* pass(r, 1);
        r.flusher.settle();
        expect(r.connection.state).toBe("closed");
      }),
    ));

  test("is evicted in time, though it would be called stalled later", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive", {
          stallTimeoutMillis: 30_000,
          evictTimeoutMillis: 3_000,
        });
        offerAll(r, ["a"]);
        r.actor.receipts.askInTime();
        yield* pass(r, 4);
        r.flusher.settle();
        expect(r.connection.state).toBe("closed");
      }),
    ));

  test("has the time that a large message takes at 16 KB/s, or at what it was seen to read", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive", { stallTimeoutMillis, maxBytes: 2 ** 20 });
        offerAll(r, ["x".repeat(16 * 1_024 + 160_000)]);
        yield* pass(r, 14);
        expect(r.connection.health).toBe("healthy");
        yield* pass(r, 2);
        expect(r.connection.health).toBe("unhealthy");
      }),
    ));

  test("is not, while receipts come, however late, nor when it is owed nothing", () =>
    run(
      Effect.gen(function* () {
        const r = yield* answering("adaptive", { stallTimeoutMillis });
        for (let at = 0; at < 5; at++) {
          offerAll(r, ["a"]);
          r.actor.receipts.askInTime();
          yield* pass(r, 4);
          expect(r.connection.health).toBe("healthy");
          answerTo(r.actor, latest(r));
        }
        yield* pass(r, 20);
        expect(r.connection.health).toBe("healthy");
      }),
    ));

  test("is not, while its transport takes of one large message: that is a sign of reading, too", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          isPinged: true,
          room: 10,
          configuration: { stallTimeoutMillis, maxBytes: 2 ** 20 },
        });
        answer(r);
        offerAll(r, ["x".repeat(1_000)]);
        r.actor.receipts.askInTime();
        for (let at = 0; at < 20; at++) {
          r.transport.drain(20);
          yield* pass(r, 1);
          expect(r.connection.health).toBe("healthy");
        }
        yield* pass(r, 7);
        expect(r.connection.health).toBe("unhealthy");
      }),
    ));
});
