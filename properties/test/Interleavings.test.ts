/** R19, R20, R23, R24 at every yield point of the actor, and of programs that use it. */
import type { ConfigurationOptions } from "@sluice/core";
import { SendError } from "@sluice/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Rig, type Step } from "./Rig.js";

const send = (bytes = 4): Step => ({ do: "send", bytes });
const offer = (bytes = 4): Step => ({ do: "offer", bytes });
const flush: Step = { do: "flush" };
const tick = (millis: number): Step => ({ do: "tick", millis });
const read = (bytes: number): Step => ({ do: "read", bytes, told: true });
const readSilently = (bytes: number): Step => ({ do: "read", bytes, told: false });

const times = { watchdogMillis: 40, blockTimeoutMillis: 60, closeTimeoutMillis: 30 };
const blocking: ConfigurationOptions = {
  ...times,
  maxMessages: 2,
  overflow: "block",
  maxDelayMillis: 0,
  pauseDurationMillis: 0,
};
const delaying: ConfigurationOptions = { ...times, maxMessages: 2, maxDelayMillis: 50 };

interface Program {
  readonly name: string;
  readonly configuration: ConfigurationOptions;
  readonly steps: ReadonlyArray<Step>;
}

const programs: ReadonlyArray<Program> = [
  {
    name: "blocked senders and a drain that is told",
    configuration: blocking,
    steps: [send(), send(), flush, send(), send(), send(), read(4), flush, read(8), flush],
  },
  {
    name: "blocked senders and a drain that is not told",
    configuration: blocking,
    steps: [
      send(),
      send(),
      flush,
      send(),
      send(),
      readSilently(8),
      tick(40),
      flush,
      tick(40),
      flush,
    ],
  },
  {
    name: "a delayed sender, and one behind it",
    configuration: delaying,
    steps: [offer(), offer(), send(), send(), tick(25), flush, read(4), flush, tick(25), flush],
  },
  {
    name: "messages of several sizes, of which the first waits",
    configuration: { ...blocking, maxMessages: 4, maxBytes: 10 },
    steps: [offer(8), send(8), send(1), flush, send(2), read(8), flush, read(8), flush],
  },
  {
    name: "a sender that times out beside one that does not",
    configuration: blocking,
    steps: [send(), send(), send(), tick(30), send(), tick(30), flush, read(4), flush, tick(30)],
  },
  {
    name: "a close in the midst of it",
    configuration: blocking,
    steps: [
      send(),
      send(),
      flush,
      send(),
      send(),
      { do: "close" },
      read(4),
      flush,
      tick(30),
      flush,
    ],
  },
  {
    name: "a client that takes nothing, until it is evicted",
    configuration: { ...blocking, stallTimeoutMillis: 60, evictTimeoutMillis: 120 },
    steps: [
      send(),
      send(),
      flush,
      send(),
      tick(40),
      send(),
      tick(40),
      readSilently(2),
      tick(80),
      tick(80),
    ],
  },
];

const disturbances: ReadonlyArray<Step> = [
  ...[0, 1, 2, 3, 4].map((sender): Step => ({ do: "interrupt", sender })),
  ...[0, 2, 3].map((sender): Step => ({ do: "flush and interrupt", sender })),
  read(4),
  readSilently(4),
  tick(20),
  tick(60),
  flush,
  { do: "close" },
  { do: "evict" },
  { do: "disconnect" },
];

/** Not worth its square: much like another. */
function isMinor(step: Step): boolean {
  return "sender" in step ? step.sender === 1 || step.sender > 3 : step === flush;
}

const seen = new Set<string>();

/** Plays it, and both ways in which it can end. */
async function survives(
  configuration: ConfigurationOptions,
  steps: ReadonlyArray<Step>,
): Promise<void> {
  for (const recovers of [true, false]) {
    const rig = new Rig(configuration);
    try {
      for (const step of steps) await rig.play(step);
      if (recovers) await rig.recover();
      await rig.end();
      for (const place of rig.seen) seen.add(place);
    } catch (error) {
      const trace = steps.map((step) => JSON.stringify(step)).join("\n");
      throw new Error(`${(error as Error).message}\nafter\n${trace}`, { cause: error });
    }
  }
}

const inserted = (steps: ReadonlyArray<Step>, place: number, step: Step) => [
  ...steps.slice(0, place),
  step,
  ...steps.slice(place),
];

test.each(programs)(
  "R19, R20, R23, R24 · $name: every disturbance at every yield point",
  async ({ configuration, steps }) => {
    for (let place = 0; place <= steps.length; place++) {
      for (const one of disturbances) await survives(configuration, inserted(steps, place, one));
    }
  },
);

const disruptions = disturbances.filter((step) => !isMinor(step));

