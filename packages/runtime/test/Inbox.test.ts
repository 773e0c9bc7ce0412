/** What one client sends is handled in order, so many messages at once, within bounds, at a rate; every message is counted. */
import { ConfigurationError } from "@sluice/core";
import { Vigil } from "@sluice/runtime";
import { Hub } from "@sluice/runtime/adapter";
import { ScriptedClient } from "@sluice/runtime/testing";
import { Context } from "effect";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { incomingLimits } from "../src/incoming/IncomingOptions.js";
import { Model, optionsOf, paces } from "./InboxModel.js";
import { InboxWorld, type Manner } from "./InboxWorld.js";

// ── A model: everything that may happen, in any order ─────────────────────────────────────────────────────

const rarely = { weight: 1 };
const steps = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        _tag: fc.constant("comes" as const),
        bytes: fc.integer({ min: 0, max: 12 }),
        manner: fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom<Manner>("returns", "promises", "thens") },
          { ...rarely, arbitrary: fc.constant<Manner>("throws") },
        ),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        _tag: fc.constant("ends" as const),
        which: fc.nat({ max: 5 }),
        how: fc.oneof(
          { weight: 20, arbitrary: fc.constant("resolve" as const) },
          { ...rarely, arbitrary: fc.constant("reject" as const) },
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        _tag: fc.constant("passes" as const),
        millis: fc.integer({ min: 0, max: 400 }),
      }),
    },
    { ...rarely, arbitrary: fc.constant({ _tag: "closes" as const }) },
  ),
  { maxLength: 60 },
);

test("R51 · whatever comes, ends, fails and closes in whatever order: order, bounds, rate and counts are the model's", () =>
  fc.assert(
    fc.asyncProperty(paces, steps, async (pacing, story) => {
      const world = new InboxWorld(optionsOf(pacing));
      const model = new Model(pacing);
      for (const step of story) {
        if (step._tag === "comes") {
          model.comes(step.bytes, step.manner);
          world.comes(step.bytes, step.manner);
        } else if (step._tag === "passes") {
          world.millis += step.millis;
          model.passes(step.millis);
        } else if (step._tag === "closes") {
          world.isOpen = false;
          world.inbox.forget();
          model.closes();
        } else if (model.running.length > 0) {
          const which = step.which % model.running.length;
          const id = model.running[which] as number;
          model.ends(which, step.how);
          await world.ends(id, step.how);
        }
        if (!world.isOpen) world.inbox.forget();
        if (!model.isOpen) model.closes();
        const { running, waiting, handled, dropped } = world.inbox.statistics;
        expect(world.begun).toEqual(model.begun);
        expect([...world.running.keys()].toSorted()).toEqual(model.running.toSorted());
        expect(world.isListening).toBe(model.isListening);
        expect({
          isOpen: world.isOpen,
          running,
          handled: handled.messages,
          waiting,
          lost: {
            rate: dropped.rate.messages,
            inbox: dropped.inbox.messages,
            closed: dropped.closed.messages,
          },
        }).toEqual({
          isOpen: model.isOpen,
          running: model.running.length,
          handled: model.begun.length,
          waiting: { messages: model.waiting.length, bytes: model.bytes },
          lost: model.lost,
        });
        world.audit();
      }
    }),
    { numRuns: 300 },
  ));

// ── One by one ────────────────────────────────────────────────────────────────────────────────────────────

