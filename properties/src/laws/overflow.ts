/** R7, R8, R9, R10, and what `disconnect` does: a message that finds no room. */
import type { Configuration, OverflowStrategy } from "@sluice/core";
import {
  arrivals,
  type Broken,
  describeAnswer,
  evictedBy,
  evictedIn,
  fits,
  isAccepted,
  isOpen,
  isRejectedAs,
  type Law,
  list,
  plainArrival,
  sameMessages,
  type Verdict,
  volumeOf,
} from "./Law.js";
import type { Message, Transition } from "./Transition.js";

/** What was held and what came, without what left: that is the first of it, but for those that were evicted. */
function remainder(transition: Transition): ReadonlyArray<Message> | Broken {
  const { before, delivered } = transition;
  const all = [...before.held, ...arrivals(transition)];
  let evicted = evictedIn(transition);
  let gone = 0;
  for (const message of delivered) {
    for (; all[gone] !== message && evicted > 0; evicted--) gone++;
    if (all[gone] !== message) {
      return { expected: `the first of ${list(all)} leave`, found: list(delivered) };
    }
    gone++;
  }
  return all.slice(gone);
}

/** What is held is the end of what was held and of what came: what was dropped was at the head. */
function keepsTail(transition: Transition): Verdict {
  const { after } = transition;
  if (!isOpen(after)) return undefined;
  const all = remainder(transition);
  if ("expected" in all) return all;
  const tail = all.slice(all.length - after.held.length);
  if (!sameMessages(tail, after.held)) {
    return { expected: `the last of ${list(all)} are held`, found: list(after.held) };
  }
  if (after.head === after.held[0]) return true;
  return { expected: `${list(tail)} is headed by its first`, found: "it is not" };
}

/** Whoever came is taken, or lost, as expected. */
function arrives(
  transition: Transition,
  expected: { readonly isTaken: boolean; readonly evicted: number },
): Verdict {
  const arrival = plainArrival(transition);
  if (arrival === undefined) return undefined;
  const { before, after } = transition;
  const { answer, message } = arrival;
  const stays = before.held.slice(expected.evicted);
  const held = expected.isTaken ? [...stays, message] : stays;
  const isAsExpected =
    isAccepted(answer) === expected.isTaken &&
    evictedBy(answer) === expected.evicted &&
    sameMessages(after.held, held);
  if (isAsExpected) return true;
  const what = expected.isTaken ? `accepted, evicting ${expected.evicted}` : "full";
  return {
    expected: `${what}; ${list(held)} held`,
    found: `${describeAnswer(answer)}; ${list(after.held)} held`,
  };
}

function applies({ configuration, newcomers }: Transition, strategy: OverflowStrategy): boolean {
  if (configuration.overflow !== strategy) return false;
  return newcomers.every(({ bytes }) => bytes <= configuration.maxBytes);
}

/** Of a burst nothing is seen of what each message of it met. */
function theNewcomer({ newcomers }: Transition): Message | undefined {
  return newcomers.length === 1 ? newcomers[0] : undefined;
}

export const dropNewest: Law = {
  rule: "R7",
  law: "drop-newest: the lost are exactly those that arrived when full; the buffer is unchanged",
  needs: ["offer"],
  configurations: { overflow: ["drop-newest"] },
  reaches: ["full", "rejected", "drained", "resumed"],
  check(transition) {
    if (!applies(transition, "drop-newest")) return undefined;
    const tail = keepsTail(transition);
    const newcomer = theNewcomer(transition);
    if (newcomer === undefined || (tail !== true && tail !== undefined)) return tail;
    const { configuration, before } = transition;
    const isTaken = fits(configuration, volumeOf(before.held), newcomer);
    return arrives(transition, { isTaken, evicted: 0 });
  },
};

export const dropOldest: Law = {
  rule: "R8",
  law: "drop-oldest: an arrival when full evicts from the head only, and no more than it needs",
  needs: ["offer", "evictions"],
  configurations: { overflow: ["drop-oldest"] },
  reaches: ["full", "dropped", "drained", "resumed"],
  check(transition) {
    if (!applies(transition, "drop-oldest")) return undefined;
    const tail = keepsTail(transition);
    const newcomer = theNewcomer(transition);
    if (newcomer === undefined || (tail !== true && tail !== undefined)) return tail;
    const { configuration, before } = transition;
    const evicted = tooMany(configuration, [...before.held, newcomer]);
    return arrives(transition, { isTaken: true, evicted });
  },
};

