/** R1, R2, R3, R4, R11, R12, R50: what is counted, and what bounds it. */
import { dropReasons, rejectReasons, type Statistics, total, type Volume } from "@sluice/core";
import { events } from "@sluice/machines";
import { anything } from "../generators/traces.js";
import type { Landmark } from "../Landmark.js";
import {
  bytesOf,
  evictedIn,
  isAccepted,
  isRejectedAs,
  type Law,
  pictures,
  type Verdict,
  volumeOf,
} from "./Law.js";
import type { Transition } from "./Transition.js";

type Unit = keyof Volume;

function conserved(unit: Unit, transition: Transition): Verdict {
  for (const stats of pictures(transition)) {
    const { offered, delivered, dropped, rejected, buffered, waiting } = stats;
    const lost = total(dropped)[unit] + total(rejected)[unit];
    const known = delivered[unit] + lost + buffered[unit] + waiting[unit];
    if (offered[unit] === known) continue;
    return { expected: `${offered[unit]} offered are accounted for`, found: `${known} are` };
  }
  const { before, after, newcomers, delivered } = transition;
  const [came, left] = [volumeOf(newcomers)[unit], volumeOf(delivered)[unit]];
  const countedIn = after.stats.offered[unit] - before.stats.offered[unit];
  const countedOut = after.stats.delivered[unit] - before.stats.delivered[unit];
  if (countedIn !== came || countedOut !== left) {
    return {
      expected: `${came} ${unit} more offered, ${left} more delivered`,
      found: `${countedIn} and ${countedOut} more are counted`,
    };
  }
  const rest = after.stats.buffered[unit] + after.stats.waiting[unit];
  if (after.state !== "closed" || rest === 0) return true;
  return { expected: "nothing remains after closed", found: `${rest} ${unit} do` };
}

const whatever: ReadonlyArray<Landmark> = [
  "full",
  "dropping",
  "dropped",
  "rejected",
  "too large",
  "timed out",
  "interrupted",
  "too many waiting",
  "waited",
  "closing",
  "closed",
  "acted in a callback",
];

export const conservation: Law = {
  rule: "R1",
  law: "offered = delivered + dropped + rejected + buffered + waiting, after every step, in callbacks too",
  needs: ["statistics"],
  traces: anything,
  reaches: whatever,
  check: (transition) => conserved("messages", transition),
};

export const conservationOfBytes: Law = {
  rule: "R2",
  law: "the same in bytes, and no count is negative",
  needs: ["statistics", "bytes"],
  traces: anything,
  reaches: whatever,
  check(transition) {
    const verdict = conserved("bytes", transition);
    if (verdict !== true) return verdict;
    for (const stats of pictures(transition)) {
      for (const [name, of] of volumes) {
        const { messages, bytes } = of(stats);
        if (messages >= 0 && bytes >= 0 && (messages > 0 || bytes === 0)) continue;
        const found = `${name} of ${messages} messages, ${bytes} bytes`;
        return { expected: "no negative count, and no bytes without messages", found };
      }
    }
    return true;
  },
};

export const bounded: Law = {
  rule: "R3",
  law: "never more messages or bytes than configured, in callbacks too; every share is one",
  needs: [],
  traces: anything,
  reaches: ["full", "drained", "dropped", "rejected", "waited", "acted in a callback"],
  check(transition) {
    const { maxMessages, maxBytes } = transition.configuration;
    const most = { messages: maxMessages, bytes: maxBytes };
    for (const { buffered, peak, fill, dropRate } of pictures(transition)) {
      for (const volume of [buffered, peak]) {
        if (isWithin(volume, most)) continue;
        return {
          expected: `0 to ${maxMessages} messages and 0 to ${maxBytes} bytes`,
          found: `${volume.messages} messages, ${volume.bytes} bytes`,
        };
      }
      for (const share of [fill, dropRate.lifetime, dropRate.recent]) {
        if (!(share >= 0 && share <= 1)) return { expected: "a share", found: `${share}` };
      }
    }
    return true;
  },
};

