import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { type Actor, Connection, PlainConnection, SendError } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Effect } from "effect";
import { describe, expect, test } from "vitest";
import { rig, run, sizeOf } from "./harness.js";

const plain = Effect.fnUntraced(function* (
  options: { readonly room?: number; readonly overflow?: "block" } = {},
) {
  const { room, ...configuration } = options;
  const r = yield* rig({
    ...(room !== undefined && { room }),
    configuration: {
      maxMessages: 1,
      pauseAt: 1,
      minDelayMillis: 0,
      maxDelayMillis: 0,
      pauseDurationMillis: 0,
      ...configuration,
    },
  });
  return { ...r, connection: new PlainConnection(r.actor) };
});

/** What the process would end of, by the time that promises have had their turns. */
async function unhandled(act: () => unknown): Promise<ReadonlyArray<unknown>> {
  const seen: Array<unknown> = [];
  const see = (error: unknown) => seen.push(error);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", see);
  try {
    await act();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  }
  return seen;
}

describe("a send that nobody awaits", () => {
  test("ends no process, whether it is refused at once, later or taken back", () =>
    run(
      Effect.gen(function* () {
        const { connection, actor } = yield* plain({ room: 0, overflow: "block" });
        const controller = new AbortController();
        const seen = yield* Effect.promise(() =>
          unhandled(() => {
            void connection.send("a");
            void connection.send("b");
            void connection.send("c", { signal: controller.signal });
            void connection.send("d", { signal: AbortSignal.abort() });
            void connection.send("e", new AbortController() as never);
            controller.abort();
            actor.disconnected();
            void connection.send("f");
          }),
        );
        expect(seen).toEqual([]);
      }),
    ));

  test("is refused all the same for whoever awaits it", () =>
    run(
      Effect.gen(function* () {
        const { connection, actor } = yield* plain({ room: 0, overflow: "block" });
        void connection.send("a");
        const waits = connection.send("b");
        actor.disconnected();
        yield* Effect.promise(() => expect(waits).rejects.toBeInstanceOf(SendError));
        yield* Effect.promise(() =>
          expect(connection.send("c")).rejects.toMatchObject({ reason: "closed" }),
        );
        yield* Effect.promise(() =>
          expect(connection.send("d", { signal: 5 } as never)).rejects.toThrow(
            "must be an AbortSignal",
          ),
        );
      }),
    ));
});

describe("a send that is none", () => {
  test.each([
    [
      new AbortController(),
      "the options of send must be a label, or { signal, label }, not an AbortController",
    ],
    [null, "the options of send must be a label, or { signal, label }, not null"],
    [{ signal: 5 }, "signal must be an AbortSignal, not 5"],
    [{ signal: null }, "signal must be an AbortSignal, not null"],
    [{ signal: { throwIfAborted() {} } }, "signal must be an AbortSignal, not an Object"],
    [
      { sginal: AbortSignal.abort() },
      "sginal is not an option of send: there are signal, label, key, place, merge, topic, lane, ttlMillis",
    ],
  ])(
    "is refused with what is wrong in its options, and told to whoever hears of errors: %o",
    (options, words) =>
      run(
        Effect.gen(function* () {
          const heard: Array<unknown> = [];
          const r = yield* rig({ onError: (error, what) => heard.push([what, error]) });
          const sending = new PlainConnection(r.actor).send("x", options as never);
          const error = yield* Effect.promise(() => sending.catch((thrown: unknown) => thrown));
          expect(error).toEqual(new TypeError(words));
          expect(heard).toEqual([["a send failed", error]]);
          expect(r.connection.stats().offered.messages).toBe(0);
        }),
      ),
  );

  test("is told also with a signal that could have taken it back", () =>
    run(
      Effect.gen(function* () {
        const heard: Array<unknown> = [];
        const r = yield* rig({ onError: (error) => heard.push(error) });
        const { signal } = new AbortController();
        const sending = new PlainConnection(r.actor).send(undefined as never, { signal });
        const error = yield* Effect.promise(() => sending.catch((thrown: unknown) => thrown));
        expect(error).toBeInstanceOf(TypeError);
        expect(heard).toEqual([error]);
      }),
    ));

  test("is not told of when it was only too late: its signal was aborted before", () =>
    run(
      Effect.gen(function* () {
        const heard: Array<unknown> = [];
        const r = yield* rig({ onError: (error) => heard.push(error) });
        const signal = AbortSignal.abort("too late");
        const sending = new PlainConnection(r.actor).send("x", { signal });
        expect(yield* Effect.promise(() => sending.catch((thrown: unknown) => thrown))).toBe(
          "too late",
        );
        expect(heard).toEqual([]);
      }),
    ));

  test("is not one for want of options, or of a signal in them", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const plain = new PlainConnection(r.actor);
        for (const options of [undefined, {}, { signal: undefined }]) {
          expect((yield* Effect.promise(() => plain.send("x", options)))._tag).toBe("Accepted");
        }
      }),
    ));
});

