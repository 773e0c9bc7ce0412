/** What a history has been through. A run that never got anywhere interesting proves nothing. */
import type { Configuration } from "@sluice/core";
import { type Entry, entriesOf, type History } from "./History.js";
import type { Capability } from "./System.js";

interface Goal {
  /** What a system needs to get there, or to show that it has. */
  readonly needs: ReadonlyArray<Capability>;
  /** Whether a configuration allows it; any does unless said. */
  readonly isPossible?: (configuration: Configuration) => boolean;
  readonly isReached: (history: History) => boolean;
}

const goals = {
  full: {
    needs: [],
    isReached: anyMoment(({ stats: { buffered } }, { maxMessages, maxBytes }) =>
      [buffered.messages === maxMessages, buffered.bytes === maxBytes].includes(true),
    ),
  },
  throttled: { needs: ["states"], isPossible: hasBand, isReached: inState("throttled") },
  paused: { needs: ["states"], isReached: inState("paused") },
  dropping: {
    needs: ["states"],
    isPossible: strategy("drop-oldest", "drop-newest", "block"),
    isReached: inState("dropping"),
  },
  /** A message that had been taken was dropped by policy. */
  dropped: {
    needs: ["evictions"],
    isPossible: strategy("drop-oldest", "drop-all"),
    isReached: anyAnswer(({ result }) => result._tag === "Accepted" && result.evicted > 0),
  },
  rejected: {
    needs: ["offer"],
    isPossible: strategy("drop-newest", "block"),
    isReached: rejectedAs("full"),
  },
  "too large": { needs: ["bytes"], isPossible: hasBytes, isReached: rejectedAs("too-large") },
  "timed out": {
    needs: ["send", "deadlines"],
    isPossible: (given) => strategy("block")(given) && given.maxWaiters > 0,
    isReached: rejectedAs("timeout"),
  },
  interrupted: {
    needs: ["cancel"],
    isPossible: canWait,
    isReached: rejectedAs("interrupted"),
  },
  "too many waiting": {
    needs: ["send", "statistics"],
    isPossible: (given) => given.maxWaiters < 10 && isSlowing(given),
    isReached: rejectedAs("waiters"),
  },
  waited: {
    needs: ["send", "statistics"],
    isPossible: canWait,
    isReached: anyMoment(({ stats }) => stats.waiting.messages > 0),
  },
  /** Several sends waited, and one of them was let in. */
  queued: {
    needs: ["send", "statistics"],
    isPossible: (given) => canWait(given) && given.maxWaiters > 2,
    isReached: anyMoment(({ stats }) => stats.waiting.messages > 2),
  },
  unhealthy: {
    needs: ["health"],
    // A connection that is closed at its first loss has lost too little.
    isPossible: strategy("block", "drop-oldest", "drop-newest", "drop-all"),
    isReached: anyMoment(({ stats }) => stats.health === "unhealthy"),
  },
  closing: { needs: ["close", "states", "counted drains"], isReached: inState("closing") },
  closed: { needs: ["close", "states"], isReached: inState("closed") },
  /** It was paused, and became normal again. */
  resumed: { needs: ["states"], isReached: hasResumed },
  /** Something left it after it had been full. */
  drained: { needs: [], isReached: hasDrained },
  "acted in a callback": {
    needs: ["callbacks"],
    isReached: anyMoment(({ where }) => where === "callback"),
  },
  "clock set back": {
    needs: ["clock"],
    isReached: anyOperation((operation) => operation.op === "jump" && operation.millis < 0),
  },
  "drained silently": {
    needs: ["watchdog"],
    isReached: anyOperation((operation) => operation.op === "drain" && operation.silently === true),
  },
} satisfies Record<string, Goal>;

/** Something worth having reached. */
export type Landmark = keyof typeof goals;

/** How often a landmark could have been reached, and whether it was. */
export class Coverage {
  readonly #landmarks: ReadonlyArray<Landmark>;
  readonly #reached = new Set<Landmark>();
  readonly #chances = new Map<Landmark, number>();

  /** Of the landmarks, those that a system with these capabilities can reach. */
  constructor(landmarks: ReadonlyArray<Landmark>, capabilities: ReadonlyArray<Capability>) {
    this.#landmarks = landmarks.filter((landmark) =>
      goals[landmark].needs.every((need) => capabilities.includes(need)),
    );
  }

  add(history: History): void {
    for (const landmark of this.#landmarks) {
      if (this.#reached.has(landmark)) continue;
      const goal: Goal = goals[landmark];
      if (goal.isPossible?.(history.configuration) === false) continue;
      this.#chances.set(landmark, (this.#chances.get(landmark) ?? 0) + 1);
      if (goal.isReached(history)) this.#reached.add(landmark);
    }
  }

  get reached(): ReadonlyArray<Landmark> {
    return [...this.#reached];
  }

  /** What had its chances and was not reached. */
  get missing(): ReadonlyArray<Landmark> {
    return this.#landmarks.filter(
      (landmark) =>
        !this.#reached.has(landmark) && (this.#chances.get(landmark) ?? 0) >= fewChances,
    );
  }
}

/** With fewer chances than these, not to have reached a landmark says nothing. */
const fewChances = 15;

function anyMoment(
  is: (entry: Extract<Entry, { kind: "moment" }>, configuration: Configuration) => boolean,
) {
  return (history: History) =>
    history.entries.some((entry) => entry.kind === "moment" && is(entry, history.configuration));
}

function anyAnswer(is: (entry: Extract<Entry, { kind: "answered" }>) => boolean) {
  return ({ entries }: History) => entries.some((entry) => entry.kind === "answered" && is(entry));
}

function anyOperation(is: (operation: History["trace"][number]) => boolean) {
  return ({ trace }: History) => trace.some(is);
}

function inState(state: string) {
  return anyMoment(({ stats }) => stats.state === state);
}

function rejectedAs(reason: string) {
  return anyAnswer(({ result }) => result._tag === "Rejected" && result.reason === reason);
}

function hasResumed(history: History): boolean {
  const states = entriesOf(history, "moment").map(({ stats }) => stats.state);
  return states.lastIndexOf("normal") > states.indexOf("paused") && states.includes("paused");
}

function hasDrained(history: History): boolean {
  const sizes = entriesOf(history, "moment").map(({ stats }) => stats.buffered.messages);
  const full = sizes.indexOf(history.configuration.maxMessages);
  return full >= 0 && sizes.slice(full).some((size) => size < history.configuration.maxMessages);
}

function strategy(...strategies: ReadonlyArray<string>) {
  return ({ overflow }: Configuration) => strategies.includes(overflow);
}

function hasBand({ maxMessages, throttleAt, pauseAt }: Configuration): boolean {
  return (pauseAt - throttleAt) * maxMessages >= 1;
}

/** Messages of the traces can be larger than the outbox. */
function hasBytes({ maxBytes }: Configuration): boolean {
  return maxBytes < 14;
}

function isSlowing({ overflow, maxDelayMillis, pauseDurationMillis }: Configuration): boolean {
  return overflow === "block" || maxDelayMillis > 0 || pauseDurationMillis > 0;
}

function canWait(configuration: Configuration): boolean {
  const { overflow, blockTimeoutMillis, maxWaiters } = configuration;
  if (maxWaiters === 0) return false;
  return overflow === "block" ? blockTimeoutMillis > 0 : isSlowing(configuration);
}