test.each(programs.slice(0, 4))(
  "R19, R20, R23, R24 · $name, cut short: any two disturbances at any two yield points",
  async ({ configuration, steps }) => {
    const short = steps.slice(0, 6);
    for (let later = 0; later <= short.length; later++) {
      for (let place = 0; place <= later; place++) {
        for (const one of disruptions) {
          const once = inserted(short, later, one);
          for (const other of disruptions) {
            await survives(configuration, inserted(once, place, other));
          }
        }
      }
    }
  },
);

test("R19, R20, R23, R24 · the disturbances have got everywhere", () => {
  const goals = [
    "normal",
    "throttled",
    "paused",
    "dropping",
    "closing",
    "closed",
    "paused under pressure",
    "closing under pressure",
    "timed out",
    "interrupted",
    "interrupted when let in",
    "recovered",
    ...["close", "eviction", "deadline", "peer"].map((by) => `closed by ${by}`),
  ];
  expect(goals.filter((goal) => !seen.has(goal))).toEqual([]);
});

interface Killer {
  /** After so many of the others' steps. */
  readonly after: number;
  readonly how: "abort" | "close" | "evict" | "disconnect" | "nobody";
}

const concurrency = fc.record({
  configuration: fc.record<ConfigurationOptions>({
    maxMessages: fc.integer({ min: 1, max: 3 }),
    overflow: fc.constantFrom("block", "drop-oldest", "drop-newest"),
    maxDelayMillis: fc.constantFrom(0, 50),
    maxWaiters: fc.constantFrom(1, 50),
    watchdogMillis: fc.constant(40),
    blockTimeoutMillis: fc.constantFrom(0, 60),
    closeTimeoutMillis: fc.constant(30),
  }),
  sizes: fc.tuple(
    fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 6, size: "max" }),
    fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 6, size: "max" }),
  ),
  reads: fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 12 }), told: fc.boolean() }), {
    maxLength: 6,
    size: "max",
  }),
  ticks: fc.array(fc.constantFrom(1, 20, 60), { maxLength: 5, size: "max" }),
  killer: fc.record<Killer>({
    after: fc.nat(8),
    how: fc.constantFrom("abort", "close", "evict", "disconnect", "nobody"),
  }),
});

test("R19, R20, R23, R24 · two producers, a network, a clock and a killer, interleaved at their awaits", async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), concurrency, async (scheduler, scene) => {
      const rig = new Rig(scene.configuration);
      const abort = new AbortController();
      const turn = (label: string) => scheduler.schedule(Promise.resolve(), label);
      const accepted: Array<Array<number>> = [[], []];

      const producers = scene.sizes.map(async (sizes, index) => {
        for (const bytes of sizes) {
          await turn(`producer ${index}`);
          const message = rig.message(bytes);
          try {
            await rig.plain.send(message, { signal: abort.signal });
            accepted[index]?.push(message.number);
          } catch (error) {
            rig.out.add(message.number);
            outcomes.add(error instanceof SendError ? error.reason : "aborted");
          }
        }
      });
      const others = [
        async () => {
          for (const { bytes, told } of scene.reads) {
            await turn("the network");
            await rig.play({ do: "read", bytes, told });
            await turn("the flusher");
            await rig.play({ do: "flush" });
          }
        },
        async () => {
          for (const millis of scene.ticks) {
            await turn("the clock");
            await rig.play({ do: "tick", millis });
          }
        },
        async () => {
          const { after, how } = scene.killer;
          for (let step = 0; step < after; step++) await turn("the killer waits");
          if (how === "abort") abort.abort(new Error("aborted"));
          else if (how !== "nobody") await rig.play({ do: how });
        },
      ].map((program) => program());

      await scheduler.waitFor(Promise.all(others));
      const everyone = Promise.all(producers);
      await scheduler.waitIdle();
      if (scene.killer.how === "nobody") await rig.recover();
      let isOver = false;
      void everyone.then(() => {
        isOver = true;
      });
      for (let round = 0; round < 20 && !isOver; round++) {
        await rig.play({ do: "tick", millis: 100 });
        rig.flusher.settle();
        await scheduler.waitIdle();
      }
      expect(isOver, "R23, R24 · every send is answered").toBe(true);
      await rig.end();

      const delivered = rig.transport.accepted.map(({ number }) => number);
      for (const numbers of accepted) {
        const own = delivered.filter((number) => numbers.includes(number));
        expect(own, "R6").toEqual([...own].sort((a, b) => a - b));
        if (own.length > 0) outcomes.add("delivered");
      }
    }),
    { numRuns: 400 },
  );
  expect([...outcomes]).toEqual(
    expect.arrayContaining(["delivered", "aborted", "timeout", "closed"]),
  );
});
