/** R4, R13, R23, R24: who waits, and for how long. */
import { anything } from "../generators/traces.js";
import {
  describeAnswer,
  evictedIn,
  fits,
  isOpen,
  isRejectedAs,
  type Law,
  list,
  pictures,
} from "./Law.js";
import { delayOf, fillOf, longestDelayOf } from "./specification.js";

export const delayIsBounded: Law = {
  rule: "R13",
  law: "the delay is finite, at least 0 and at most its stated maximum, and what the design says at each fill",
  needs: ["delays"],
  traces: anything,
  reaches: ["full", "throttled", "paused"],
  check(transition) {
    const { configuration } = transition;
    const least = configuration.minDelayMillis;
    const most = longestDelayOf(configuration);
    for (const { delayMillis, buffered } of pictures(transition)) {
      if (!(delayMillis >= least && delayMillis <= most)) {
        return { expected: `${least} to ${most} ms`, found: `${delayMillis} ms` };
      }
      const fill = fillOf(configuration, buffered);
      const expected = delayOf(configuration, fill);
      if (Math.abs(delayMillis - expected) <= 0.001) continue;
      return { expected: `${expected} ms at a fill of ${fill}`, found: `${delayMillis} ms` };
    }
    return true;
  },
};

/** A delay is an upper bound; after it, only a blocked sender waits on, for room. */
export const delayIsKept: Law = {
  rule: "R13",
  law: "no sender is delayed longer than it was told",
  needs: ["send", "delays", "time", "statistics"],
  // Of one that blocks it cannot be seen from outside how long it was delayed, and how long blocked.
  configurations: { overflow: ["drop-oldest", "drop-newest", "drop-all", "disconnect"] },
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "queued", "dropped", "rejected", "resumed"],
  check({ answers }) {
    const sent = answers.filter(({ by }) => by === "send");
    for (const answer of sent) {
      const { blockedMillis, waitedMillis, toldMillis, message } = answer;
      const delayed = waitedMillis - (blockedMillis ?? 0);
      const told = Math.ceil(toldMillis);
      if (delayed <= told + nearly || isRejectedAs(answer, "closed")) continue;
      return { expected: `${list([message])} is delayed ${told} ms`, found: `${delayed} ms` };
    }
    return sent.length === 0 ? undefined : true;
  },
};

/** Clocks add up fractions. */
const nearly = 1e-6;

/** Who need not wait does not, who must does, and who would be one too many is told so. */
export const waitsAsItMust: Law = {
  rule: "R4",
  law: "who need not wait does not, who must does, and who would be one too many is told so",
  needs: ["send", "delays", "deadlines", "statistics"],
  traces: { sends: true, cancels: true },
  reaches: ["waited", "queued", "too many waiting"],
  check({ configuration, operation, before, after, newcomers, answers }) {
    const [newcomer] = newcomers;
    if (operation.op !== "send" || newcomer === undefined) return undefined;
    if (!isOpen(before) || newcomer.bytes > configuration.maxBytes) return undefined;
    const answer = answers.find(({ message }) => message === newcomer);
    const { buffered, waiting, delayMillis } = before.stats;
    const isBlocked =
      configuration.overflow === "block" && !fits(configuration, buffered, newcomer);
    const needNotWait = waiting.messages === 0 && delayMillis === 0 && !isBlocked;
    const { maxWaiters, maxWaitingBytes } = configuration;
    const bytes = newcomer.bytes + waiting.bytes;
    const isTooMany = !needNotWait && (waiting.messages >= maxWaiters || bytes > maxWaitingBytes);
    if (isTooMany) {
      if (answer !== undefined && isRejectedAs(answer, "waiters")) return true;
      return {
        expected: "waiters",
        found: answer === undefined ? "it waits" : describeAnswer(answer),
      };
    }
    if (answer !== undefined && isRejectedAs(answer, "waiters")) {
      return { expected: "a place in line", found: "waiters" };
    }
    if (needNotWait && after.line.length > 0) {
      return { expected: "an answer at once", found: "it waits" };
    }
    if (isBlocked && configuration.blockTimeoutMillis > 0 && answer !== undefined) {
      return { expected: "it waits for room", found: describeAnswer(answer) };
    }
    return true;
  },
};

export const deadlinesAreKept: Law = {
  rule: "R23",
  law: "every waiting sender is resolved by its deadline or by closing, whether or not anything drains",
  needs: ["send", "deadlines", "time", "statistics"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "queued", "timed out", "closed"],
  check({ configuration, operation, before, after, answers }) {
    for (const { message, waitedMillis, toldMillis } of answers) {
      const most = Math.ceil(toldMillis) + configuration.blockTimeoutMillis;
      if (waitedMillis < most + 1) continue;
      const expected = `${list([message])} is told within ${most} ms`;
      return { expected, found: `after ${waitedMillis} ms` };
    }
    if (operation.op !== "advance" || before.line.length === 0) return undefined;
    const overdue = after.line.find(({ owedMillis }) => owedMillis <= 0);
    if (overdue !== undefined) {
      return {
        expected: `${list([overdue.message])} is let in or gives up when its time is over`,
        found: "it still waits",
      };
    }
    if (after.line.length === 0 || after.millisToDeadline !== Number.POSITIVE_INFINITY) return true;
    return { expected: "a deadline while someone waits", found: "none" };
  },
};

/** In random runs for configurations without delays: there a sender waits for want of room and nothing else. */
export const noLostWakeUp: Law = {
  rule: "R24",
  law: "no lost wake-up: once there is room for the first that waits, it no longer waits",
  needs: ["send", "statistics"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true, cancels: true, callbacks: true },
  reaches: ["waited", "queued", "drained"],
  check({ configuration, after }) {
    const first = after.line[0];
    if (first === undefined) return undefined;
    const { messages, bytes } = after.stats.buffered;
    if (first.blocked && fits(configuration, { messages, bytes }, first.message)) {
      return {
        expected: `${list([first.message])} is let in: there is room`,
        found: `it is blocked, with ${messages} of ${configuration.maxMessages} buffered`,
      };
    }
    const forgotten = after.line.find(({ rung, blocked }) => rung > 0 && blocked === false);
    if (after.state === "normal" && forgotten !== undefined) {
      return {
        expected: `${list([forgotten.message])} is let in: the state has fallen to normal`,
        found: "it is delayed",
      };
    }
    return true;
  },
};

export const drainIsHeard: Law = {
  rule: "R24",
  law: "no lost wake-up: a drain that is told of takes at once whatever is there to be taken",
  needs: ["counted drains"],
  traces: anything,
  reaches: ["full", "drained", "waited"],
  check(transition) {
    const { operation, before, after, delivered } = transition;
    if (operation.op !== "drain" || operation.silently) return undefined;
    // Who is let in meanwhile may evict what is there, or the strategy close upon it.
    const there = before.stats.buffered.messages - evictedIn(transition);
    const least = Math.min(operation.count, there);
    if (delivered.length >= least || after.state === "closed") return true;
    return { expected: `at least ${least} delivered`, found: `${delivered.length}` };
  },
};
