/** R9, R13, R18: how long a sender waits. */
import { anything } from "../generators/traces.js";
import { entriesOf, type History } from "../History.js";
import { type Check, inHistory } from "../Rule.js";
import { isTimeout, nobodyWaits, waits } from "./waits.js";

/** Timers have whole milliseconds and are never early; clocks add up fractions. */
const nearly = 1e-6;

/** For configurations without delays: there whoever waits, waits for room. */
export const block: Check = {
  rule: "R9",
  law: "block: nothing is dropped; a sender waits exactly until its deadline, then it is out for good",
  needs: ["send", "deadlines", "time", "statistics"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true, cancels: true },
  reaches: ["full", "paused", "waited", "queued", "timed out", "interrupted", "resumed"],
  judge: inHistory(function* (history) {
    const { blockTimeoutMillis } = history.configuration;
    const timedOut = new Set<number>();
    for (const { answered, millis } of waits(history)) {
      const found = `${millis} ms, message ${answered.message.id}`;
      const expected = `to give up after ${blockTimeoutMillis} ms`;
      if (isTimeout(answered)) {
        timedOut.add(answered.message.id);
        const late = millis - blockTimeoutMillis;
        if (late < -nearly || late >= 1) yield { entry: answered, expected, found };
      } else if (millis >= blockTimeoutMillis + 1) {
        yield { entry: answered, expected, found };
      }
    }
    yield* noneDropped(history, timedOut);
  }),
};

/** For a stranger that waits for ever. */
export const blockKeeps: Check = {
  rule: "R9",
  law: "block: nothing that waits for room is lost while nobody gives up",
  needs: ["send"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true },
  reaches: ["full", "drained"],
  judge: inHistory(function* (history) {
    const refused = new Set<number>();
    for (const { message, result } of entriesOf(history, "answered")) {
      if (result._tag === "Rejected") refused.add(message.id);
    }
    yield* noneDropped(history, refused);
    const sent = entriesOf(history, "arrived").length;
    const delivered = entriesOf(history, "delivered").length;
    const expected = sent - refused.size;
    if (delivered !== expected) yield { expected: `${expected} delivered`, found: `${delivered}` };
  }),
};

function* noneDropped(history: History, refused: ReadonlySet<number>) {
  for (const entry of entriesOf(history, "moment")) {
    const { evicted, cleared } = entry.stats.dropped;
    const drops = evicted.messages + cleared.messages;
    if (drops > 0) yield { entry, expected: "nothing dropped", found: `${drops}` };
  }
  for (const entry of entriesOf(history, "delivered")) {
    if (!refused.has(entry.message.id)) continue;
    yield { entry, expected: "never what was refused", found: `message ${entry.message.id}` };
  }
}

/** For strategies that do not block, and clocks that are not set. */
export const delayIsKept: Check = {
  rule: "R13",
  law: "no sender is delayed longer than it was told",
  needs: ["send", "delays", "time", "statistics"],
  configurations: { overflow: ["drop-oldest", "drop-newest", "drop-all", "disconnect"] },
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "queued", "dropped", "rejected", "resumed"],
  judge: inHistory(function* (history) {
    for (const { arrived, answered, millis } of waits(history)) {
      const told = arrived.before.delayMillis;
      if (millis <= Math.ceil(told) + nearly) continue;
      const found = `message ${answered.message.id} waited ${millis} ms`;
      yield { entry: answered, expected: `at most ${told} ms, as was told`, found };
    }
  }),
};

export const delayIsBounded: Check = {
  rule: "R13",
  law: "the delay is finite, at least 0 and at most its stated maximum, at every moment",
  needs: ["delays"],
  traces: anything,
  reaches: ["full", "throttled", "paused"],
  judge: inHistory(function* (history) {
    const { minDelayMillis, maxDelayMillis, pauseDurationMillis } = history.configuration;
    const most = Math.max(minDelayMillis, maxDelayMillis, pauseDurationMillis);
    for (const entry of history.entries) {
      if (entry.kind !== "step" && entry.kind !== "moment") continue;
      const { delayMillis } = entry.stats;
      if (delayMillis >= minDelayMillis && delayMillis <= most) continue;
      yield { entry, expected: `${minDelayMillis} to ${most} ms`, found: `${delayMillis} ms` };
    }
  }),
};

/** For any clock. `millis` of an entry is all the time that can have passed. */
export const anyClock: Check = {
  rule: "R18",
  law: "on any clock: no negative delay, no early or double expiry, no waiter that never wakes",
  needs: ["send", "clock", "time", "statistics"],
  traces: { sends: true, cancels: true, jumps: true, callbacks: true },
  reaches: ["full", "waited", "queued", "timed out", "clock set back"],
  judge: inHistory(function* (history) {
    const { blockTimeoutMillis } = history.configuration;
    for (const entry of entriesOf(history, "moment")) {
      const { pausedMillis, delayMillis, waiting } = entry.stats;
      const times = [pausedMillis, delayMillis, entry.millisToDeadline];
      if (!times.every((time) => time >= 0)) {
        yield { entry, expected: "no negative time", found: times.join(", ") };
      }
      if (pausedMillis > entry.millis + nearly) {
        const expected = `paused for at most the ${entry.millis} ms that have passed`;
        yield { entry, expected, found: `${pausedMillis} ms` };
      }
      if (waiting.messages > 0 && !Number.isFinite(entry.millisToDeadline)) {
        yield { entry, expected: "a timer for who waits", found: "none" };
      }
    }
    for (const { answered, millis } of waits(history)) {
      if (!isTimeout(answered) || millis >= blockTimeoutMillis - nearly) continue;
      const expected = `to wait ${blockTimeoutMillis} ms at the least`;
      yield { entry: answered, expected, found: `${millis} ms` };
    }
    yield* nobodyWaits(history);
  }),
};
