/** What a history has been through. A run that never got anywhere interesting proves nothing. */
import { type Entry, entriesOf, type History } from "./History.js";

const landmarks = {
  full: ({ configuration: { maxMessages } }, entry) =>
    entry.kind === "moment" && entry.stats.buffered.messages === maxMessages,
  throttled: inState("throttled"),
  paused: inState("paused"),
  dropping: inState("dropping"),
  /** A message that had been taken was dropped by policy. */
  dropped: (_, entry) =>
    entry.kind === "answered" && entry.result._tag === "Accepted" && entry.result.evicted > 0,
  rejected: rejectedAs("full"),
  "too large": rejectedAs("too-large"),
  "timed out": rejectedAs("timeout"),
  interrupted: rejectedAs("interrupted"),
  "too many waiting": rejectedAs("waiters"),
  waited: (_, entry) => entry.kind === "moment" && entry.stats.waiting.messages > 0,
  /** Several sends waited, and one of them was let in. */
  queued: (_, entry) => entry.kind === "moment" && entry.stats.waiting.messages > 2,
  unhealthy: (_, entry) => entry.kind === "moment" && entry.stats.health === "unhealthy",
  closing: inState("closing"),
  closed: inState("closed"),
  "acted in a callback": (_, entry) => entry.kind === "moment" && entry.where === "callback",
  "clock set back": (_, entry) =>
    entry.kind === "begun" && entry.operation.op === "jump" && entry.operation.millis < 0,
} satisfies Record<string, (history: History, entry: Entry) => boolean>;

/** Something worth having reached. */
export type Landmark = keyof typeof landmarks | "resumed";

/** Adds what a history has reached. */
export function mark(reached: Set<Landmark>, history: History): void {
  for (const [name, isReached] of Object.entries(landmarks)) {
    if (reached.has(name as Landmark)) continue;
    if (history.entries.some((entry) => isReached(history, entry))) reached.add(name as Landmark);
  }
  if (!reached.has("resumed") && resumed(history)) reached.add("resumed");
}

/** It was paused, and became normal again. */
function resumed(history: History): boolean {
  const states = entriesOf(history, "moment").map(({ stats }) => stats.state);
  return states.lastIndexOf("normal") > states.indexOf("paused") && states.includes("paused");
}

function inState(state: string) {
  return (_: History, entry: Entry) => entry.kind === "moment" && entry.stats.state === state;
}

function rejectedAs(reason: string) {
  return (_: History, entry: Entry) =>
    entry.kind === "answered" && entry.result._tag === "Rejected" && entry.result.reason === reason;
}
