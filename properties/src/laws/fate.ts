/** R5, R6, R17, R19: what becomes of a message. */
import { anything } from "../generators/traces.js";
import {
  arrivals,
  describeAnswer,
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

/** Inside callbacks an operation is several: what can be said of those is said of the whole trace. */
const oneByOne = { ...anything, callbacks: false };

/** Whether a message is among others. */
function among(messages: ReadonlyArray<Message>): (message: Message) => boolean {
  if (messages.length < 16) return (message) => messages.includes(message);
  const all = new Set(messages);
  return (message) => all.has(message);
}

export const oneFate: Law = {
  rule: "R5",
  law: "a message waits, is held or has its fate, and is told of it once, as soon as it has one",
  needs: [],
  traces: oneByOne,
  reaches: ["full", "drained", "dropped", "rejected", "timed out", "waited", "closed"],
  check(transition) {
    const { before, after, newcomers, answers, delivered } = transition;
    const open = before.line.map(({ message }) => message).concat(newcomers);
    const isOpenCase = among(open);
    const told = new Set<Message>();
    for (const { message } of answers) {
      if (!isOpenCase(message) || told.has(message)) {
        return { expected: `${list([message])} has had its answer`, found: "it gets another" };
      }
      told.add(message);
    }
    for (const message of open) {
      const waits = after.line.some((sender) => sender.message === message);
      if (told.has(message) !== waits) continue;
      const expected = `${list([message])} waits or has its answer`;
      return { expected, found: waits ? "both" : "neither" };
    }
    const wasHeld = among(before.held);
    const wasTaken = among(arrivals(transition));
    const hasLeft = among(delivered);
    for (const message of after.held) {
      if ((wasHeld(message) && !hasLeft(message)) || wasTaken(message)) continue;
      return { expected: `${list([message])} has had its fate`, found: `${list(after.held)} held` };
    }
    if (new Set(after.held).size !== after.held.length) {
      return { expected: "each is held once", found: list(after.held) };
    }
    const left = new Set<Message>();
    for (const message of delivered) {
      if (!(wasHeld(message) || wasTaken(message)) || left.has(message)) {
        return { expected: `${list([message])} has had its fate`, found: "it is delivered" };
      }
      left.add(message);
    }
    return true;
  },
};

export const nothingVanishes: Law = {
  rule: "R5",
  law: "what was taken and neither delivered nor dropped nor closed upon is held",
  needs: ["evictions"],
  traces: { ...anything, closes: false },
  reaches: ["full", "drained", "dropped", "waited"],
  check(transition) {
    const { before, after, answers, delivered } = transition;
    // What is held when a connection closes is lost.
    if (!isOpen(after)) return undefined;
    let expected = before.stats.buffered.messages - delivered.length - evictedIn(transition);
    for (const answer of answers) if (isAccepted(answer)) expected++;
    const { messages } = after.stats.buffered;
    return messages === expected || { expected: `${expected} held`, found: `${messages}` };
  },
};

export const order: Law = {
  rule: "R6",
  law: "what is held and what leaves is in the order of arrival, and so are those that are let in",
  needs: [],
  traces: oneByOne,
  reaches: ["full", "drained", "dropped", "waited", "queued"],
  check(transition) {
    const { before, after, newcomers, answers, delivered } = transition;
    const inOrder = [...before.held, ...arrivals(transition)];
    if (delivered.length > 0 && delivered[0] !== inOrder[0]) {
      return { expected: `${list(inOrder.slice(0, 1))} leaves first`, found: list(delivered) };
    }
    // What came during a batch may have been evicted during it: the rest is only in order.
    const left = isInOrder(delivered, inOrder);
    if (!left) return { expected: `a part of ${list(inOrder)} leaves`, found: list(delivered) };
    if (after.head !== after.held[0]) {
      return { expected: `${list(after.held)} is headed by its first`, found: "it is not" };
    }
    if (!isInOrder(after.held, inOrder)) {
      return { expected: `a part of ${list(inOrder)} is held`, found: list(after.held) };
    }
    for (const answer of answers) {
      if (!isAccepted(answer)) continue;
      const index = before.line.findIndex((sender) => sender.message === answer.message);
      // Whoever is offered passes those that are delayed, and nobody who is blocked.
      const passed = (index < 0 ? before.line : before.line.slice(0, index)).find(
        (sender) =>
          after.line.some((other) => other.message === sender.message) &&
          (answer.by === "send" || sender.blocked === true),
      );
      if (passed === undefined) continue;
      return {
        expected: `${list([passed.message])} is let in first`,
        found: `${list([answer.message])} is${newcomers.includes(answer.message) ? ", newly come" : ""}`,
      };
    }
    return true;
  },
};

/** Whether messages are in the order of others; what is not among those is for R5 to see. */
function isInOrder(messages: ReadonlyArray<Message>, inOrder: ReadonlyArray<Message>): boolean {
  if (messages.length === 0) return true;
  const places = new Map(inOrder.map((message, place) => [message, place]));
  let last = -1;
  for (const message of messages) {
    const place = places.get(message);
    if (place === undefined) continue;
    if (place <= last) return false;
    last = place;
  }
  return true;
}

export const closedIsTheEnd: Law = {
  rule: "R17",
  law: "closed is absorbing: nothing is delivered after it, later offers are refused and counted",
  needs: ["close", "states"],
  traces: oneByOne,
  reaches: ["closing", "closed"],
  check(transition) {
    const { operation, before, after, answers, delivered, steps } = transition;
    const disconnected = disconnects(transition);
    if (disconnected !== undefined) return disconnected;
    if (!isOpen(after) && after.line.length > 0) {
      return { expected: `nobody waits once ${after.state}`, found: `${after.line.length} do` };
    }
    if (isOpen(before)) {
      if (isOpen(after)) return undefined;
      const isEnding = ["close", "evict", "disconnect"].includes(operation.op);
      const left = isEnding ? answers.find((one) => !isRejectedAs(one, "closed")) : undefined;
      if (left === undefined) return true;
      return { expected: "who waits is told that it closed", found: describeAnswer(left) };
    }
    const taken = answers.find((answer) => !isRejectedAs(answer, "closed"));
    if (taken !== undefined) {
      return { expected: `refused as closed while ${before.state}`, found: describeAnswer(taken) };
    }
    if (isOpen(after) || (before.state === "closed" && after.state !== "closed")) {
      return { expected: `never open again after ${before.state}`, found: after.state };
    }
    if (before.state === "closed" && delivered.length + steps.length > 0) {
      return {
        expected: "nothing after closed",
        found: `${list(delivered)} leave, ${steps.length} steps`,
      };
    }
    return true;
  },
};

/** Who finds no room is a slow consumer, and its connection is closed. */
function disconnects(transition: Transition): Verdict {
  const { configuration, before, after } = transition;
  if (configuration.overflow !== "disconnect") return undefined;
  const arrival = plainArrival(transition);
  if (arrival === undefined || arrival.message.bytes > configuration.maxBytes) return undefined;
  const { message, answer } = arrival;
  if (fits(configuration, volumeOf(before.held), message)) {
    if (isAccepted(answer) && isOpen(after)) return undefined;
    return { expected: "accepted, and open", found: `${describeAnswer(answer)}, ${after.state}` };
  }
  if (isRejectedAs(answer, "slow-consumer") && after.state === "closed") return undefined;
  return {
    expected: "slow-consumer, and closed",
    found: `${describeAnswer(answer)}, ${after.state}`,
  };
}

export const cancelled: Law = {
  rule: "R19",
  law: "a sender that is taken back while it waits has its message wholly out: never taken or delivered",
  needs: ["send", "cancel", "statistics"],
  traces: oneByOne,
  reaches: ["waited", "queued", "interrupted"],
  check({ operation, before, after, answers }) {
    if (operation.op !== "cancel" || before.line.length === 0) return undefined;
    const waiting = before.line.map(({ message }) => message);
    const message = waiting[operation.waiter % waiting.length] as Message;
    const answer = answers.find((one) => one.message === message);
    if (answer === undefined || !isRejectedAs(answer, "interrupted")) {
      return {
        expected: `${list([message])} is interrupted`,
        found: answer === undefined ? "it is not" : describeAnswer(answer),
      };
    }
    if (after.held.includes(message)) {
      return { expected: `${list([message])} is wholly out`, found: `${list(after.held)} held` };
    }
    const others = waiting.filter((other) => !answers.some((one) => one.message === other));
    const still = after.line.map((sender) => sender.message);
    if (sameMessages(others, still)) return true;
    return { expected: `${list(others)} wait`, found: `${list(still)} wait` };
  },
};
