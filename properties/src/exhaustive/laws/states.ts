/** R15, R16: the state says what the fill is, and changes only when that does. */
import type { ConnectionState } from "@sluice/core";
import { events, states } from "@sluice/machines";
import {
  bytesOf,
  isOpen,
  type Law,
  losesForRoom,
  plainArrival,
  type Transition,
  type Verdict,
} from "../Law.js";
import { agrees, fallen, fillOf, isCleared, isReached, ladder, risen } from "../specification.js";

const fillOfHeld = ({ configuration }: Transition, held: Transition["after"]["held"]) =>
  fillOf(configuration, { messages: held.length, bytes: bytesOf(held) });

export const stateAgrees: Law = {
  rule: "R15",
  check(transition) {
    const { configuration, after } = transition;
    if (!isOpen(after)) return undefined;
    const fill = fillOfHeld(transition, after.held);
    if (Math.abs(after.stats.fill - fill) > 1e-9) {
      return { expected: `a fill of ${fill}`, found: `${after.stats.fill}` };
    }
    if (agrees(after.state, configuration, fill)) return true;
    const right = ladder.filter((state) => agrees(state, configuration, fill));
    return { expected: `${right.join(" or ")} at a fill of ${fill}`, found: after.state };
  },
};

/** Where nobody waits, the state after a message is known exactly. */
export const stateIsEntered: Law = {
  rule: "R15",
  check(transition) {
    const { before, after } = transition;
    if (!isOpen(before) || !isOpen(after)) return undefined;
    const expected = stateAfter(transition);
    if (expected === undefined || expected === after.state) return expected && true;
    const fill = fillOfHeld(transition, after.held);
    return {
      expected: `${expected} after ${before.state}, at a fill of ${fill}`,
      found: after.state,
    };
  },
};

function stateAfter(transition: Transition): ConnectionState | undefined {
  const { configuration, operation, before, after } = transition;
  if (before.line.length + after.line.length > 0) return undefined;
  const fill = fillOfHeld(transition, after.held);
  if (operation.op === "drain") return fallen(before.state, configuration, fill);
  const arrival = plainArrival(transition);
  if (arrival === undefined) {
    return operation.op === "advance" || operation.op === "assess" ? before.state : undefined;
  }
  if (losesForRoom(transition)) return fallen("dropping", configuration, fill);
  return risen(before.state, configuration, fill);
}

export const oneRungAtATime: Law = {
  rule: "R15",
  check(transition) {
    const { before, after, steps } = transition;
    if (steps.length === 0) {
      if (before.row === after.row) return undefined;
      return { expected: `row ${before.row}: no step was told`, found: `row ${after.row}` };
    }
    let row = before.row;
    for (const { from, to } of steps) {
      if (from !== row) return { expected: `a step from row ${row}`, found: `from row ${from}` };
      const [low, high] = [rungOf(from), rungOf(to)];
      if (low >= 0 && high >= 0 && Math.abs(low - high) > 1) {
        return { expected: "one rung at a time", found: `${ladder[low]} to ${ladder[high]}` };
      }
      row = to;
    }
    if (row !== after.row) return { expected: `the steps' row ${row}`, found: `row ${after.row}` };
    return entries(transition);
  },
};

const rungOf = (row: number) => ladder.indexOf(states[row]?.state as ConnectionState);

/** Every step has its crossing: the fill was there at some time during the operation. */
function entries(transition: Transition): Verdict {
  const { configuration, before, after, delivered, steps, glimpses } = transition;
  if (losesForRoom(transition)) return true;
  const { throttleAt, pauseAt } = configuration;
  const fills = [
    fillOfHeld(transition, before.held),
    fillOfHeld(transition, before.held.slice(delivered.length)),
    fillOfHeld(transition, after.held),
    ...glimpses.map((glimpse) => fillOf(configuration, glimpse)),
  ];
  const high = Math.max(...fills);
  const low = Math.min(...fills);
  const happened: Readonly<Record<string, boolean>> = {
    "throttle.reached": isReached(throttleAt, high),
    "pause.reached": isReached(pauseAt, high),
    "throttle.cleared": isCleared(throttleAt, configuration, low),
    "pause.cleared": isCleared(pauseAt, configuration, low),
    room: isCleared(1, configuration, low),
    overflow: false,
  };
  for (const { event } of steps) {
    const name = events[event] as string;
    if (happened[name] === false) {
      return { expected: `${name} only by its crossing`, found: `fills from ${low} to ${high}` };
    }
  }
  return true;
}

const flowEvents = [
  "throttle.reached",
  "throttle.cleared",
  "pause.reached",
  "pause.cleared",
  "overflow",
  "room",
];

export const noFlap: Law = {
  rule: "R16",
  check(transition) {
    const { configuration, operation, before, after, steps } = transition;
    const isSingle = operation.op === "offer" || operation.op === "drain";
    if (!isSingle || !isOpen(before) || losesForRoom(transition)) return undefined;
    if (before.line.length + after.line.length > 0) return undefined;
    const { throttleAt, pauseAt, hysteresis } = configuration;
    const fills = [before.held, after.held].map((held) => fillOfHeld(transition, held));
    const low = Math.min(...fills) - 1e-9;
    const high = Math.max(...fills) + 1e-9;
    let crossings = 0;
    for (const mark of [throttleAt, pauseAt, 1]) {
      for (const level of [mark, mark - hysteresis]) {
        if (level >= low && level <= high) crossings++;
      }
    }
    let changes = 0;
    for (const { event } of steps) if (flowEvents.includes(events[event] as string)) changes++;
    if (changes <= crossings) return true;
    return { expected: `at most ${crossings} changes of state`, found: `${changes}` };
  },
};
