/** R14 and R16 over the whole range of fills. */
import { configuration } from "@sluice/core";
import { entriesOf, type Operation, outbox, Player } from "@sluice/properties";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Marks that leave room between the level where they are reached and the one where they are cleared. */
const settings = fc
  .record({
    maxMessages: fc.integer({ min: 20, max: 60 }),
    throttle: fc.integer({ min: 35, max: 60 }),
    above: fc.integer({ min: 20, max: 35 }),
    hysteresis: fc.integer({ min: 15, max: 35 }),
  })
  .map(({ maxMessages, throttle, above, hysteresis }) =>
    configuration({
      maxMessages,
      throttleAt: throttle / 100,
      pauseAt: (throttle + above) / 100,
      hysteresis: hysteresis / 100,
    }),
  );

const offer: Operation = { op: "offer", bytes: 1 };
const drain: Operation = { op: "drain", count: 1 };

test("R16 · oscillation strictly between a mark's two levels changes no state", async () => {
  const walk = fc.array(fc.boolean(), { minLength: 50, maxLength: 200, size: "max" });
  let stepsBetween = 0;
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.constantFrom("throttleAt", "pauseAt"),
      walk,
      async (given, mark, ups) => {
        const player = await Player.start({ subject: outbox, configuration: given });
        const reached = Math.ceil(given[mark] * given.maxMessages - 1e-9);
        const cleared = Math.floor((given[mark] - given.hysteresis) * given.maxMessages + 1e-9);
        // Up to the mark, and just below it again: from here on nothing may change.
        for (let count = 0; count < reached; count++) await player.play(offer, 0);
        await player.play(drain, 0);
        let length = reached - 1;
        const steps = entriesOf(player.history, "step").length;
        for (const up of ups) {
          const next = length + (up ? 1 : -1);
          if (next >= reached || next <= cleared) continue;
          length = next;
          await player.play(up ? offer : drain, 1);
          stepsBetween++;
        }
        expect(entriesOf(player.history, "step")).toHaveLength(steps);
        expect(player.system.stats().state).toBe(mark === "pauseAt" ? "paused" : "throttled");
      },
    ),
  );
  expect(stepsBetween).toBeGreaterThan(1_000);
});

test("R16 · k crossings of a mark's two levels change the state k times", async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.integer({ min: 1, max: 10 }), async (given, swings) => {
      const player = await Player.start({ subject: outbox, configuration: given });
      const reached = Math.ceil(given.throttleAt * given.maxMessages - 1e-9);
      for (let swing = 0; swing < swings; swing++) {
        for (let count = 0; count < reached; count++) await player.play(offer, 0);
        for (let count = 0; count < reached; count++) await player.play(drain, 0);
      }
      expect(entriesOf(player.history, "step")).toHaveLength(2 * swings);
      expect(player.system.stats().throttleEvents).toBe(swings);
    }),
  );
});

test("R14 · the delay never decreases from empty to full, nor increases back to empty", async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (given) => {
      const player = await Player.start({ subject: outbox, configuration: given });
      const delays = async (operation: Operation) => {
        const seen: Array<number> = [];
        for (let count = 0; count < given.maxMessages; count++) {
          await player.play(operation, 0);
          seen.push(player.system.stats().delayMillis);
        }
        return seen;
      };
      const up = await delays(offer);
      const down = await delays(drain);
      expect(up).toEqual([...up].sort((a, b) => a - b));
      // A pure function of fill: the same at the same fill on the way down.
      expect(down).toEqual([0, ...up.slice(0, -1)].reverse());
      expect(Math.max(...up)).toBe(given.maxDelayMillis);
    }),
  );
});
