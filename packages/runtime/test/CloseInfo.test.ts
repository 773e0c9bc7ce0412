/** What may be said at the end of a connection: what RFC 6455, 7.4 allows in a frame, and what fits in one. */
import { Effect, Scope } from "effect";
import { describe, expect, test } from "vitest";
import { rig, run } from "./harness.js";

/** Asks for a close, then takes the turn in which it is sent. */
const closedWith = (way: "close" | "evict", options: { code?: number; reason?: string }) =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      r.actor[way](options);
      r.flusher.settle();
      return r.transport.ending;
    }),
  );

describe.each(["close", "evict"] as const)("%s", (way) => {
  test.each([1000, 1003, 1007, 1014, 3000, 4999])("sends the code %d", async (code) => {
    expect(await closedWith(way, { code })).toMatchObject({ code });
  });

  test.each([999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, Number.NaN])(
    "refuses the code %d, and the connection stays open",
    (code) =>
      run(
        Effect.gen(function* () {
          const r = yield* rig();
          expect(() => r.actor[way]({ code })).toThrow(
            `close code (${code}) must be 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
          );
          r.flusher.settle();
          expect(r.connection.state).toBe("normal");
          expect(r.transport.ending).toBeUndefined();
          expect(r.connection.offer("x")._tag).toBe("Accepted");
        }),
      ),
  );

  test.each([
    [null, TypeError, "close options must be { code, reason }, not null"],
    [{ reasons: "x" }, TypeError, "reasons is not an option of closing: there are code and reason"],
    [
      { code: 4000, codes: 1 },
      TypeError,
      "codes is not an option of closing: there are code and reason",
    ],
    [{ reason: 5 }, TypeError, "close reason must be a string, not 5"],
    [
      { reason: "half \ud800" },
      RangeError,
      "close reason must be well-formed: it holds half a surrogate pair",
    ],
  ])("refuses %o, and the connection stays open", (options, kind, words) =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        expect(() => r.actor[way](options as never)).toThrow(new kind(words));
        expect(r.connection.state).toBe("normal");
      }),
    ),
  );

  test("a reason of 123 bytes fits, one of 124 does not", async () => {
    expect(await closedWith(way, { reason: `${"é".repeat(61)}x` })).toMatchObject({
      reason: `${"é".repeat(61)}x`,
    });
    await expect(closedWith(way, { reason: "é".repeat(62) })).rejects.toThrow(
      "close reason (124 bytes) must have at most 123 bytes",
    );
  });
});

test("unless said otherwise a close is normal, an eviction is of a slow consumer", async () => {
  expect(await closedWith("close", {})).toEqual({ code: 1000, reason: "" });
  expect(await closedWith("close", { code: 4000 })).toEqual({ code: 4000, reason: "" });
  expect(await closedWith("evict", {})).toEqual({ code: 1013, reason: "slow consumer" });
  expect(await closedWith("evict", { reason: "bye" })).toEqual({ code: 1013, reason: "bye" });
});

test("a connection that its scope ends goes away with 1001", () =>
  run(
    Effect.gen(function* () {
      const r = yield* Effect.scoped(rig());
      r.flusher.settle();
      expect(r.transport.ending).toEqual({ code: 1001, reason: "going away" });
    }),
  ));

test("a transport that closes by itself, without a word, is an abnormal closure of the peer's", () =>
  run(
    Effect.gen(function* () {
      const [silent, spoken] = [yield* rig(), yield* rig()];
      silent.actor.disconnected();
      spoken.actor.disconnected(1005, "");
      expect(yield* silent.connection.closed).toMatchObject({ code: 1006, reason: "", by: "peer" });
      expect(yield* spoken.connection.closed).toMatchObject({ code: 1005, reason: "", by: "peer" });
    }),
  ));

test("the first farewell is the one that is sent: a second eviction changes nothing", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      r.actor.evict({ code: 4001, reason: "first" });
      r.actor.evict({ code: 4002, reason: "second" });
      r.flusher.settle();
      expect(r.transport.ending).toEqual({ code: 4001, reason: "first" });
    }),
  ));

test("a listener that stops is not told, wherever it is in line", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      const told: Array<string> = [];
      const stops = ["a", "b", "c"].map((name) => r.actor.ending.onClosed(() => told.push(name)));
      stops[0]?.();
      stops[0]?.();
      stops[2]?.();
      r.actor.disconnected();
      expect(told).toEqual(["b"]);
    }),
  ));

test("a connection has one scope, open while it is; one that is first asked for afterwards is closed", () =>
  run(
    Effect.gen(function* () {
      const [early, late] = [yield* rig(), yield* rig()];
      let finalized = 0;
      const count = Effect.sync(() => finalized++);
      expect(early.actor.ending.scope).toBe(early.actor.ending.scope);
      yield* Scope.addFinalizer(early.actor.ending.scope, count);
      yield* Effect.yieldNow;
      expect(finalized).toBe(0);
      early.actor.disconnected();
      late.actor.disconnected();
      yield* Effect.yieldNow;
      expect(finalized).toBe(1);
      yield* Scope.addFinalizer(late.actor.ending.scope, count);
      yield* Effect.yieldNow;
      expect(finalized).toBe(2);
    }),
  ));
