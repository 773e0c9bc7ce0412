import { getEventListeners } from "node:events";
import { Actor, PlainConnection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Context, Effect, Fiber, References, Tracer } from "effect";
import { expect, test } from "vitest";
import { rig, run, sizeOf } from "./harness.js";

/** A tracer that keeps its spans. */
function tracing() {
  const spans: Array<Tracer.NativeSpan> = [];
  const tracer = Tracer.make({
    span(options) {
      const span = new Tracer.NativeSpan(options);
      spans.push(span);
      return span;
    },
  });
  return { spans, tracer };
}

const ends = (spans: ReadonlyArray<Tracer.NativeSpan>) =>
  spans.map(({ name, status }) => [name, status._tag === "Ended" ? status.exit._tag : "running"]);

test("with a tracer a send is a span of its connection, in the span that it is sent from", () =>
  run(
    Effect.gen(function* () {
      const { spans, tracer } = tracing();
      const { connection } = yield* rig();
      yield* connection.send("x").pipe(Effect.withSpan("work"), Effect.withTracer(tracer));
      expect(ends(spans)).toEqual([
        ["work", "Success"],
        ["sluice.send", "Success"],
      ]);
      expect(spans[1]?.attributes.get("sluice.connection.id")).toBe(connection.id);
      expect(spans[1]?.kind).toBe("producer");
      expect(spans[1]?.parent).toMatchObject({ _tag: "Some", value: { name: "work" } });
      expect(connection.stats().offered.messages).toBe(1);
    }),
  ));

test("the span of a send that waits ends when it is answered, and fails with it", () =>
  run(
    Effect.gen(function* () {
      const { spans, tracer } = tracing();
      const { connection } = yield* rig({
        room: 0,
        configuration: { overflow: "block", maxMessages: 1 },
      });
      connection.offer("x");
      const sending = Effect.exit(connection.send("y")).pipe(Effect.withTracer(tracer));
      const sender = yield* Effect.forkChild(sending);
      yield* Effect.yieldNow;
      expect(ends(spans)).toEqual([["sluice.send", "running"]]);
      connection.evict();
      expect((yield* Fiber.join(sender))._tag).toBe("Failure");
      expect(ends(spans)).toEqual([["sluice.send", "Failure"]]);
    }),
  ));

test("an interrupted send takes its message back, and its span ends", () =>
  run(
    Effect.gen(function* () {
      const { spans, tracer } = tracing();
      const { connection } = yield* rig({
        room: 0,
        configuration: { overflow: "block", maxMessages: 1 },
      });
      connection.offer("x");
      const sender = yield* Effect.forkChild(connection.send("y").pipe(Effect.withTracer(tracer)));
      yield* Effect.yieldNow;
      yield* Fiber.interrupt(sender);
      expect(connection.stats().rejected.interrupted.messages).toBe(1);
      expect(ends(spans)).toEqual([["sluice.send", "Failure"]]);
    }),
  ));

test.each(["no tracer", "tracing switched off"])("with %s there is no span", (which) =>
  run(
    Effect.gen(function* () {
      const { spans, tracer } = tracing();
      const { connection } = yield* rig();
      const send = connection.send("x");
      if (which === "no tracer") yield* send;
      else yield* send.pipe(Effect.withTracer(tracer), Effect.withTracerEnabled(false));
      expect(spans).toEqual([]);
      expect(connection.stats().offered.messages).toBe(1);
    }),
  ),
);

/** A connection for promises, made with the services of a context. */
function plain(context: Context.Context<never>): PlainConnection<string> {
  const transport = new ScriptedTransport<string>({ sizeOf, room: 0 });
  const configuration = { overflow: "block", maxMessages: 1 } as const;
  return new PlainConnection(
    new Actor<string>({ transport, flusher: new ManualFlusher(), sizeOf, configuration, context }),
  );
}

test("a promise's send has a span when the connection was made with a tracer", async () => {
  const { spans, tracer } = tracing();
  const connection = plain(Context.make(Tracer.Tracer, tracer));
  await expect(connection.send("x")).resolves.toMatchObject({ _tag: "Accepted" });
  const controller = new AbortController();
  const reason = new Error("no longer wanted");
  const sending = connection.send("y", { signal: controller.signal });
  controller.abort(reason);
  await expect(sending).rejects.toBe(reason);
  connection.evict();
  await expect(connection.send("z")).rejects.toMatchObject({ _tag: "SendError", reason: "closed" });
  expect(ends(spans)).toEqual([
    ["sluice.send", "Success"],
    ["sluice.send", "Failure"],
    ["sluice.send", "Failure"],
  ]);
});

test("a promise's send with a span leaves no listener on its signal once it is answered", async () => {
  const connection = plain(Context.make(Tracer.Tracer, tracing().tracer));
  const { signal } = new AbortController();
  await connection.send("x", { signal });
  const waiting = connection.send("y", { signal });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  connection.evict();
  await expect(waiting).rejects.toMatchObject({ reason: "closed" });
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a promise's send has none when it was made without", async () => {
  const connection = plain(Context.make(References.MinimumLogLevel, "Info"));
  await connection.send("x");
  expect(connection.stats().offered.messages).toBe(1);
});
