/** R30, R31: neither other connections nor the grain of time make a difference. */
import { type ConfigurationOptions, configuration } from "@sluice/core";
import {
  configurations,
  type Entry,
  type Operation,
  outboxSystem,
  Player,
  play,
  type Trace,
  traces,
} from "@sluice/properties";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Everything that was seen, as text, without where it was in the trace. */
const seen = (entries: ReadonlyArray<Entry>) =>
  entries
    .filter(({ kind }) => kind !== "begun")
    .map(({ index, ...entry }) => JSON.stringify(entry));

const scope = { sends: true, callbacks: true, jumps: true, closes: true } as const;

test("R31 · two interleaved traces have the outcomes that each has alone", () => {
  const one = fc.tuple(configurations(), traces(scope));
  fc.assert(
    fc.property(
      one,
      one,
      fc.array(fc.boolean(), { maxLength: 150, size: "max" }),
      (a, b, turns) => {
        const sides = [a, b].map(([options, trace]) => ({
          trace,
          player: new Player(outboxSystem, configuration(options)),
          next: 0,
        }));
        const order = [...turns, ...a[1].map(() => true), ...b[1].map(() => false)];
        for (const turn of order) {
          const side = sides[turn ? 0 : 1];
          const operation = side?.trace[side.next];
          if (side === undefined || operation === undefined) continue;
          side.player.play(operation, side.next++);
        }
        const alone = ([options, trace]: readonly [ConfigurationOptions, Trace]) =>
          seen(play(outboxSystem, options, trace).entries);
        expect(sides.map(({ player }) => seen(player.entries))).toEqual([alone(a), alone(b)]);
      },
    ),
    { numRuns: 200 },
  );
});

test("R30 · time that passes in pieces is time that passes at once", () => {
  let splits = 0;
  const pieces = fc.array(fc.integer({ min: 1, max: 20 }), {
    minLength: 1,
    maxLength: 20,
    size: "max",
  });
  fc.assert(
    fc.property(
      configurations(),
      traces({ sends: true, closes: true }),
      pieces,
      (options, trace, sizes) => {
        const split = trace.flatMap((operation): Trace => {
          if (operation.op !== "advance") return [operation];
          const parts: Array<Operation> = [];
          let leftMillis = operation.millis;
          do {
            const size = sizes[parts.length % sizes.length] as number;
            const millis = Math.min(size, leftMillis);
            parts.push({ op: "advance", millis });
            leftMillis -= millis;
          } while (leftMillis > 0);
          splits += parts.length - 1;
          return parts;
        });
        const outcomes = (played: Trace) => {
          const { entries } = play(outboxSystem, options, played);
          const told = entries.filter(({ kind }) =>
            ["answered", "delivered", "step"].includes(kind),
          );
          return [
            ...seen(told),
            JSON.stringify(entries.findLast(({ kind }) => kind === "moment")),
          ].map((text) => text.replace(/"index":\d+,?/, ""));
        };
        expect(outcomes(split)).toEqual(outcomes(trace));
      },
    ),
    { numRuns: 300 },
  );
  expect(splits).toBeGreaterThan(100);
});
