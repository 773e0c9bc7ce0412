/** A rule as it is checked on every edge of a space: what was before, what was done, what is after. */
import type { Configuration, RejectReason } from "@sluice/core";
import { isOpen as isOpenState } from "@sluice/machines";
import type { Operation } from "../Operation.js";
import type { Answer, Glimpse, Message, Picture, Step } from "./Harness.js";

/** An edge of a space. */
export interface Transition {
  readonly configuration: Configuration;
  readonly operation: Operation;
  readonly before: Picture;
  readonly after: Picture;
  /** The message that was offered or sent. */
  readonly newcomer: Message | undefined;
  readonly answers: ReadonlyArray<Answer>;
  readonly delivered: ReadonlyArray<Message>;
  readonly steps: ReadonlyArray<Step>;
  readonly glimpses: ReadonlyArray<Glimpse>;
}

/** How a rule is broken. */
export interface Breach {
  readonly expected: string;
  readonly found: string;
}

/** It holds, or how it is broken; undefined when the rule has nothing to say here. */
export type Verdict = true | undefined | Breach;

export interface Law {
  /** Its number in RULES.md, such as `R8`. */
  readonly rule: string;
  readonly check: (transition: Transition) => Verdict;
}

/** Whether the connection takes messages. */
export function isOpen({ state }: Pick<Picture, "state">): boolean {
  return isOpenState(state);
}

export function bytesOf(messages: ReadonlyArray<Message>): number {
  let bytes = 0;
  for (const message of messages) bytes += message.bytes;
  return bytes;
}

/** Whether a message finds room behind what is held. */
export function fits(
  { maxMessages, maxBytes }: Configuration,
  held: ReadonlyArray<Message>,
  { bytes }: Message,
): boolean {
  return held.length < maxMessages && bytesOf(held) + bytes <= maxBytes;
}

export function isAccepted({ result }: Answer): boolean {
  return result._tag === "Accepted";
}

export function isRejectedAs({ result }: Answer, reason: RejectReason): boolean {
  return result._tag === "Rejected" && result.reason === reason;
}

/** Messages that left to make room. */
export function evictedBy({ result }: Answer): number {
  return result._tag === "Accepted" ? result.evicted : 0;
}

/** The newcomer when it was answered at once, in an open connection where nobody waited before it. */
export function plainArrival({ before, after, newcomer, answers }: Transition) {
  if (newcomer === undefined || !isOpen(before)) return undefined;
  if (before.line.length + after.line.length > 0) return undefined;
  const answer = answers.find(({ message }) => message === newcomer);
  return answer && { message: newcomer, answer };
}

/**
 * Messages taken in this edge, in the order in which they come: what is offered passes those that wait, what is
 * sent comes after them.
 */
export function arrivals({ before, newcomer, answers }: Transition): ReadonlyArray<Message> {
  const accepted = answers.filter(isAccepted);
  const taken = accepted.map(({ message }) => message);
  if (taken.length < 2) return taken;
  const rankOf = (message: Message) => before.line.findIndex((one) => one.message === message);
  const isOffered = accepted.some(({ by }) => by === "offer");
  const last = isOffered ? -1 : before.line.length;
  const rank = (message: Message) => (message === newcomer ? last : rankOf(message));
  return taken.sort((a, b) => rank(a) - rank(b));
}

/** Whether a message was lost in this edge because there was no room for it. */
export function losesForRoom({ answers }: Transition): boolean {
  return answers.some(
    (answer) =>
      evictedBy(answer) > 0 ||
      isRejectedAs(answer, "full") ||
      isRejectedAs(answer, "timeout") ||
      isRejectedAs(answer, "slow-consumer"),
  );
}

export function sameMessages(a: ReadonlyArray<Message>, b: ReadonlyArray<Message>): boolean {
  return a.length === b.length && a.every((message, index) => message === b[index]);
}

/** Messages by their numbers, for a person: `[0, 2*]`, marked ones with a star. */
export function list(messages: ReadonlyArray<Message>): string {
  return `[${messages.map(({ id, isMarked }) => `${id}${isMarked ? "*" : ""}`).join(", ")}]`;
}

export function describeAnswer({ result }: Answer): string {
  if (result._tag === "Rejected") return result.reason;
  return result.evicted > 0 ? `accepted, evicting ${result.evicted}` : "accepted";
}
