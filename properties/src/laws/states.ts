/** R14, R15, R16: the state says what the fill is, and changes only when that does. */
import type { ConnectionState, Volume } from "@sluice/core";
import { events, states } from "@sluice/machines";
import { anything } from "../generators/traces.js";
import {
  arrivals,
  bytesOf,
  isOpen,
  isUncrowded,
  type Law,
  losesForRoom,
  plainArrival,
  type Verdict,
  volumeOf,
} from "./Law.js";
import { agrees, fallen, fillOf, isCleared, isReached, ladder, risen } from "./specification.js";
import type { Transition } from "./Transition.js";

export const stateAgrees: Law = {
  rule: "R15",
  law: "state and fill agree within the hysteresis; where nobody waits the state after a message is known exactly",
  needs: ["states"],
  traces: anything,
  reaches: ["throttled", "paused", "dropping", "resumed", "dropped", "rejected"],
  check(transition) {
    const { configuration, before, after } = transition;
    if (!isOpen(after)) return undefined;
    const fill = fillOf(configuration, after.stats.buffered);
    if (Math.abs(after.stats.fill - fill) > 1e-9) {
      return { expected: `a fill of ${fill}`, found: `${after.stats.fill}` };
    }
    if (!agrees(after.state, configuration, fill)) {
      const right = ladder.filter((state) => agrees(state, configuration, fill));
      return { expected: `${right.join(" or ")} at a fill of ${fill}`, found: after.state };
    }
    const state = stateAfter(transition) ?? after.state;
    if (state === after.state) return true;
    const expected = `${state} after ${before.state}, at a fill of ${fill}`;
    return { expected, found: after.state };
  },
};

/** Where an operation is one and nobody waits. */
function stateAfter(transition: Transition): ConnectionState | undefined {
  const { configuration, operation, before, after, newcomers, delivered } = transition;
  if (!isOpen(before) || !isUncrowded(transition)) return undefined;
  const fill = fillOf(configuration, after.stats.buffered);
  const isAlone = newcomers.length === 0;
  if (operation.op === "drain" && isAlone) return fallen(before.state, configuration, fill);
  if (delivered.length > 0) return undefined;
  if (operation.op === "advance" || operation.op === "assess") {
    return isAlone ? before.state : undefined;
  }
  if (plainArrival(transition) === undefined) return undefined;
  if (losesForRoom(transition)) return fallen("dropping", configuration, fill);
  return risen(before.state, configuration, fill);
}

export const oneRungAtATime: Law = {
  rule: "R15",
  law: "a state is entered only by its crossing, one rung at a time, and no step is skipped",
  needs: ["states", "steps", "statistics"],
  traces: anything,
  reaches: ["throttled", "paused", "dropping", "resumed", "closed"],
  check(transition) {
    const { before, after, steps } = transition;
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
    const state = states[row]?.state;
    if (state !== after.state) return { expected: `${state}, as the steps`, found: after.state };
    return steps.length === 0 ? undefined : entries(transition);
  },
};

const rungOf = (row: number) => ladder.indexOf(states[row]?.state as ConnectionState);

/** The fills that there may have been during an operation, from the lowest to the highest. */
function fillsOf(transition: Transition) {
  const { configuration, before, after, delivered, glimpses } = transition;
  const all = [before.stats, ...glimpses, after.stats].map(({ buffered }) =>
    fillOf(configuration, buffered),
  );
  if (delivered.length > 0) {
    // Not every one in between is seen: all may have left before anybody came, or come before anybody left.
    const { messages, bytes } = before.stats.buffered;
    const came = volumeOf(arrivals(transition));
    const least: Volume = {
      messages: Math.max(0, messages - delivered.length),
      bytes: Math.max(0, bytes - bytesOf(delivered)),
    };
    const most: Volume = {
      messages: Math.min(configuration.maxMessages, messages + came.messages),
      bytes: Math.min(configuration.maxBytes, bytes + came.bytes),
    };
    all.push(fillOf(configuration, least), fillOf(configuration, most));
  }
  return { low: Math.min(...all), high: Math.max(...all) };
}

/** Every step has its crossing: the fill was there at some time during the operation. */
function entries(transition: Transition): Verdict {
  const { configuration, steps } = transition;
  // An overflow climbs every rung, and what it does to the fill in between is not to be seen.
  if (losesForRoom(transition)) return true;
  const { throttleAt, pauseAt } = configuration;
  const { low, high } = fillsOf(transition);
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
  law: "k crossings cause at most k changes: an operation that loses nothing steps once per mark crossed",
  needs: ["offer", "states", "steps"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["throttled", "paused", "dropping", "resumed"],
  check(transition) {
    const { configuration, operation, before, after, steps } = transition;
    const isSingle = operation.op === "offer" || operation.op === "drain";
    if (!isSingle || !isOpen(before) || losesForRoom(transition)) return undefined;
    if (!isUncrowded(transition)) return undefined;
    const { throttleAt, pauseAt, hysteresis } = configuration;
    const fills = [before, after].map(({ stats }) => fillOf(configuration, stats.buffered));
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

export const hoveringIsCalm: Law = {
  rule: "R16",
  law: "a fill that hovers between a mark's two levels changes no state",
  needs: ["offer", "states"],
  traces: { closes: true },
  reaches: ["throttled", "paused", "resumed"],
  check(transition) {
    const { configuration, before, after } = transition;
    if (!isOpen(before) || !isOpen(after) || losesForRoom(transition)) return undefined;
    const { low, high } = fillsOf(transition);
    const isCalm =
      risen(before.state, configuration, high) === before.state &&
      fallen(before.state, configuration, low) === before.state;
    if (!isCalm) return undefined;
    if (after.state === before.state) return true;
    return { expected: `${before.state} at fills from ${low} to ${high}`, found: after.state };
  },
};

export const delayIsMonotone: Law = {
  rule: "R14",
  law: "the delay is a function of fill and never decreases as it grows, across every band boundary",
  needs: ["delays"],
  traces: anything,
  reaches: ["full", "throttled", "paused"],
  check({ before, after }) {
    const fills = after.stats.fill - before.stats.fill;
    const delays = after.stats.delayMillis - before.stats.delayMillis;
    if (fills === 0 ? delays === 0 : fills * delays >= 0) return true;
    return {
      expected: "a delay that never decreases as fill grows",
      found: [before, after]
        .map(({ stats }) => `${stats.delayMillis} ms at ${stats.fill}`)
        .join(", "),
    };
  },
};
