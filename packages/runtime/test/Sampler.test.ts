/** The samples of a connection: how many are taken, and of what. */
import { PlainConnection } from "@sluice/runtime";
import { Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { expect, test } from "vitest";
import { answer, answerTo, type Rig, rig, run } from "./harness.js";

/** What a listener was told, as it came. */
function sampled(r: Rig) {
  const told: Array<readonly [string, number]> = [];
  const stop = r.connection.sample({
    onOutboxTime: (millis) => told.push(["time", millis]),
    onBatch: (messages) => told.push(["batch", messages]),
    onSendWait: (millis) => told.push(["wait", millis]),
    onRoundTrip: (millis) => told.push(["round trip", millis]),
  });
  return { told, stop };
}

const patient = { watchdogMillis: 60_000, stallTimeoutMillis: 600_000 } as const;

/** The transport has taken everything. */
function drain(r: Rig): void {
  r.transport.drain();
  r.actor.drained();
  r.flusher.settle();
}

test("nothing is sampled before the first assessment, nor after one sample of each until the next", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      const { told } = sampled(r);
      r.connection.offer("x");
      r.flusher.settle();
      expect(told).toEqual([]);
      r.connection.assess();
      for (const count of [2, 3]) {
        for (let index = 0; index < count; index++) r.connection.offer("x");
        r.flusher.settle();
        expect(told).toEqual([
          ["time", 0],
          ["batch", 2],
        ]);
      }
    }),
  ));

test("the first message of a turn is marked, and its time ends when it is handed over", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ room: 0, configuration: patient });
      const { told } = sampled(r);
      r.connection.offer("in transit");
      r.flusher.settle();
      r.connection.assess();
      yield* TestClock.adjust(500);
      r.connection.offer("marked");
      yield* TestClock.adjust(1_500);
      r.connection.offer("not marked");
      yield* TestClock.adjust(2_000);
      expect(told).toEqual([]);
      drain(r);
      expect(told).toEqual([
        ["time", 3_500],
        ["batch", 2],
      ]);
    }),
  ));

test("at most 64 messages are marked at once; who is dropped makes room for others", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ room: 0, configuration: { ...patient, maxMessages: 70 } });
      const { told } = sampled(r);
      r.connection.offer("in transit");
      r.flusher.settle();
      const mark = (count: number) => {
        for (let index = 0; index < count; index++) {
          r.connection.assess();
          r.connection.offer("x");
        }
      };
      mark(70);
      drain(r);
      expect(told.filter(([what]) => what === "time")).toHaveLength(64);
    }),
  ));

test("what was dropped while 64 were marked gives no sample, and its mark goes to another", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ room: 0, configuration: { ...patient, maxMessages: 64 } });
      const { told } = sampled(r);
      r.connection.offer("in transit");
      r.flusher.settle();
      for (let index = 0; index < 80; index++) {
        r.connection.assess();
        yield* TestClock.adjust(1);
        r.connection.offer("x");
      }
      expect(r.connection.stats().dropped.evicted.messages).toBe(16);
      drain(r);
      const times = told.flatMap(([what, millis]) => (what === "time" ? [millis] : []));
      expect(times).toHaveLength(64);
      expect(times.slice(0, 2)).toEqual([63, 62]);
    }),
  ));

test.each(["effect", "promise"] as const)(
  "the wait of a sender by %s is from its call to its answer",
  (way) =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          room: 0,
          configuration: {
            ...patient,
            maxMessages: 1,
            overflow: "block",
            blockTimeoutMillis: 9_000,
          },
        });
        const { told } = sampled(r);
        r.connection.offer("in transit");
        r.flusher.settle();
        r.connection.offer("full");
        const send =
          way === "effect"
            ? r.connection.send("late")
            : Effect.promise(() => new PlainConnection(r.actor).send("late"));
        yield* TestClock.adjust(1_000);
        const sender = yield* Effect.forkChild(send);
        yield* Effect.yieldNow;
        yield* TestClock.adjust(4_000);
        expect(told).toEqual([]);
        drain(r);
        yield* Fiber.join(sender);
        expect(told).toEqual([["wait", 4_000]]);
      }),
    ),
);

test("a wait that began before sampling did is none; its message may be marked all the same", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({
        room: 0,
        configuration: { ...patient, maxMessages: 1, overflow: "block", blockTimeoutMillis: 9_000 },
      });
      r.connection.offer("in transit");
      r.flusher.settle();
      r.connection.offer("full");
      const sender = yield* Effect.forkChild(r.connection.send("late"));
      yield* Effect.yieldNow;
      const { told } = sampled(r);
      yield* TestClock.adjust(1_000);
      drain(r);
      yield* Fiber.join(sender);
      expect(told.filter(([what]) => what === "wait")).toEqual([]);
    }),
  ));

test("the newest listener is in the place of the one before, which then cannot stop it", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      const before = sampled(r);
      const { told, stop } = sampled(r);
      before.stop();
      r.connection.assess();
      r.connection.offer("x");
      r.flusher.settle();
      expect(before.told).toEqual([]);
      expect(told).toEqual([
        ["time", 0],
        ["batch", 1],
      ]);
      r.connection.assess();
      stop();
      r.connection.offer("x");
      yield* r.connection.send("y");
      r.flusher.settle();
      r.connection.assess();
      expect(told).toHaveLength(2);
    }),
  ));

