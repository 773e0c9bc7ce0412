/** R4, R13, R14, R23, R24: who waits, and for how long. */
import { bytesOf, describeAnswer, fits, isOpen, isRejectedAs, type Law, list } from "../Law.js";
import { delayOf, fillOf, longestDelayOf } from "../specification.js";

export const delayIsBounded: Law = {
  rule: "R13",
  check({ configuration, after }) {
    const { delayMillis } = after.stats;
    const most = longestDelayOf(configuration);
    if (!(delayMillis >= configuration.minDelayMillis && delayMillis <= most)) {
      return {
        expected: `${configuration.minDelayMillis} to ${most} ms`,
        found: `${delayMillis} ms`,
      };
    }
    const fill = fillOf(configuration, { messages: after.held.length, bytes: bytesOf(after.held) });
    const expected = delayOf(configuration, fill);
    if (Math.abs(delayMillis - expected) <= 0.001) return true;
    return { expected: `${expected} ms at a fill of ${fill}`, found: `${delayMillis} ms` };
  },
};

/** A delay is an upper bound; after it, only a blocked sender waits on, for room. */
export const delayIsKept: Law = {
  rule: "R13",
  check({ answers }) {
    const sent = answers.filter(({ by }) => by === "send");
    for (const answer of sent) {
      const { blockedMillis, waitedMillis, toldMillis, message } = answer;
      const delayed = waitedMillis - (blockedMillis ?? 0);
      const told = Math.ceil(toldMillis);
      if (delayed <= told || isRejectedAs(answer, "closed")) continue;
      return { expected: `${list([message])} is delayed ${told} ms`, found: `${delayed} ms` };
    }
    return sent.length === 0 ? undefined : true;
  },
};

export const delayIsMonotone: Law = {
  rule: "R14",
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

/** Who need not wait does not, who must does, and who would be one too many is told so. */
export const waitsAsItMust: Law = {
  rule: "R4",
  check({ configuration, operation, before, after, newcomer, answers }) {
    if (operation.op !== "send" || newcomer === undefined) return undefined;
    if (!isOpen(before) || newcomer.bytes > configuration.maxBytes) return undefined;
    const answer = answers.find(({ message }) => message === newcomer);
    const isBlocked =
      configuration.overflow === "block" && !fits(configuration, before.held, newcomer);
    const needNotWait = before.line.length === 0 && before.stats.delayMillis === 0 && !isBlocked;
    const { maxWaiters, maxWaitingBytes } = configuration;
    const bytes = newcomer.bytes + bytesOf(before.line.map(({ message }) => message));
    const isTooMany = !needNotWait && (before.line.length >= maxWaiters || bytes > maxWaitingBytes);
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

/** After time has passed, nobody's own time is over. */
export const deadlinesAreKept: Law = {
  rule: "R23",
  check({ operation, before, after }) {
    if (operation.op !== "advance" || before.line.length === 0) return undefined;
    const overdue = after.line.find(({ owedMillis }) => owedMillis <= 0);
    if (overdue !== undefined) {
      return {
        expected: `${list([overdue.message])} is let in or gives up when its time is over`,
        found: "it still waits",
      };
    }
    if (after.line.length === 0 || Number.isFinite(after.millisToDeadline)) return true;
    return { expected: "a deadline while someone waits", found: "none" };
  },
};

/** No quiet state has room for the first in line, or someone delayed for a state that has passed. */
export const noLostWakeUp: Law = {
  rule: "R24",
  check({ configuration, after }) {
    const first = after.line[0];
    if (first === undefined) return undefined;
    if (first.blocked && fits(configuration, after.held, first.message)) {
      return {
        expected: `${list([first.message])} is let in: there is room`,
        found: `it is blocked, ${list(after.held)} held`,
      };
    }
    const forgotten = after.line.find(({ rung, blocked }) => rung > 0 && !blocked);
    if (after.state === "normal" && forgotten !== undefined) {
      return {
        expected: `${list([forgotten.message])} is let in: the state has fallen to normal`,
        found: "it is delayed",
      };
    }
    return true;
  },
};