export const newestStay: Law = {
  rule: "R8",
  law: "drop-oldest: whatever is evicted, what is held and delivered are the newest, with no gap among them",
  needs: ["offer"],
  configurations: { overflow: ["drop-oldest"] },
  reaches: ["full", "drained"],
  check(transition) {
    if (!applies(transition, "drop-oldest") || !isOpen(transition.after)) return undefined;
    const { configuration, after, delivered, newcomers } = transition;
    const all = remainder(transition);
    if ("expected" in all) return all;
    // Who comes while others leave may have met less room than there is now.
    if (delivered.length > 0 && newcomers.length > 0) return undefined;
    const newest = all.slice(tooMany(configuration, all));
    if (sameMessages(newest, after.held)) return true;
    return { expected: `${list(newest)} held`, found: list(after.held) };
  },
};

/** How many of the first have to go for the others to find room. */
function tooMany({ maxMessages, maxBytes }: Configuration, messages: ReadonlyArray<Message>) {
  let { messages: count, bytes } = volumeOf(messages);
  let gone = 0;
  for (; count > maxMessages || bytes > maxBytes; count--) bytes -= messages[gone++]?.bytes ?? 0;
  return gone;
}

export const dropAll: Law = {
  rule: "R10",
  law: "drop-all: the whole buffer goes, each message counted once; the new message stays",
  needs: ["offer", "evictions"],
  configurations: { overflow: ["drop-all"] },
  reaches: ["full", "dropped", "drained"],
  check(transition) {
    if (!applies(transition, "drop-all")) return undefined;
    const newcomer = theNewcomer(transition);
    if (newcomer === undefined) return keepsTail(transition);
    const { configuration, before } = transition;
    const evicted = fits(configuration, volumeOf(before.held), newcomer) ? 0 : before.held.length;
    return arrives(transition, { isTaken: true, evicted });
  },
};

/** Timers have whole milliseconds and are never early; clocks add up fractions. */
const nearly = 1e-6;

/** In random runs for configurations without delays: there whoever waits, waits for room. */
export const block: Law = {
  rule: "R9",
  law: "block: nothing is dropped; a sender waits exactly until its deadline, then it is out for good",
  needs: ["send", "deadlines", "time", "statistics"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true, cancels: true },
  reaches: ["full", "paused", "waited", "queued", "timed out", "interrupted", "resumed"],
  check(transition) {
    if (!applies(transition, "block")) return undefined;
    const { configuration, before, after, answers } = transition;
    const { evicted, cleared } = after.stats.dropped;
    const dropped = evicted.messages + cleared.messages;
    if (dropped > 0) return { expected: "nothing is dropped", found: `${dropped} are` };
    if (!isOpen(after)) return undefined;
    const held = remainder(transition);
    if ("expected" in held) return held;
    if (!sameMessages(held, after.held)) {
      return { expected: `${list(held)} held`, found: list(after.held) };
    }
    for (const answer of answers) {
      const { by, message, blockedMillis } = answer;
      if (by === "offer") {
        if (answers.length > 1) continue;
        const isBlocked = before.line.some((sender) => sender.blocked);
        const hasRoom = fits(configuration, volumeOf(before.held), message) && !isBlocked;
        if (isAccepted(answer) !== hasRoom) {
          return { expected: hasRoom ? "accepted" : "full", found: describeAnswer(answer) };
        }
        continue;
      }
      const late = (blockedMillis ?? 0) - configuration.blockTimeoutMillis;
      if (late < 1 && (late >= -nearly || !isRejectedAs(answer, "timeout"))) continue;
      return {
        expected: `${list([message])} gives up when it has been blocked for ${configuration.blockTimeoutMillis} ms`,
        found: `${describeAnswer(answer)} after ${blockedMillis} ms`,
      };
    }
    return true;
  },
};