test("each of several marked messages has its time when it is handed over itself, and not before", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ room: 0, configuration: patient });
      const { told } = sampled(r);
      r.connection.offer("in transit");
      r.flusher.settle();
      for (const message of ["first", "second"]) {
        r.connection.assess();
        yield* TestClock.adjust(1_000);
        r.connection.offer(message);
      }
      // Room for what is held and no more: the first goes out and is held in its turn.
      r.transport.drain("in transit".length);
      r.actor.drained();
      r.flusher.settle();
      expect(told).toEqual([
        ["time", 1_000],
        ["batch", 1],
      ]);
      yield* TestClock.adjust(3_000);
      drain(r);
      expect(told.slice(2)).toEqual([["time", 3_000]]);
    }),
  ));

test("a message that is refused at an offer or a send leaves the mark to the next that is taken", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ configuration: { maxBytes: 5 } });
      const { told } = sampled(r);
      r.connection.assess();
      r.connection.offer("too large");
      yield* Effect.flip(r.connection.send("too large"));
      r.flusher.settle();
      yield* TestClock.adjust(2_000);
      yield* r.connection.send("x");
      yield* TestClock.adjust(500);
      r.flusher.settle();
      expect(told).toEqual([
        ["time", 500],
        ["batch", 1],
      ]);
    }),
  ));

test("a turn that hands nothing over is no batch: the next one that does is", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ configuration: patient });
      const send = r.transport.send.bind(r.transport);
      let refuses = true;
      r.transport.send = (message) => (refuses ? 2 : send(message));
      const { told } = sampled(r);
      r.connection.assess();
      r.connection.offer("x");
      r.flusher.settle();
      expect(told).toEqual([]);
      refuses = false;
      r.actor.drained();
      r.flusher.settle();
      expect(told).toEqual([
        ["time", 0],
        ["batch", 1],
      ]);
    }),
  ));

test("a sender that was answered before the first assessment leaves no mark", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({
        room: 0,
        configuration: { ...patient, maxMessages: 1, overflow: "block", blockTimeoutMillis: 9_000 },
      });
      const { told } = sampled(r);
      r.connection.offer("in transit");
      r.flusher.settle();
      r.connection.offer("full");
      const sender = yield* Effect.forkChild(r.connection.send("late"));
      yield* Effect.yieldNow;
      // Room for what is held and no more: the next is held in its turn, and lets the sender in.
      r.transport.drain("in transit".length);
      r.actor.drained();
      r.flusher.settle();
      yield* Fiber.join(sender);
      yield* TestClock.adjust(1_000);
      r.connection.assess();
      drain(r);
      expect(told.filter(([what]) => what === "time")).toEqual([]);
    }),
  ));

test("of messages that are sent under pressure one is marked for each assessment", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ room: 0, configuration: patient });
      const { told } = sampled(r);
      r.connection.offer("in transit");
      r.flusher.settle();
      r.connection.assess();
      for (let index = 0; index < 3; index++) {
        yield* TestClock.adjust(1_000);
        yield* r.connection.send("x");
      }
      drain(r);
      expect(told).toEqual([
        ["time", 2_000],
        ["batch", 3],
      ]);
    }),
  ));

test("a send that is refused after others leaves the mark to the next that is taken", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ configuration: { maxBytes: 5 } });
      const { told } = sampled(r);
      r.connection.offer("x");
      r.flusher.settle();
      r.connection.assess();
      yield* Effect.flip(r.connection.send("too large"));
      yield* TestClock.adjust(2_000);
      yield* r.connection.send("y");
      yield* TestClock.adjust(500);
      r.flusher.settle();
      expect(told).toEqual([
        ["time", 500],
        ["batch", 1],
      ]);
    }),
  ));

test("a batch of messages that came before the assessment leaves the mark to the next that comes", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      const { told } = sampled(r);
      r.connection.offer("before");
      r.connection.assess();
      r.flusher.settle();
      expect(told).toEqual([["batch", 1]]);
      r.connection.offer("after");
      r.flusher.settle();
      expect(told).toEqual([
        ["batch", 1],
        ["time", 0],
      ]);
    }),
  ));

test("a listener that throws stays in its room: the connection goes on, and whoever hears of errors is told", () =>
  run(
    Effect.gen(function* () {
      const heard: Array<string> = [];
      const r = yield* rig({
        onError: (error, what) => heard.push(`${what}: ${String(error)}`),
      });
      const fail = () => {
        throw "no room";
      };
      r.connection.sample({
        onOutboxTime: fail,
        onBatch: fail,
        onSendWait: fail,
        onRoundTrip: fail,
      });
      r.actor.assess();
      r.connection.offer("a");
      r.flusher.settle();
      expect(r.connection.stats().delivered.messages).toBe(1);
      expect(r.connection.state).toBe("normal");
      expect(heard).toEqual([
        "a listener to its samples failed: no room",
        "a listener to its samples failed: no room",
      ]);
    }),
  ));

test("one answer to a ping is a sample, once an assessment", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ isPinged: true });
      const { told } = sampled(r);
      const ask = Effect.gen(function* () {
        r.connection.offer("x");
        r.flusher.settle();
        r.actor.receipts.ask();
        yield* TestClock.adjust(7);
        answerTo(r.actor, r.transport.asked.at(-1) as string);
      });
      answer(r);
      yield* ask;
      r.connection.assess();
      yield* ask;
      yield* ask;
      expect(told.filter(([kind]) => kind === "round trip")).toEqual([["round trip", 7]]);
    }),
  ));