describe("nothing grows by being looked at", () => {
  test("closed is one promise, signal one signal, effect one view", () =>
    run(
      Effect.gen(function* () {
        const { connection, actor } = yield* plain();
        const { signal } = connection;
        expect(connection.closed).toBe(connection.closed);
        expect(connection.signal).toBe(signal);
        expect(connection.effect).toBe(connection.effect);
        expect(signal.aborted).toBe(false);
        actor.disconnected(1000, "bye");
        expect(signal.reason).toMatchObject({ reason: "closed", connection: actor.id });
        expect((yield* Effect.promise(() => connection.closed)).reason).toBe("bye");
      }),
    ));

  test("many sends on one signal are one listener on it, and none when they are answered", () =>
    run(
      Effect.gen(function* () {
        const { connection, actor } = yield* plain({ room: 0, overflow: "block" });
        const { signal } = new AbortController();
        void connection.send("a");
        for (let index = 0; index < 50; index++) void connection.send("b", { signal });
        expect(getEventListeners(signal, "abort")).toHaveLength(1);
        actor.disconnected();
        expect(getEventListeners(signal, "abort")).toHaveLength(0);
      }),
    ));

  test("an abort takes all of them back, and a send after it has a listener of its own again", () =>
    run(
      Effect.gen(function* () {
        const { connection } = yield* plain({ room: 0, overflow: "block" });
        const controller = new AbortController();
        const { signal } = controller;
        void connection.send("a");
        const all = [connection.send("b", { signal }), connection.send("c", { signal })];
        controller.abort(new Error("enough"));
        const settled = yield* Effect.promise(() => Promise.allSettled(all));
        expect(settled.map((one) => one.status === "rejected" && one.reason.message)).toEqual([
          "enough",
          "enough",
        ]);
        expect(connection.stats().waiting.messages).toBe(0);
        expect(getEventListeners(signal, "abort")).toHaveLength(0);
      }),
    ));

  test("a writable leaves no listener behind: closed, aborted or failed", () =>
    run(
      Effect.gen(function* () {
        const { connection } = yield* plain();
        let listening = 0;
        const { onClosed } = connection;
        connection.onClosed = (listener) => {
          listening++;
          const stop = onClosed.call(connection, listener);
          return () => {
            listening--;
            stop();
          };
        };
        yield* Effect.promise(() => connection.writable().close());
        yield* Effect.promise(() => connection.writable().abort("no"));
        const writer = connection.writable().getWriter();
        expect(listening).toBe(1);
        writer.closed.catch(() => {});
        yield* Effect.promise(() =>
          expect(writer.write("x".repeat(2 ** 20 + 1))).rejects.toMatchObject({
            reason: "too-large",
          }),
        );
        expect(listening).toBe(0);
      }),
    ));
});

describe("one hook hears what goes wrong", () => {
  test("of observers, listeners to closing and messages that cannot be sent, now and later", async () => {
    const heard: Array<string> = [];
    const transport = new ScriptedTransport<string>({ sizeOf });
    const flusher = new ManualFlusher();
    const made = Effect.runSync(
      Effect.scoped(
        Effect.map(
          Connection.make<string>({
            transport,
            flusher,
            sizeOf,
            errorListener: {
              onError: (error, what) => {
                heard.push(`${what}: ${String((error as Error).message ?? error)}`);
                throw new Error("in the hook itself");
              },
            },
          }),
          ({ actor }): Actor<string> => {
            actor.watchers.observe({
              onStep: () => {
                throw "now";
              },
            });
            actor.ending.onClosed((async () => Promise.reject("later")) as never);
            actor.ending.onClosed(() => heard.push("told"));
            return actor;
          },
        ),
      ),
    );
    flusher.settle();
    made.ending.onClosed(() => {
      throw "at once";
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([
      "an observer of it failed: now",
      "told",
      "a listener to its closing failed: at once",
      "a listener to its closing failed: later",
    ]);
  });
});

test("an error of a send prints its message and stack, and is whole as JSON", () => {
  const error = new SendError({ reason: "full", connection: "c1" });
  expect(inspect(error)).toMatch(/^SendError: connection c1: message not sent \(full\).*\n +at /);
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    _tag: "SendError",
    message: error.message,
    reason: "full",
    connection: "c1",
  });
});

describe("a listener to its closing", () => {
  test("that stops listening meanwhile, itself or another, keeps no third from being told", () =>
    run(
      Effect.gen(function* () {
        const { connection, actor } = yield* plain();
        const told: Array<string> = [];
        const stop = connection.onClosed(() => {
          told.push("a");
          stop();
          stopOther();
        });
        const stopOther = connection.onClosed(() => told.push("b"));
        connection.onClosed(() => told.push("c"));
        actor.disconnected();
        yield* Effect.promise(() => connection.closed);
        expect(told).toEqual(["a", "c"]);
      }),
    ));

  test("may be the same function twice: each is stopped for itself", () =>
    run(
      Effect.gen(function* () {
        const { connection, actor } = yield* plain();
        let told = 0;
        const listener = () => void told++;
        connection.onClosed(listener);
        const stop = connection.onClosed(listener);
        stop();
        stop();
        actor.disconnected();
        expect(told).toBe(1);
      }),
    ));
});

test("who listens must be able to hear", () =>
  run(
    Effect.gen(function* () {
      const { connection } = yield* plain();
      expect(() => connection.onClosed(5 as never)).toThrow("listener must be a function, not 5");
      for (const none of [{}, undefined, null, 5]) {
        expect(() => connection.observe(none as never)).toThrow("onStep of an observer must be");
        expect(() => connection.sample(none as never)).toThrow("onOutboxTime of a listener");
      }
      expect(() => connection.sample({ onOutboxTime() {}, onBatch() {} } as never)).toThrow(
        "onSendWait of a listener to samples must be a function, not undefined",
      );
    }),
  ));

test("data that cannot be shown keeps nobody from seeing the rest", () =>
  run(
    Effect.gen(function* () {
      const { connection } = yield* plain();
      connection.data = {
        [Symbol.for("nodejs.util.inspect.custom")]: () => {
          throw new Error("do not look");
        },
      };
      expect(inspect(connection)).toMatch(/^Connection c\d+ normal healthy .*cannot be shown/s);
    }),
  ));
