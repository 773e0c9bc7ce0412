/** R7, R8, R9, R10, and what `disconnect` does: a message that finds no room. */
import {
  arrivals,
  describeAnswer,
  evictedBy,
  fits,
  isAccepted,
  isOpen,
  isRejectedAs,
  type Law,
  list,
  plainArrival,
  sameMessages,
  type Transition,
  type Verdict,
} from "../Law.js";

/** What is held is the end of what was held and of what came: what was dropped was at the head. */
function keepsTail(transition: Transition): Verdict {
  const { before, after, delivered } = transition;
  if (!isOpen(after)) return undefined;
  const all = [...before.held, ...arrivals(transition)].slice(delivered.length);
  const tail = all.slice(all.length - after.held.length);
  if (sameMessages(tail, after.held)) return true;
  return { expected: `the last of ${list(all)} are held`, found: list(after.held) };
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

function applies({ configuration, newcomer }: Transition, strategy: string): boolean {
  if (configuration.overflow !== strategy) return false;
  return newcomer === undefined || newcomer.bytes <= configuration.maxBytes;
}

export const dropNewest: Law = {
  rule: "R7",
  check(transition) {
    if (!applies(transition, "drop-newest")) return undefined;
    const { configuration, before, newcomer } = transition;
    if (newcomer === undefined) return keepsTail(transition);
    const isTaken = fits(configuration, before.held, newcomer);
    return arrives(transition, { isTaken, evicted: 0 });
  },
};

export const dropOldest: Law = {
  rule: "R8",
  check(transition) {
    if (!applies(transition, "drop-oldest")) return undefined;
    const { configuration, before, newcomer } = transition;
    const tail = keepsTail(transition);
    if (newcomer === undefined || (tail !== true && tail !== undefined)) return tail;
    let evicted = 0;
    while (!fits(configuration, before.held.slice(evicted), newcomer)) evicted++;
    return arrives(transition, { isTaken: true, evicted });
  },
};

export const dropAll: Law = {
  rule: "R10",
  check(transition) {
    if (!applies(transition, "drop-all")) return undefined;
    const { configuration, before, newcomer } = transition;
    if (newcomer === undefined) return keepsTail(transition);
    const evicted = fits(configuration, before.held, newcomer) ? 0 : before.held.length;
    return arrives(transition, { isTaken: true, evicted });
  },
};

export const block: Law = {
  rule: "R9",
  check(transition) {
    if (!applies(transition, "block")) return undefined;
    const { configuration, before, after, newcomer, answers, delivered } = transition;
    const { evicted, cleared } = after.stats.dropped;
    if (evicted.messages + cleared.messages > 0) {
      return {
        expected: "nothing is dropped",
        found: `${evicted.messages + cleared.messages} are`,
      };
    }
    if (!isOpen(after)) return undefined;
    const held = [...before.held, ...arrivals(transition)].slice(delivered.length);
    if (!sameMessages(held, after.held)) {
      return { expected: `${list(held)} held`, found: list(after.held) };
    }
    for (const answer of answers) {
      const { by, message, blockedMillis } = answer;
      if (by === "offer") {
        const isBlocked = before.line.some((sender) => sender.blocked);
        const hasRoom = fits(configuration, before.held, message) && !isBlocked;
        if (isAccepted(answer) !== hasRoom) {
          return { expected: hasRoom ? "accepted" : "full", found: describeAnswer(answer) };
        }
        continue;
      }
      const { blockTimeoutMillis } = configuration;
      const waited = blockedMillis ?? 0;
      const isRight = isRejectedAs(answer, "timeout")
        ? waited === blockTimeoutMillis
        : waited <= blockTimeoutMillis;
      if (isRight) continue;
      return {
        expected: `${list([message])} gives up when it has been blocked for ${blockTimeoutMillis} ms`,
        found: `${describeAnswer(answer)} after ${waited} ms`,
      };
    }
    if (newcomer === undefined && answers.length === 0 && delivered.length === 0) return undefined;
    return true;
  },
};

/** Where the rules have no number of their own: the end that it leads to is R17's. */
export const disconnects: Law = {
  rule: "R17",
  check(transition) {
    if (!applies(transition, "disconnect")) return undefined;
    const arrival = plainArrival(transition);
    if (arrival === undefined) return undefined;
    const { configuration, before, after } = transition;
    const { message, answer } = arrival;
    if (fits(configuration, before.held, message)) {
      if (isAccepted(answer) && isOpen(after)) return true;
      return { expected: "accepted, and open", found: `${describeAnswer(answer)}, ${after.state}` };
    }
    if (isRejectedAs(answer, "slow-consumer") && after.state === "closed") return true;
    return {
      expected: "slow-consumer, and closed",
      found: `${describeAnswer(answer)}, ${after.state}`,
    };
  },
};
