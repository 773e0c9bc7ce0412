/** A connection for promises leaves nothing behind: no listener on a signal, no stream that goes on without it. */
import { getEventListeners } from "node:events";
import { PlainConnection, type SendError } from "@sluice/runtime";
import { Effect } from "effect";
import { describe, expect, test } from "vitest";
import { type Rig, rig, run } from "./harness.js";

const full = rig({ room: 0, configuration: { maxMessages: 1, overflow: "block" } });

/** A connection with room for no more, and a signal. */
const waiting = (
  body: (r: Rig, plain: PlainConnection<string>, abort: AbortController) => Promise<void>,
) =>
  run(
    Effect.gen(function* () {
      const r = yield* full;
      r.connection.offer("first");
      yield* Effect.promise(() => body(r, new PlainConnection(r.actor), new AbortController()));
    }),
  );

const listeners = ({ signal }: AbortController) => getEventListeners(signal, "abort").length;

describe("a signal", () => {
  test("is listened to while its send waits, and no longer once it was taken", () =>
    waiting(async (r, plain, abort) => {
      const sending = plain.send("second", { signal: abort.signal });
      expect(listeners(abort)).toBe(1);
      r.flusher.settle();
      expect(await sending).toMatchObject({ _tag: "Accepted" });
      expect(listeners(abort)).toBe(0);
    }));

  test("is no longer listened to once its send has failed", () =>
    waiting(async (r, plain, abort) => {
      const sending = plain.send("second", { signal: abort.signal });
      r.actor.disconnected();
      await expect(sending).rejects.toMatchObject({ _tag: "SendError", reason: "closed" });
      expect(listeners(abort)).toBe(0);
    }));

  test("is not listened to by a send that does not wait", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const abort = new AbortController();
        const plain = new PlainConnection(r.actor);
        yield* Effect.promise(() => plain.send("x", { signal: abort.signal }));
        expect(listeners(abort)).toBe(0);
      }),
    ));

  test("that was aborted before lets nothing be sent", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const reason = new Error("too late");
        const sending = new PlainConnection(r.actor).send("x", {
          signal: AbortSignal.abort(reason),
        });
        expect(yield* Effect.promise(() => sending.catch((error: unknown) => error))).toBe(reason);
        expect(r.connection.stats().offered.messages).toBe(0);
      }),
    ));

  test("takes back every send that waits on it, and its reason is theirs", () =>
    waiting(async (r, plain, abort) => {
      const reason = new Error("no longer wanted");
      const { signal } = abort;
      const sends = [plain.send("second", { signal }), plain.send("third", { signal })];
      const other = plain.send("fourth");
      abort.abort(reason);
      for (const send of sends) await expect(send).rejects.toBe(reason);
      expect(listeners(abort)).toBe(0);
      expect(r.connection.stats().rejected.interrupted.messages).toBe(2);
      r.flusher.settle();
      await other;
      r.transport.drain();
      r.actor.drained();
      r.flusher.settle();
      expect(r.transport.accepted).toEqual(["first", "fourth"]);
    }));
});

describe("a stream", () => {
  test("fails with its connection, also while nothing is written to it", () =>
    waiting(async (r, plain) => {
      const writer = plain.writable().getWriter();
      const failed = writer.closed.catch((error: SendError) => error);
      r.actor.disconnected();
      expect(await failed).toMatchObject({
        _tag: "SendError",
        reason: "closed",
        connection: plain.id,
      });
    }));

  test("that was closed or aborted is not failed later, and listens no longer", () =>
    waiting(async (r, plain) => {
      const closed = plain.writable().getWriter();
      await closed.close();
      const aborted = plain.writable();
      await aborted.abort(new Error("enough"));
      r.actor.disconnected();
      await closed.closed;
      expect(plain.state).toBe("closed");
    }));

  test("that was closed or aborted leaves no listener on its connection", () =>
    waiting(async (r, plain) => {
      let listening = 0;
      const onClosed = r.actor.ending.onClosed.bind(r.actor.ending);
      r.actor.ending.onClosed = (listener) => {
        listening++;
        const stop = onClosed(listener);
        return () => {
          listening--;
          stop();
        };
      };
      const [closed, aborted] = [plain.writable(), plain.writable()];
      expect(listening).toBe(2);
      await closed.close();
      expect(listening).toBe(1);
      await aborted.abort(new Error("enough"));
      expect(listening).toBe(0);
    }));

  test("holds one chunk: its writer is told to wait while that one waits", () =>
    waiting(async (r, plain) => {
      const writer = plain.writable().getWriter();
      expect(writer.desiredSize).toBe(1);
      const writing = writer.write("second");
      expect(writer.desiredSize).toBe(0);
      r.flusher.settle();
      await writing;
      expect(writer.desiredSize).toBe(1);
    }));
});

test("closed resolves, and its listeners are told once, with how it ended; who stopped is not told", () =>
  waiting(async (r, plain) => {
    const told: Array<unknown> = [];
    plain.onClosed((info) => told.push(info));
    const stop = plain.onClosed(() => told.push("stopped"));
    plain.onClosed(() => told.push("last"));
    stop();
    stop();
    const { closed } = plain;
    const closing = plain.close({ code: 4000, reason: "enough" });
    r.flusher.settle();
    r.transport.drain();
    r.actor.drained();
    r.flusher.settle();
    const acknowledged = { messages: 0, bytes: 0 };
    const info = { code: 4000, reason: "enough", by: "close", acknowledged };
    expect(await closed).toEqual(info);
    expect(await closing).toEqual(info);
    expect(told).toEqual([info, "last"]);
    const stopAfter = plain.onClosed((late) => told.push(late));
    expect(told).toHaveLength(3);
    stopAfter();
  }));
