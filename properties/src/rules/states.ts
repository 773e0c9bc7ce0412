/** R14 to R16: the state and the delay say what the fill is, and change only when that does. */
import type { Configuration } from "@sluice/core";
import { events, ladder, states } from "@sluice/machines";
import { anything } from "../generators/traces.js";
import { byOperation, type Entry, type EntryOf, entriesOf, quietMoments } from "../History.js";
import { type Check, inHistory } from "../Rule.js";

/** Fractions are decimal in a configuration and binary in here. */
const nearly = 1e-9;

export const stateAgrees: Check = {
  rule: "R15",
  law: "state and fill agree within the hysteresis",
  needs: ["states"],
  traces: anything,
  reaches: ["throttled", "paused", "dropping", "resumed", "dropped", "rejected"],
  judge: inHistory(function* (history) {
    for (const entry of quietMoments(history)) {
      const { state, fill } = entry.stats;
      const allowed = statesAt(history.configuration, fill);
      if (!ladder.includes(state) || allowed.includes(state)) continue;
      yield { entry, expected: `${allowed.join(" or ")} at a fill of ${fill}`, found: state };
    }
  }),
};

/** The states that a fill allows: two of them within a hysteresis. */
function statesAt({ throttleAt, pauseAt, hysteresis }: Configuration, fill: number) {
  const isReached = (mark: number) => fill >= mark - nearly;
  const isCleared = (mark: number) => fill <= mark - hysteresis + nearly && fill < mark - nearly;
  return ladder.filter((state) => {
    if (state === "normal") return !isReached(throttleAt);
    if (state === "throttled") return !isReached(pauseAt) && !isCleared(throttleAt);
    return !isCleared(state === "paused" ? pauseAt : 1);
  });
}

type StepEntry = EntryOf<"step">;

const eventOf = ({ step }: StepEntry): string => events[step.event] ?? "no event";
const stateOf = (row: number) => states[row]?.state;

export const statesAreEntered: Check = {
  rule: "R15",
  law: "a state is entered only by its crossing, one rung at a time, and no step is skipped",
  needs: ["states", "steps", "statistics"],
  traces: anything,
  reaches: ["throttled", "paused", "dropping", "resumed", "closed"],
  judge: inHistory(function* (history) {
    const { throttleAt, pauseAt, hysteresis } = history.configuration;
    const up: Record<string, number> = { "throttle.reached": throttleAt, "pause.reached": pauseAt };
    const down: Record<string, number> = {
      "throttle.cleared": throttleAt - hysteresis,
      "pause.cleared": pauseAt - hysteresis,
      room: 1 - hysteresis,
    };
    const operations = byOperation(history);
    let row = 0;
    let before: EntryOf<"moment"> | undefined;
    for (const group of operations.values()) {
      const overflows = hasLost(group);
      const { low, high } = fillsOf(history.configuration, group, before);
      for (const entry of group) {
        if (entry.kind === "moment") before = entry;
        if (entry.kind !== "step") continue;
        const event = eventOf(entry);
        const { from, to } = entry.step;
        if (from !== row) yield { entry, expected: `a step from row ${row}`, found: `${from}` };
        row = to;
        // An overflow climbs every rung, and what it does to the fill in between is not to be seen.
        if (overflows) continue;
        const found = `${event} between ${low} and ${high}`;
        if (event === "overflow") yield { entry, expected: "a loss", found: "none, and overflow" };
        const reached = up[event] ?? 0;
        const cleared = down[event] ?? 1;
        if (high < reached - nearly) yield { entry, expected: `a fill of ${reached}`, found };
        if (low > cleared + nearly) yield { entry, expected: `a fill of ${cleared}`, found };
      }
    }
    if (before !== undefined && before.stats.state !== stateOf(row)) {
      yield { expected: `${stateOf(row)}, where the steps lead`, found: before.stats.state };
    }
  }),
};

/** The range of fills that were seen in an operation, and at its start. */
function fillsOf(
  { maxMessages, maxBytes }: Configuration,
  group: ReadonlyArray<Entry>,
  before: Entry | undefined,
) {
  const all = (before === undefined ? group : [before, ...group]).flatMap((entry) => {
    if (entry.kind === "arrived") return [entry.before.fill];
    if (entry.kind === "step" || entry.kind === "moment") return [entry.stats.fill];
    if (entry.kind !== "delivered") return [];
    // Just after this message has left, and before a sender took its place.
    const { messages, bytes } = entry.before.buffered;
    const left = Math.max((messages - 1) / maxMessages, (bytes - entry.message.bytes) / maxBytes);
    return [entry.before.fill, left];
  });
  const [low, high] = [Math.min, Math.max].map((pick) =>
    all.reduce((a, b) => pick(a, b), all[0] ?? 0),
  );
  return { low: low as number, high: high as number };
}

