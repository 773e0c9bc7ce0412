/** Whatever a transport throws, wherever it is called, its connection ends in order and nobody else is touched. */
import { Actor } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Context, Effect, Logger, References } from "effect";
import { describe, expect, test } from "vitest";
import { sizeOf } from "./harness.js";

/** An actor on a transport of which some calls throw, and what it logs. */
function faulty(calls: Partial<ScriptedTransport<string>>) {
  const lines: Array<string> = [];
  const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)));
  const context = Context.make(Logger.CurrentLoggers, new Set([logger])).pipe(
    Context.add(References.MinimumLogLevel, "Info"),
  );
  const transport = Object.assign(new ScriptedTransport<string>({ sizeOf }), calls);
  const flusher = new ManualFlusher();
  const actor = new Actor<string>({ transport, flusher, sizeOf, context, id: "faulty" });
  const told: Array<unknown> = [];
  actor.ending.onClosed((info) => told.push(info));
  return { actor, transport, flusher, lines, told };
}

const broken = (): never => {
  throw new Error("broken");
};
const acknowledged = { messages: 0, bytes: 0 };
const internalError = { code: 1011, reason: "internal error", by: "eviction", acknowledged };

describe("a transport that throws", () => {
  test.each([
    ["send, alone", { send: broken }, 1],
    ["send, of several", { send: broken }, 3],
    ["batch", { batch: broken }, 3],
    ["bufferedBytes", { bufferedBytes: broken }, 1],
  ] as const)(
    "in %s: it is ended with 1011, once, and it is logged by its name",
    (_, calls, count) => {
      const { actor, transport, flusher, lines, told } = faulty(calls);
      for (let index = 0; index < count; index++) actor.offer("x");
      flusher.settle();
      expect(told).toEqual([internalError]);
      expect(transport.ending).toEqual({ code: 1011, reason: "internal error" });
      expect(lines).toEqual(["connection faulty: its transport failed,Error: broken"]);
      expect(actor.offer("y")).toEqual({ _tag: "Rejected", reason: "closed" });
      expect(transport.violations).toEqual([]);
    },
  );

  test("at its end: it has ended all the same, and who waits for that is told", () => {
    const { actor, flusher, lines, told } = faulty({ end: broken });
    actor.close({ code: 1000, reason: "done" });
    flusher.settle();
    expect(told).toEqual([{ code: 1000, reason: "done", by: "close", acknowledged }]);
    expect(lines).toEqual(["connection faulty: its transport failed,Error: broken"]);
    expect(flusher.size).toBe(0);
  });
});

describe("what is logged of those who look on", () => {
  test("an observer that throws, at each step", () => {
    const { actor, lines } = faulty({});
    actor.watchers.observe({ onStep: broken });
    actor.close();
    expect(lines).toEqual(["connection faulty: an observer of it failed,Error: broken"]);
  });

  test("a listener to its closing that throws", async () => {
    const { actor, flusher, lines, told } = faulty({});
    actor.ending.onClosed(broken);
    actor.close();
    flusher.settle();
    expect(told).toHaveLength(1);
    expect(lines).toEqual(["connection faulty: a listener to its closing failed,Error: broken"]);
  });
});

test("connections without a name are told apart, and a name that was given is kept", () => {
  const transport = new ScriptedTransport<string>({ sizeOf });
  const made = () => new Actor<string>({ transport, flusher: new ManualFlusher(), sizeOf }).id;
  const [first, second] = [made(), made()];
  expect(Number(second.slice(1)) - Number(first.slice(1))).toBe(1);
  expect(first).toMatch(/^c[1-9]\d*$/);
  expect(faulty({}).actor.id).toBe("faulty");
});

test("without services it logs and sleeps with those of Effect", async () => {
  const transport = new ScriptedTransport<string>({ sizeOf });
  const flusher = new ManualFlusher();
  const actor = new Actor<string>({ transport, flusher, sizeOf });
  expect(actor.isTraced).toBe(false);
  expect(await Effect.runPromiseWith(actor.context)(Effect.succeed(7))).toBe(7);
});