describe("handlers of one connection", () => {
  test("one at a time: the next begins when the promise of the one before has settled, in order", async () => {
    const world = new InboxWorld({ concurrency: 1 });
    for (let count = 0; count < 3; count++) world.comes();
    expect(world.begun).toEqual([0]);
    await world.ends(0);
    expect(world.begun).toEqual([0, 1]);
    await world.ends(1);
    expect(world.begun).toEqual([0, 1, 2]);
    // Only what waited was kept: what is handled at once is not copied.
    expect(world.kept).toEqual([1, 2]);
    world.audit();
  });

  test("without a concurrency nothing waits, and everything is counted", () => {
    const world = new InboxWorld({});
    for (let count = 0; count < 100; count++) world.comes(3);
    expect(world.inbox.statistics).toMatchObject({
      received: { messages: 100, bytes: 300 },
      handled: { messages: 100, bytes: 300 },
      running: 100,
    });
    expect(world.kept).toEqual([]);
  });

  test("a handler that throws or rejects is the last: what waited is dropped, and counted", async () => {
    for (const [manner, how] of [
      ["throws", "resolve"],
      ["promises", "reject"],
      ["thens", "reject"],
    ] as const) {
      const world = new InboxWorld({ concurrency: 1 });
      world.comes();
      world.comes(1, manner);
      for (let count = 0; count < 3; count++) world.comes(5);
      await world.ends(0);
      await world.ends(1, how);
      expect(world.begun).toEqual([0, 1]);
      expect(world.inbox.statistics).toMatchObject({
        dropped: { closed: { messages: 3, bytes: 15 } },
        running: 0,
      });
      world.audit();
    }
  });

  test("a queue of handlers that return at once is no recursion", async () => {
    const world = new InboxWorld({ concurrency: 1, maxMessages: 100_000 });
    world.comes();
    for (let count = 0; count < 100_000; count++) world.comes(1, "returns");
    await world.ends(0);
    expect(world.begun).toHaveLength(100_001);
  });

  test("what does not settle well is heard all the same: a promise whose then throws closes its connection", () => {
    const world = new InboxWorld({ concurrency: 1 });
    const trap = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable that cannot be looked at is what is tried.
      get then(): never {
        throw new Error("no");
      },
    };
    world.inbox.take(
      1,
      () => trap,
      () => () => {},
    );
    expect(world.isOpen).toBe(false);
    expect(world.inbox.statistics.running).toBe(0);
  });
});