export const boundedWaiters: Law = {
  rule: "R4",
  law: "never more waiting senders, nor bytes of theirs, than may wait",
  needs: ["send", "statistics"],
  traces: anything,
  reaches: ["waited", "queued", "too many waiting"],
  check(transition) {
    const { maxWaiters, maxWaitingBytes } = transition.configuration;
    const most = { messages: maxWaiters, bytes: maxWaitingBytes };
    for (const { waiting, peakWaiting } of pictures(transition)) {
      for (const volume of [waiting, peakWaiting]) {
        if (isWithin(volume, most)) continue;
        return {
          expected: `0 to ${maxWaiters} waiting senders with 0 to ${maxWaitingBytes} bytes`,
          found: `${volume.messages} senders, ${volume.bytes} bytes`,
        };
      }
    }
    return transition.after.line.length + transition.glimpses.length > 0 ? true : undefined;
  },
};

function isWithin({ messages, bytes }: Volume, most: Volume): boolean {
  return messages >= 0 && messages <= most.messages && bytes >= 0 && bytes <= most.bytes;
}

export const reported: Law = {
  rule: "R11",
  law: "reported losses are the losses that were seen, by reason; what is held and who waits is what is counted",
  needs: ["statistics", "evictions"],
  traces: { ...anything, callbacks: false },
  reaches: ["full", "dropped", "rejected", "resumed", "waited", "timed out", "too large"],
  check(transition) {
    for (const [what, said, seen] of reports(transition)) {
      if (said === seen) continue;
      return { expected: `${seen} ${what}, as was seen`, found: `${said} reported` };
    }
    return true;
  },
};

/** What was said to have been done, and what was seen to be. */
function* reports(transition: Transition): Generator<readonly [string, number, number]> {
  const { configuration, before, after, answers, delivered } = transition;
  const [was, is] = [before.stats, after.stats];
  for (const reason of rejectReasons) {
    let told = 0;
    for (const answer of answers) if (isRejectedAs(answer, reason)) told++;
    const count = is.rejected[reason].messages - was.rejected[reason].messages;
    yield [`rejected as ${reason}`, count, told];
  }
  let taken = 0;
  for (const answer of answers) if (isAccepted(answer)) taken++;
  yield ["taken", is.enqueued.messages - was.enqueued.messages, taken];
  const gone = was.buffered.messages + taken - delivered.length - is.buffered.messages;
  const evicted = is.dropped.evicted.messages - was.dropped.evicted.messages;
  const cleared = is.dropped.cleared.messages - was.dropped.cleared.messages;
  yield ["dropped", total(is.dropped).messages - total(was.dropped).messages, gone];
  yield ["dropped for room", evicted + cleared, evictedIn(transition)];
  if (configuration.overflow !== "drop-oldest") yield ["evicted", evicted, 0];
  if (configuration.overflow !== "drop-all") yield ["cleared", cleared, 0];
  if (after.state !== "closed") yield ["closed on", is.dropped.closed.messages, 0];
  const waiting = after.line.map(({ message }) => message);
  yield ["messages held", is.buffered.messages, after.held.length];
  yield ["bytes held", is.buffered.bytes, bytesOf(after.held)];
  yield ["senders waiting", is.waiting.messages, waiting.length];
  yield ["bytes waiting", is.waiting.bytes, bytesOf(waiting)];
}

export const countersGrow: Law = {
  rule: "R12",
  law: "counters never decrease; a peak is never below its current value",
  needs: ["statistics"],
  traces: anything,
  reaches: ["full", "dropped", "rejected", "waited", "resumed", "closed"],
  check(transition) {
    let last = transition.before.stats;
    for (const stats of pictures(transition)) {
      const less = decreased(last, stats);
      if (less !== undefined) return { expected: `${less} does not decrease`, found: "it does" };
      for (const [now, peak, who] of [
        [stats.buffered, stats.peak, "messages"],
        [stats.waiting, stats.peakWaiting, "senders"],
      ] as const) {
        if (peak.messages >= now.messages && peak.bytes >= now.bytes) continue;
        return {
          expected: `a peak of at least ${now.messages} ${who}, ${now.bytes} bytes`,
          found: `${peak.messages}, ${peak.bytes}`,
        };
      }
      last = stats;
    }
    return true;
  },
};

