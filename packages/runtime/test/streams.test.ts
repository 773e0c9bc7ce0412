/** What is piped into a connection goes at the pace of the connection. */
import { PlainConnection } from "@sluice/runtime";
import { Effect, Fiber, Stream } from "effect";
import { describe, expect, test } from "vitest";
import { expectSound, rig, run } from "./harness.js";

const blocking = { configuration: { maxMessages: 2, overflow: "block" as const }, room: 0 };

describe("sink", () => {
  test("pulls from its source only as the connection has room", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(blocking);
        let pulled = 0;
        const source = Stream.range(1, 100).pipe(
          Stream.rechunk(1),
          Stream.tap(() => Effect.sync(() => pulled++)),
          Stream.map(String),
        );
        const fiber = yield* Effect.forkChild(Stream.run(source, r.connection.sink));
        yield* Effect.yieldNow;
        yield* Effect.yieldNow;
        expect(pulled).toBe(3);
        while (fiber.pollUnsafe() === undefined) {
          r.flusher.settle();
          r.transport.drain();
          r.actor.drained();
          yield* Effect.promise(() => Promise.resolve());
          yield* Effect.yieldNow;
        }
        yield* Fiber.join(fiber);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 1)));
        expectSound(r);
      }),
    ));

  test("fails when the connection closes", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(blocking);
        const fiber = yield* Effect.forkChild(
          Effect.flip(Stream.run(Stream.forever(Stream.succeed("x")), r.connection.sink)),
        );
        yield* Effect.yieldNow;
        r.transport.disconnect();
        r.actor.disconnected();
        expect(yield* Fiber.join(fiber)).toMatchObject({ _tag: "SendError", reason: "closed" });
      }),
    ));
});

describe("writable", () => {
  test("a web stream piped into a connection arrives in order, and the connection stays open", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ configuration: { maxMessages: 4, overflow: "block" } });
        const plain = new PlainConnection(r.actor);
        let next = 0;
        const readable = new ReadableStream<string>(
          {
            pull: (controller) =>
              next < 50 ? controller.enqueue(String(next++)) : controller.close(),
          },
          { highWaterMark: 0 },
        );
        let done = false;
        const piping = readable.pipeTo(plain.writable()).then(() => {
          done = true;
        });
        while (!done) {
          r.flusher.settle();
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
        }
        yield* Effect.promise(() => piping);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
        expect(plain.state).toBe("normal");
        expectSound(r);
      }),
    ));

  test("fails, and cancels its source, when the connection closes", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(blocking);
        const plain = new PlainConnection(r.actor);
        let cancelled: unknown;
        const readable = new ReadableStream<string>(
          {
            pull: (controller) => controller.enqueue("x"),
            cancel: (reason) => {
              cancelled = reason;
            },
          },
          { highWaterMark: 0 },
        );
        const piping = readable.pipeTo(plain.writable()).catch((error: unknown) => error);
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
        r.transport.disconnect();
        r.actor.disconnected();
        const error = yield* Effect.promise(() => piping);
        expect(error).toMatchObject({ _tag: "SendError", reason: "closed" });
        expect(cancelled).toBe(error);
      }),
    ));

  test("aborting it takes the waiting message back", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(blocking);
        r.connection.offer("1");
        r.connection.offer("2");
        const writer = new PlainConnection(r.actor).writable().getWriter();
        const writing = writer.write("3").catch((error: unknown) => error);
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
        expect(r.connection.stats().waiting.messages).toBe(1);
        yield* Effect.promise(() => writer.abort(new Error("enough")));
        yield* Effect.promise(() => writing);
        expect(r.connection.stats().waiting.messages).toBe(0);
        expect(r.connection.stats().rejected.interrupted.messages).toBe(1);
      }),
    ));
});