/** Whether a message was lost for want of room in an operation. */
function hasLost(group: ReadonlyArray<Entry>): boolean {
  return group.some((entry) => {
    if (entry.kind !== "answered") return false;
    if (entry.result._tag === "Accepted") return entry.result.evicted > 0;
    return ["full", "timeout", "slow-consumer"].includes(entry.result.reason);
  });
}

const flowEvents = [
  "throttle.reached",
  "throttle.cleared",
  "pause.reached",
  "pause.cleared",
  "overflow",
  "room",
];

export const noFlap: Check = {
  rule: "R16",
  law: "k crossings cause at most k changes: an operation that loses nothing steps once per mark crossed",
  needs: ["offer", "states", "steps"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["throttled", "paused", "dropping", "resumed"],
  judge: inHistory(function* (history) {
    const { throttleAt, pauseAt, hysteresis } = history.configuration;
    const levels = [throttleAt, pauseAt, 1].flatMap((mark) => [mark, mark - hysteresis]);
    let fill = 0;
    for (const group of byOperation(history).values()) {
      const entry = group.findLast((one) => one.kind === "moment");
      if (entry === undefined) continue;
      const now = entry.stats.fill;
      const low = Math.min(fill, now) - nearly;
      const high = Math.max(fill, now) + nearly;
      fill = now;
      if (!group.some((one) => one.kind === "begun" && one.operation.op === "offer")) continue;
      if (hasLost(group)) continue;
      const crossed = levels.filter((level) => level >= low && level <= high).length;
      const changes = group.filter(
        (one) => one.kind === "step" && flowEvents.includes(eventOf(one)),
      ).length;
      if (changes > crossed) {
        yield { entry, expected: `at most ${crossed} changes`, found: `${changes}` };
      }
    }
  }),
};

/** Without sends: then an operation moves the fill one way only. */
export const hoveringIsCalm: Check = {
  rule: "R16",
  law: "a fill that hovers between a mark's two levels changes no state: only crossing both of them does",
  needs: ["offer", "states"],
  traces: { closes: true },
  reaches: ["throttled", "paused", "resumed"],
  judge: inHistory(function* (history) {
    const { configuration } = history;
    const { throttleAt, pauseAt, hysteresis } = configuration;
    // Dropping begins with a loss, not at a level.
    const marks = [
      { at: throttleAt, hasLevel: true, isReached: false },
      { at: pauseAt, hasLevel: true, isReached: false },
      { at: 1, hasLevel: false, isReached: false },
    ];
    let before: EntryOf<"moment"> | undefined;
    for (const group of byOperation(history).values()) {
      const entry = group.findLast((one) => one.kind === "moment");
      const { low, high } = fillsOf(configuration, group, before);
      const overflows = hasLost(group);
      let crossed = 0;
      for (const mark of marks) {
        const isReached = mark.hasLevel && high >= mark.at - nearly;
        const isCleared = low <= mark.at - hysteresis + nearly && low < mark.at - nearly;
        const isAbove = (entry?.stats.fill ?? 0) >= mark.at - nearly;
        if (isReached && isCleared) crossed++;
        else if (mark.isReached ? isCleared : isReached) crossed++;
        mark.isReached = isCleared ? isReached && isAbove : isReached || mark.isReached;
      }
      const [was, is] = [before, entry].map((one) => ladder.indexOf(one?.stats.state ?? "normal"));
      before = entry ?? before;
      if (is === undefined || was === undefined || is < 0 || was < 0) continue;
      if (overflows) {
        // A loss climbs every rung, whatever the fill: from here on it is where the state says.
        for (const [rung, mark] of marks.entries()) mark.isReached = is > rung;
        continue;
      }
      const changes = Math.abs(is - was);
      if (entry === undefined || changes <= crossed) continue;
      const found = `${changes}: from ${ladder[was]} to ${ladder[is]}`;
      yield { entry, expected: `${crossed} changes of state, as marks were crossed`, found };
    }
  }),
};

/** The delay at each fill that was seen; over many traces that is every fill. */
export const delayIsMonotone: Check = {
  rule: "R14",
  law: "the delay is a function of fill and never decreases as it grows, across every band boundary",
  needs: ["delays"],
  traces: anything,
  reaches: ["full", "throttled", "paused"],
  judge: inHistory(function* (history) {
    const seen = entriesOf(history, "moment")
      .map((entry) => ({ entry, fill: entry.stats.fill, delay: entry.stats.delayMillis }))
      .sort((a, b) => a.fill - b.fill || a.delay - b.delay);
    let before = { fill: -1, delay: 0 };
    for (const { entry, fill, delay } of seen) {
      if (delay < before.delay || (fill === before.fill && delay !== before.delay)) {
        const expected = `at least the ${before.delay} ms of a fill of ${before.fill}`;
        yield { entry, expected, found: `${delay} ms at ${fill}` };
      }
      before = { fill, delay };
    }
  }),
};
