/** R9, R13, R18, R23: how long a sender waits. */
import { type EntryOf, entriesOf, type History } from "../History.js";
import { at, type Rule } from "../Rule.js";

interface Wait {
  readonly arrived: EntryOf<"arrived">;
  readonly answered: EntryOf<"answered">;
  readonly millis: number;
}

/** How long each send took. */
function waits(history: History): ReadonlyArray<Wait> {
  const arrivals = new Map(entriesOf(history, "arrived").map((entry) => [entry.message.id, entry]));
  return entriesOf(history, "answered").flatMap((answered) => {
    const arrived = arrivals.get(answered.message.id);
    if (arrived === undefined || arrived.by !== "send") return [];
    return [{ arrived, answered, millis: answered.millis - arrived.millis }];
  });
}

const isTimeout = ({ result }: EntryOf<"answered">) =>
  result._tag === "Rejected" && result.reason === "timeout";

/** For configurations without delays: there whoever waits, waits for room. */
export const block: Rule = {
  id: "R9",
  law: "block: nothing is dropped; a sender waits exactly until its deadline, then it is out for good",
  *check(history) {
    const { blockTimeoutMillis } = history.configuration;
    for (const entry of entriesOf(history, "moment")) {
      const { dropped } = entry.stats;
      if (dropped.evicted.messages + dropped.cleared.messages > 0) yield `${at(entry)}: a drop`;
    }
    const timedOut = new Set<number>();
    for (const { answered, millis } of waits(history)) {
      if (isTimeout(answered)) {
        timedOut.add(answered.message.id);
        if (millis !== blockTimeoutMillis) {
          yield `${at(answered)}: ${answered.message.id} gave up after ${millis} ms`;
        }
      } else if (millis > blockTimeoutMillis) {
        yield `${at(answered)}: ${answered.message.id} waited for ${millis} ms`;
      }
    }
    for (const entry of entriesOf(history, "delivered")) {
      if (timedOut.has(entry.message.id)) yield `${at(entry)}: ${entry.message.id} had given up`;
    }
  },
};

/** For strategies that do not block, and clocks that are not set. */
export const delayIsKept: Rule = {
  id: "R13",
  law: "no sender is delayed longer than it was told",
  *check(history) {
    for (const { arrived, answered, millis } of waits(history)) {
      const told = arrived.before.delayMillis;
      if (millis > Math.ceil(told)) {
        yield `${at(answered)}: ${answered.message.id} waited ${millis} ms, was told ${told} ms`;
      }
    }
  },
};

export const delayIsBounded: Rule = {
  id: "R13",
  law: "the delay is finite, at least 0 and at most its stated maximum, at every moment",
  *check(history) {
    const { minDelayMillis, maxDelayMillis, pauseDurationMillis } = history.configuration;
    const most = Math.max(minDelayMillis, maxDelayMillis, pauseDurationMillis);
    for (const entry of history.entries) {
      if (entry.kind !== "step" && entry.kind !== "moment") continue;
      const { delayMillis } = entry.stats;
      if (!(delayMillis >= minDelayMillis && delayMillis <= most)) {
        yield `${at(entry)}: a delay of ${delayMillis} ms`;
      }
    }
  },
};

/** The delay at each fill that was seen; over many traces that is every fill. */
export const delayIsMonotone: Rule = {
  id: "R14",
  law: "the delay is a function of fill and never decreases as it grows, across every band boundary",
  *check(history) {
    const seen = entriesOf(history, "moment")
      .map((entry) => ({ entry, fill: entry.stats.fill, delay: entry.stats.delayMillis }))
      .sort((a, b) => a.fill - b.fill || a.delay - b.delay);
    let before = { fill: -1, delay: 0 };
    for (const { entry, fill, delay } of seen) {
      if (delay < before.delay || (fill === before.fill && delay !== before.delay)) {
        yield `${at(entry)}: ${delay} ms at ${fill}, but ${before.delay} ms at ${before.fill}`;
      }
      before = { fill, delay };
    }
  },
};

/** For any clock. `millis` of an entry is all the time that can have passed. */
export const anyClock: Rule = {
  id: "R18",
  law: "on any clock: no negative delay, no early or double expiry, no waiter that never wakes",
  *check(history) {
    const { blockTimeoutMillis } = history.configuration;
    for (const entry of entriesOf(history, "moment")) {
      const { pausedMillis, delayMillis, waiting } = entry.stats;
      if (!(pausedMillis >= 0 && delayMillis >= 0 && entry.millisToDeadline >= 0)) {
        yield `${at(entry)}: a negative time`;
      }
      if (pausedMillis > entry.millis) yield `${at(entry)}: paused for ${pausedMillis} ms`;
      if (waiting.messages > 0 && !Number.isFinite(entry.millisToDeadline)) {
        yield `${at(entry)}: someone waits, and no timer is set`;
      }
    }
    for (const { answered, millis } of waits(history)) {
      if (isTimeout(answered) && millis < blockTimeoutMillis) {
        yield `${at(answered)}: ${answered.message.id} gave up after ${millis} ms`;
      }
    }
    const last = entriesOf(history, "moment").at(-1);
    if (last !== undefined && last.stats.waiting.messages > 0) yield "the end: someone still waits";
  },
};