describe("at a bound", () => {
  test.each([
    [{ maxMessages: 2 }, "too many messages wait: more than 2"],
    [{ maxBytes: 25 }, "too many bytes wait: more than 25"],
  ])("with %j the client is closed with 1013, and told why", (bound, reason) => {
    const world = new InboxWorld({ concurrency: 1, ...bound });
    for (let count = 0; count < 3; count++) world.comes(10);
    expect(world.farewells).toEqual([]);
    world.comes(10);
    expect(world.farewells).toEqual([{ code: 1013, reason, why: "inbox" }]);
    expect(world.inbox.statistics.dropped).toMatchObject({
      inbox: { messages: 1 },
      closed: { messages: 2 },
    });
  });

  test("over the rate it is closed with 1008, and what is over is not handled", () => {
    const world = new InboxWorld({ perSecond: 2, burst: 3 });
    for (let count = 0; count < 3; count++) world.comes();
    world.millis += 500;
    world.comes();
    expect(world.farewells).toEqual([]);
    world.comes();
    expect(world.farewells).toEqual([
      { code: 1008, reason: "too many messages: more than 2 a second", why: "rate" },
    ]);
    expect(world.begun).toEqual([0, 1, 2, 3]);
  });

  test("R51 · who keeps to the rate is not blamed for what came late: the loop stood still, or its socket was paused", async () => {
    const slept = new InboxWorld({ perSecond: 10, burst: 10 });
    for (let count = 0; count < 10; count++) slept.comes();
    slept.asleepMillis += 3_000;
    for (let count = 0; count < 30; count++) slept.comes();
    expect(slept.farewells).toEqual([]);
    slept.comes();
    expect(slept.farewells.map(({ why }) => why)).toEqual(["rate"]);

    const paused = new InboxWorld({
      perSecond: 10,
      concurrency: 1,
      maxMessages: 1,
      onFull: "pause",
    });
    for (let count = 0; count < 10; count++) paused.comes();
    paused.millis += 3_000;
    for (let count = 0; count < 10; count++) await paused.ends(count);
    expect(paused.isListening).toBe(true);
    for (let count = 0; count < 30; count++) paused.comes();
    expect(paused.farewells).toEqual([]);
    paused.comes();
    expect(paused.farewells.map(({ why }) => why)).toEqual(["rate"]);
  });

  test("a client that was silent while its way was shut has no more than its burst later", () => {
    const world = new InboxWorld({ perSecond: 10, burst: 10 });
    world.comes();
    world.asleepMillis += 3_000;
    world.comes();
    world.millis += 3_000;
    for (let count = 0; count < 10; count++) world.comes();
    expect(world.farewells).toEqual([]);
    world.comes();
    expect(world.farewells.map(({ why }) => why)).toEqual(["rate"]);
  });

  test("R51 · a server watches its loop for a connection that has a rate, and for no other", () => {
    const watch = vi.spyOn(Vigil.prototype, "watch");
    onTestFinished(() => watch.mockRestore());
    for (const incoming of [{ concurrency: 1 }, { perSecond: 1 }]) {
      const hub = new Hub<readonly [object]>({ incoming }, Context.empty(), { stranger: "" });
      new ScriptedClient(hub).vanish();
    }
    expect(watch).toHaveBeenCalledTimes(1);
  });

  test("the loop is watched while there is a rate and a connection", () => {
    const watchers = [{}, { perSecond: 1 }].map((options) => {
      const world = new InboxWorld(options);
      const before = world.watchers;
      world.inbox.forget();
      return [before, world.watchers];
    });
    expect(watchers).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  test("with pause nothing is lost: the socket is heard again at half of the bound, once for each pause", async () => {
    const world = new InboxWorld({ concurrency: 1, maxMessages: 4, onFull: "pause" });
    const listening: Array<boolean> = [];
    // The last two had been read when it was paused.
    for (let count = 0; count < 7; count++) {
      world.comes();
      listening.push(world.isListening);
    }
    expect(listening).toEqual([true, true, true, true, false, false, false]);
    for (let id = 0; id < 7; id++) {
      await world.ends(id);
      listening.push(world.isListening);
    }
    expect(listening.slice(7)).toEqual([false, false, false, true, true, true, true]);
    expect(world.begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(world.inbox.statistics.pauses).toBe(1);
  });

  test("a socket that somebody else has resumed is paused once more, when something comes", () => {
    const world = new InboxWorld({ concurrency: 1, maxMessages: 1, onFull: "pause" });
    world.comes();
    world.comes();
    world.isListening = true;
    world.comes();
    expect(world.isListening).toBe(false);
    expect(world.inbox.statistics.pauses).toBe(1);
  });

  test("one that closes while it is paused is heard to its end", () => {
    const world = new InboxWorld({ concurrency: 1, maxMessages: 1, onFull: "pause" });
    world.comes();
    world.comes();
    world.isOpen = false;
    world.inbox.forget();
    expect(world.isListening).toBe(true);
  });
});

describe("options", () => {
  const refused = (options: object, cannotPause?: string): string => {
    try {
      incomingLimits(options, cannotPause);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
    }
    return "taken";
  };

  test("a bound of what waits where nothing waits is a mistake, and so is a burst without a rate", () => {
    expect(refused({ maxMessages: 10 })).toContain("maxMessages (10) needs concurrency");
    expect(refused({ maxBytes: 10 })).toContain("maxBytes (10) needs concurrency");
    expect(refused({ onFull: "close" })).toContain("needs concurrency");
    expect(refused({ burst: 10 })).toContain("burst (10) needs perSecond");
  });

  test("what is out of its range is named", () => {
    for (const [field, values] of Object.entries({
      concurrency: [0, 1.5, 2 ** 20 + 1],
      maxMessages: [0, 2 ** 24 + 1],
      maxBytes: [0, 2 ** 40 + 1],
      onFull: ["drop"],
      perSecond: [0, 1_000_001],
      burst: [0, 1.5],
      speed: [1],
    })) {
      for (const value of values) {
        const rest = { concurrency: 1, perSecond: 1 };
        expect(refused({ ...rest, [field]: value })).toContain(field);
      }
    }
  });

  test("a socket that cannot be paused is not", () => {
    const options = { concurrency: 1, onFull: "pause" };
    expect(refused(options)).toBe("taken");
    expect(refused(options, "it cannot")).toBe('onFull ("pause") must be "close": it cannot');
  });

  test("what is left out has a bound all the same", () => {
    expect(incomingLimits({ concurrency: 1 }, undefined)).toEqual({
      concurrency: 1,
      maxMessages: 1_000,
      maxBytes: 1_048_576,
      isPausing: false,
      rate: undefined,
    });
    expect(incomingLimits({ perSecond: 0.5 }, undefined).rate).toEqual({
      perSecond: 0.5,
      burst: 1,
    });
  });
});
