/** R5, R6, R17, R19: what becomes of a message. */
import type { Message } from "../Harness.js";
import {
  arrivals,
  describeAnswer,
  isAccepted,
  isOpen,
  isRejectedAs,
  type Law,
  list,
  sameMessages,
} from "../Law.js";

export const oneFate: Law = {
  rule: "R5",
  check(transition) {
    const { before, after, newcomer, answers, delivered } = transition;
    const isOwn = (message: Message) =>
      message === newcomer || before.line.some((sender) => sender.message === message);
    for (const [place, { message }] of answers.entries()) {
      if (isOwn(message) && answers.findIndex((one) => one.message === message) === place) continue;
      return { expected: `${list([message])} has had its answer`, found: "it gets another" };
    }
    const asked = newcomer === undefined ? [] : [newcomer];
    for (const message of [...before.line.map((sender) => sender.message), ...asked]) {
      const isAnswered = answers.some((answer) => answer.message === message);
      const waits = after.line.some((sender) => sender.message === message);
      if (isAnswered !== waits) continue;
      return {
        expected: `${list([message])} waits or has its answer`,
        found: waits ? "both" : "neither",
      };
    }
    const taken = arrivals(transition);
    for (const [place, message] of after.held.entries()) {
      if (after.held.indexOf(message) !== place) {
        return { expected: `${list([message])} is held once`, found: list(after.held) };
      }
      const stays = before.held.includes(message) && !delivered.includes(message);
      if (stays || taken.includes(message)) continue;
      return { expected: `${list([message])} has had its fate`, found: `${list(after.held)} held` };
    }
    for (const message of delivered) {
      if (before.held.includes(message) || taken.includes(message)) continue;
      return { expected: `${list([message])} has had its fate`, found: "it is delivered" };
    }
    return true;
  },
};

export const order: Law = {
  rule: "R6",
  check(transition) {
    const { before, after, newcomer, answers, delivered } = transition;
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
          (answer.by === "send" || sender.blocked),
      );
      if (passed === undefined) continue;
      return {
        expected: `${list([passed.message])} is let in first`,
        found: `${list([answer.message])} is${answer.message === newcomer ? ", newly come" : ""}`,
      };
    }
    return true;
  },
};

/** Whether messages are in the order of others; what is not among those is for R5 to see. */
function isInOrder(messages: ReadonlyArray<Message>, inOrder: ReadonlyArray<Message>): boolean {
  let place = -1;
  for (const message of messages) {
    const next = inOrder.indexOf(message);
    if (next === -1) continue;
    if (next <= place) return false;
    place = next;
  }
  return true;
}

export const closedIsTheEnd: Law = {
  rule: "R17",
  check(transition) {
    const { operation, before, after, answers, delivered, steps } = transition;
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
    const answer = answers[0];
    if (answer !== undefined && !isRejectedAs(answer, "closed")) {
      return { expected: `refused as closed while ${before.state}`, found: describeAnswer(answer) };
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

export const cancelled: Law = {
  rule: "R19",
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
