import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { connectionMachine, mermaid } from "../src/chart.js";
import { events, states } from "../src/index.js";

const lines = mermaid().split("\n");
const arrows = lines.flatMap((line) => {
  const [, from, to, label] = /^\s*(\S+) --> (\S+)(?: : (.+))?$/.exec(line) ?? [];
  return from === undefined ? [] : [{ from, to, label }];
});

test("it is a state diagram of one line per fact, ending in a line break", () => {
  expect(lines[0]).toBe("stateDiagram-v2");
  expect(lines.at(-1)).toBe("");
  for (const line of lines.slice(1, -1)) {
    expect(line).toMatch(/^\s+(\S+ --> \S+( : .+)?|state \w+ \{|\}|--)$/);
  }
});

test("every brace that opens is closed", () => {
  expect(lines.filter((line) => line.endsWith("{"))).toHaveLength(1);
  expect(lines.filter((line) => line.trim() === "}")).toHaveLength(1);
});

test("every event of the chart has an arrow, and every arrow an event of the chart", () => {
  const labelled = arrows.flatMap(({ label }) => (label === undefined ? [] : [label]));
  const drawn = new Set(labelled.map((label) => label.split(" / ")[0]));
  expect([...drawn].sort()).toEqual([...events]);
});

test("every state is drawn, and arrows join states that exist", () => {
  const names = new Set<string>([
    "[*]",
    "open",
    ...states.flatMap(({ state, health }) => (health === undefined ? [state] : [state, health])),
  ]);
  const drawn = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  expect([...drawn].sort()).toEqual([...names].sort());
});

test("each region has one start, and only closed ends", () => {
  const starts = arrows.filter(({ from }) => from === "[*]").map(({ to }) => to);
  expect(starts).toEqual(["open", "normal", "healthy"]);
  expect(arrows.filter(({ to }) => to === "[*]").map(({ from }) => from)).toEqual(["closed"]);
});

test("actions are written by name", () => {
  expect(mermaid()).toContain("open --> closing : close / endPause, refuseSenders");
  expect(mermaid()).not.toContain("[object");
  for (const [, names] of mermaid().matchAll(/ \/ (.+)$/gm)) {
    for (const name of (names as string).split(", ")) {
      expect(connectionMachine.implementations.actions).toHaveProperty(name);
    }
  }
});

test("a chart is drawn in exact words: states within states, regions, ends, and steps to nowhere else", () => {
  const machine = createMachine({
    initial: "up",
    on: { halt: ".down" },
    states: {
      up: {
        type: "parallel",
        states: {
          left: { initial: "on", states: { on: { on: { flip: "off" } }, off: {} } },
          right: {
            initial: "idle",
            states: { idle: { on: { tick: { actions: ["count", "log"] } } } },
          },
          middle: {},
        },
      },
      down: { initial: "resting", states: { resting: { type: "final" } } },
    },
  });
  expect(mermaid(machine)).toBe(`stateDiagram-v2
  [*] --> up
  state up {
    [*] --> on
    on --> off : flip
    --
    [*] --> idle
    idle --> idle : tick / count, log
    --
  }
  state down {
    [*] --> resting
    resting --> [*]
  }
`);
});
