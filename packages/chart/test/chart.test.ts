import { chartJson, chartSvg } from "@sluice/chart";
import { events, states } from "@sluice/machines";
import { connectionMachine } from "@sluice/machines/chart";
import { describe, expect, test } from "vitest";
import { createMachine, setup, transition } from "xstate";
import { type Box, chartLayout } from "../src/ChartLayout.js";

const svg = chartSvg();
const count = (text: string) => svg.split(text).length - 1;

describe("the picture", () => {
  test("has every state by its name, each with a place for a count", () => {
    const names = new Set(
      states.flatMap(({ state, health }) => [state, ...(health ? [health] : [])]),
    );
    for (const name of names) expect(count(`data-state="${name}"`)).toBe(1);
    expect(count('<text class="count"')).toBe(names.size);
  });

  test("has both regions as boxes within the open state", () => {
    const open = chartLayout(connectionMachine.root).children.find(
      ({ node }) => node.key === "open",
    );
    expect(open?.children.map(({ node }) => node.key)).toEqual(["flow", "health"]);
    expect(count('class="state region"')).toBe(2);
  });

  test("has an arrow or a line for every event, with its actions", () => {
    for (const event of events) expect(svg).toContain(`data-event="${event}"`);
    for (const action of Object.keys(connectionMachine.implementations.actions)) {
      expect(svg).toContain(action);
    }
  });

  test("opens no tag that it does not close", () => {
    const open: Array<string> = [];
    for (const [, close, name, alone] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (alone === "/") continue;
      if (close === "/") expect(open.pop()).toBe(name);
      else open.push(name as string);
    }
    expect(open).toEqual([]);
  });

  test("no box leaves its parent or overlaps another", () => {
    const check = ({ children, width, height }: Box) => {
      for (const box of children) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
        for (const other of children) if (other !== box) expect(overlap(box, other)).toBe(false);
        check(box);
      }
    };
    check(chartLayout(connectionMachine.root));
  });

  test("has no arrow that leaves the picture", () => {
    const { arrows, width, height } = chartLayout(connectionMachine.root);
    for (const { x, y } of arrows.flatMap(({ points }) => points)) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
  });

  test("writes what XML keeps for itself in other words", () => {
    const machine = createMachine({
      id: "m",
      initial: "a",
      states: { a: { description: '<b> & "c"', on: { "x<y": "b" } }, b: {} },
    });
    const drawn = chartSvg(machine);
    expect(drawn).toContain("<title>&lt;b&gt; &amp; &quot;c&quot;</title>");
    expect(drawn).toContain('data-event="x&lt;y"');
  });
});

test("the JSON is the chart: a machine made of it takes every step that the chart takes", () => {
  const read = setup({ actions: connectionMachine.implementations.actions as never }).createMachine(
    JSON.parse(chartJson()),
  );
  for (const { value } of states) {
    for (const type of events) {
      const [expected, performed] = transition(
        connectionMachine,
        connectionMachine.resolveState({ value: value as never }),
        { type },
      );
      const [found, actions] = transition(read, read.resolveState({ value: value as never }), {
        type,
      } as never);
      expect(found.value).toEqual(expected.value);
      expect(actions.map((action) => action.type)).toEqual(performed.map((action) => action.type));
    }
  }
});

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
