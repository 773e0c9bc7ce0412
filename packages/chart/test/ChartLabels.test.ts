/** The labels of the chart: each can be read, because nothing is drawn through it. */
import { connectionMachine } from "@sluice/machines/chart";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnyStateMachine, createMachine } from "xstate";
import { type Arrow, type Below, type Box, chartLayout } from "../src/ChartLayout.js";
import { bends, type Place, type Point } from "../src/Route.js";

describe("the chart of a connection", () => {
  test.each(["actions", "tally"] as const)("with %s: nothing meets a label", (below) => {
    expect(collisions(connectionMachine, below)).toEqual([]);
  });
});

/** States `s0` and on, with transitions between any two of them, under names of any length. */
const machine = fc
  .record({
    states: fc.integer({ min: 2, max: 5 }),
    transitions: fc.array(
      fc.record({ from: fc.nat(4), to: fc.nat(4), event: fc.integer({ min: 1, max: 18 }) }),
      { minLength: 1, maxLength: 9 },
    ),
    isNested: fc.boolean(),
  })
  .map(({ states, transitions, isNested }) => {
    const inner = Object.fromEntries(
      Array.from({ length: states }, (_, n) => [
        `s${n}`,
        {
          on: Object.fromEntries(
            transitions
              .filter(({ from }) => from % states === n)
              .map(({ to, event }, at) => ["e".repeat(event) + at, `s${to % states}`]),
          ),
          // A state with states inside is large, and makes its parent go to the right.
          ...(isNested && n === 0 && { initial: "in", states: { in: {} } }),
        },
      ]),
    );
    return createMachine({ id: "m", initial: "s0", states: inner } as never);
  });

test("nothing meets a label in any chart", () => {
  fc.assert(
    fc.property(machine, (any) => {
      expect(collisions(any, "tally")).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

/** What is drawn over a label, in words. */
function collisions(drawn: AnyStateMachine, below: Below): ReadonlyArray<string> {
  const found: Array<string> = [];
  const check = (box: Box) => {
    const labels = box.arrows.filter(({ event }) => event !== undefined);
    for (const { event, label } of labels) {
      const room = grown(label, 1);
      if (!isWithin(room, box)) found.push(`${event} leaves ${box.node.key}`);
      for (const arrow of box.arrows) {
        if (curve(arrow).some((point) => holds(room, point)))
          found.push(`${arrow.event ?? "the initial arrow"} runs through ${event}`);
      }
      for (const other of labels) {
        if (other.label !== label && meet(room, other.label))
          found.push(`${other.event} lies on ${event}`);
      }
      for (const child of box.children) {
        if (meet(room, middleOf(child))) found.push(`${child.node.key} lies on ${event}`);
      }
    }
    box.children.forEach(check);
  };
  check(chartLayout(drawn.root, below));
  return found;
}

/** Points of the curve that is drawn, closer to each other than any label is wide. */
function curve({ points, direction }: Arrow): ReadonlyArray<Point> {
  const steps = Array.from({ length: 201 }, (_, n) => n / 200);
  return bends(points, direction).flatMap(([a, b, c, d]) => {
    const at = (t: number, of: "x" | "y") =>
      a[of] * (1 - t) ** 3 +
      3 * b[of] * (1 - t) ** 2 * t +
      3 * c[of] * (1 - t) * t ** 2 +
      d[of] * t ** 3;
    return steps.map((t) => ({ x: at(t, "x"), y: at(t, "y") }));
  });
}

function middleOf({ x, y, width, height }: Box): Place {
  return { x: x + width / 2, y: y + height / 2, width, height };
}

function grown({ x, y, width, height }: Place, by: number): Place {
  return { x, y, width: width + 2 * by, height: height + 2 * by };
}

function holds(room: Place, { x, y }: Point): boolean {
  return meet(room, { x, y, width: 0, height: 0 });
}

function meet(one: Place, other: Place): boolean {
  return (
    Math.abs(one.x - other.x) < (one.width + other.width) / 2 &&
    Math.abs(one.y - other.y) < (one.height + other.height) / 2
  );
}

function isWithin({ x, y, width, height }: Place, box: Box): boolean {
  return (
    x >= width / 2 && y >= height / 2 && x + width / 2 <= box.width && y + height / 2 <= box.height
  );
}