export const pausesAreCounted: Law = {
  rule: "R12",
  law: "every throttle and pause is counted, and so is the time that a pause takes",
  needs: ["statistics", "states", "steps", "time"],
  traces: { sends: true, cancels: true, callbacks: true, closes: true },
  reaches: ["throttled", "paused", "resumed", "closed"],
  check({ operation, before, after, steps }) {
    const stepsOf = (name: string) => {
      let count = 0;
      for (const { event } of steps) if (events[event] === name) count++;
      return count;
    };
    const throttled = after.stats.throttleEvents - before.stats.throttleEvents;
    const paused = after.stats.pauseEvents - before.stats.pauseEvents;
    const [throttles, pauses] = [stepsOf("throttle.reached"), stepsOf("pause.reached")];
    if (throttled !== throttles || paused !== pauses) {
      return {
        expected: `${throttles} more throttles, ${pauses} pauses`,
        found: `${throttled} and ${paused} are counted`,
      };
    }
    const pausedMillis = after.stats.pausedMillis - before.stats.pausedMillis;
    const passed = operation.op === "advance" ? operation.millis : 0;
    const [wasPaused, isPaused] = [before, after].map(
      ({ state }) => state === "paused" || state === "dropping",
    );
    const isWhole = steps.length === 0 || passed === 0;
    const least = isWhole && wasPaused && isPaused ? passed : 0;
    const longest = isWhole && !wasPaused ? 0 : passed;
    if (pausedMillis >= least - nearly && pausedMillis <= longest + nearly) return true;
    return { expected: `${least} to ${longest} ms more paused`, found: `${pausedMillis} ms` };
  },
};

/** Clocks add up fractions. */
const nearly = 1e-6;

export const onlySlowness: Law = {
  rule: "R50",
  law: "the drop rate has what was lost because the client is slow, and nothing else",
  needs: ["statistics"],
  traces: anything,
  reaches: ["dropped", "rejected", "timed out", "too many waiting", "closed"],
  check(transition) {
    for (const { offered, dropped, rejected, dropRate } of pictures(transition)) {
      const lost =
        dropped.evicted.messages +
        dropped.cleared.messages +
        dropped.shed.messages +
        rejected.full.messages +
        rejected.timeout.messages +
        rejected["slow-consumer"].messages +
        rejected.shed.messages;
      const expected = offered.messages === 0 ? 0 : lost / offered.messages;
      if (dropRate.lifetime === expected) continue;
      return { expected: `a drop rate of ${expected}`, found: `${dropRate.lifetime}` };
    }
    return true;
  },
};

type Book = readonly [name: string, of: (stats: Statistics) => Volume];

/** Every volume that only grows. */
const growing: ReadonlyArray<Book> = [
  ["offered", ({ offered }) => offered],
  ["enqueued", ({ enqueued }) => enqueued],
  ["delivered", ({ delivered }) => delivered],
  ["peak", ({ peak }) => peak],
  ["peak of those that wait", ({ peakWaiting }) => peakWaiting],
  ...dropReasons.map((reason): Book => [`dropped ${reason}`, ({ dropped }) => dropped[reason]]),
  ...rejectReasons.map(
    (reason): Book => [`rejected ${reason}`, ({ rejected }) => rejected[reason]],
  ),
];

const volumes: ReadonlyArray<Book> = [
  ...growing,
  ["buffered", ({ buffered }) => buffered],
  ["waiting", ({ waiting }) => waiting],
];

/** The first counter that is less than it was. */
function decreased(before: Statistics, after: Statistics): string | undefined {
  for (const name of ["throttleEvents", "pauseEvents", "pausedMillis"] as const) {
    if (after[name] < before[name]) return name;
  }
  for (const [name, of] of growing) {
    const [was, is] = [of(before), of(after)];
    if (is.messages < was.messages || is.bytes < was.bytes) return name;
  }
  return undefined;
}
