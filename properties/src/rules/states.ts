/** R15, R16: the state says what the fill is, and changes only when that does. */

import type { Configuration } from "@sluice/core";
import { events, states } from "@sluice/machines";
import { type Entry, type EntryOf, entriesOf, type History, quietMoments } from "../History.js";
import { at, type Rule } from "../Rule.js";

/** Fractions are decimal in a configuration and binary in here. */
const nearly = 1e-9;

export const stateAgrees: Rule = {
  id: "R15",
  law: "state and fill agree within the hysteresis",
  *check(history) {
    for (const entry of quietMoments(history)) {
      const wrong = disagreement(history.configuration, entry.stats.state, entry.stats.fill);
      if (wrong) yield `${at(entry)}: ${entry.stats.state} at a fill of ${entry.stats.fill}`;
    }
  },
};

function disagreement(configuration: Configuration, state: string, fill: number): boolean {
  const { throttleAt, pauseAt } = configuration;
  const isCleared = (mark: number) =>
    fill <= mark - configuration.hysteresis + nearly && fill < mark - nearly;
  const isReached = (mark: number) => fill >= mark - nearly;
  switch (state) {
    case "normal":
      return isReached(throttleAt);
    case "throttled":
      return isReached(pauseAt) || isCleared(throttleAt);
    case "paused":
      return isCleared(pauseAt);
    case "dropping":
      return isCleared(1);
    default:
      return false;
  }
}

type StepEntry = EntryOf<"step">;

const eventOf = ({ step }: StepEntry): string => events[step.event] ?? "no event";
const stateOf = (row: number) => states[row]?.state;

export const statesAreEntered: Rule = {
  id: "R15",
  law: "a state is entered only by its crossing, one rung at a time, and no step is skipped",
  *check(history) {
    const { throttleAt, pauseAt, hysteresis } = history.configuration;
    const up: Record<string, number> = { "throttle.reached": throttleAt, "pause.reached": pauseAt };
    const down: Record<string, number> = {
      "throttle.cleared": throttleAt - hysteresis,
      "pause.cleared": pauseAt - hysteresis,
      room: 1 - hysteresis,
    };
    let row = 0;
    for (const entry of entriesOf(history, "step")) {
      const { from, to } = entry.step;
      if (from !== row) yield `${at(entry)}: a step from row ${from}, not ${row}`;
      row = to;
      const event = eventOf(entry);
      // An overflow climbs every rung, and what it does to the fill in between is not to be seen.
      const overflows = lost(history, entry);
      if (event === "overflow" && !overflows) yield `${at(entry)}: dropping, and nothing was lost`;
      if (overflows) continue;
      const { low, high } = fills(history, entry.index);
      if (high < (up[event] ?? 0) - nearly) yield `${at(entry)}: ${event}, at most ${high} full`;
      if (low > (down[event] ?? 1) + nearly) yield `${at(entry)}: ${event}, at least ${low} full`;
    }
    const last = entriesOf(history, "moment").at(-1);
    if (last !== undefined && last.stats.state !== stateOf(row)) {
      yield `the end: ${last.stats.state}, but the steps lead to ${stateOf(row)}`;
    }
  },
};

/** The range of fills that were seen in an operation, and at its start. */
function fills({ configuration, entries }: History, index: number) {
  const { maxMessages, maxBytes } = configuration;
  const start = entries.findLast((entry) => entry.index < index && entry.kind === "moment");
  const seen = entries.filter((entry) => entry.index === index || entry === start);
  const all = seen.flatMap((entry) => {
    if (entry.kind === "arrived") return [entry.before.fill];
    if (entry.kind === "step" || entry.kind === "moment") return [entry.stats.fill];
    if (entry.kind !== "delivered") return [];
    // Just after this message has left, and before a sender took its place.
    const { messages, bytes } = entry.before.buffered;
    const left = Math.max((messages - 1) / maxMessages, (bytes - entry.message.bytes) / maxBytes);
    return [entry.before.fill, left];
  });
  return { low: Math.min(...all, 1), high: Math.max(...all, 0) };
}

/** Whether a message was lost for want of room in the operation of an entry. */
function lost({ entries }: History, { index }: Entry): boolean {
  return entries.some((entry) => {
    if (entry.index !== index || entry.kind !== "answered") return false;
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

export const noFlap: Rule = {
  id: "R16",
  law: "k crossings cause at most k changes: an operation that loses nothing steps once per mark crossed",
  *check(history) {
    const { throttleAt, pauseAt, hysteresis } = history.configuration;
    const levels = [throttleAt, pauseAt, 1].flatMap((mark) => [mark, mark - hysteresis]);
    const moments = quietMoments(history);
    for (const [place, entry] of moments.entries()) {
      const before = moments[place - 1];
      if (before === undefined || lost(history, entry)) continue;
      const { operation } =
        entriesOf(history, "begun").find(({ index }) => index === entry.index) ?? {};
      if (operation?.op !== "offer") continue;
      const low = Math.min(before.stats.fill, entry.stats.fill) - nearly;
      const high = Math.max(before.stats.fill, entry.stats.fill) + nearly;
      const crossed = levels.filter((level) => level >= low && level <= high).length;
      const changes = entriesOf(history, "step").filter(
        (step) => step.index === entry.index && flowEvents.includes(eventOf(step)),
      ).length;
      if (changes > crossed) yield `${at(entry)}: ${changes} changes, ${crossed} crossings`;
    }
  },
};
