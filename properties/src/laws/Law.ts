/** A rule as it is checked on every transition, and the words that laws have for what they see there. */
import type { Configuration, RejectReason, Statistics, Volume } from "@sluice/core";
import { isOpen as isOpenState } from "@sluice/machines";
import type { Scope } from "../Rule.js";
import type { Answer, Message, Picture, Transition } from "./Transition.js";

/** How a rule is broken. */
export interface Broken {
  readonly expected: string;
  readonly found: string;
}

/** It holds, or how it is broken; undefined when the rule has nothing to say here. */
export type Verdict = true | undefined | Broken;

/**
 * A law about one transition. What is in its scope beside `needs` is for random runs: there it is looked for in
 * configurations and traces in which there is something to see.
 */
export interface Law<P extends Picture = Picture> extends Scope {
  readonly check: (transition: Transition<P>) => Verdict;
}

/** Whether the connection takes messages. */
export function isOpen({ state }: Pick<Picture, "state">): boolean {
  return isOpenState(state);
}

/** Every picture of the statistics, from inside callbacks too. */
export function pictures({ glimpses, after }: Transition): ReadonlyArray<Statistics> {
  return [...glimpses, after.stats];
}

export function bytesOf(messages: ReadonlyArray<Message>): number {
  let bytes = 0;
  for (const message of messages) bytes += message.bytes;
  return bytes;
}

export function volumeOf(messages: ReadonlyArray<Message>): Volume {
  return { messages: messages.length, bytes: bytesOf(messages) };
}

/** Whether a message finds room behind what is held. */
export function fits(
  { maxMessages, maxBytes }: Configuration,
  held: Volume,
  { bytes }: Message,
): boolean {
  return held.messages < maxMessages && held.bytes + bytes <= maxBytes;
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

export function evictedIn({ answers }: Transition): number {
  let evicted = 0;
  for (const answer of answers) evicted += evictedBy(answer);
  return evicted;
}

/** Whether nobody waited, before or after. */
export function isUncrowded({ before, after }: Transition): boolean {
  return before.line.length + after.line.length === 0;
}

/** The newcomer when it was answered at once, in an open connection where nobody waited before it. */
export function plainArrival(transition: Transition) {
  const { before, newcomers, answers } = transition;
  const [message] = newcomers;
  if (message === undefined || newcomers.length > 1 || !isOpen(before)) return undefined;
  if (!isUncrowded(transition)) return undefined;
  const answer = answers.find((one) => one.message === message);
  // Who may not wait has met no strategy.
  if (answer === undefined || isRejectedAs(answer, "waiters")) return undefined;
  return { message, answer };
}

/**
 * Messages taken in a transition, in the order in which they come: what is offered passes those that wait, what
 * is sent comes after them. Whoever is let in by one offer of a burst is told before that offer is answered, and
 * comes between it and the next.
 */
export function arrivals({
  before,
  newcomers,
  answers,
}: Pick<Transition, "before" | "newcomers" | "answers">): ReadonlyArray<Message> {
  const accepted = answers.filter(isAccepted);
  if (accepted.length < 2) return accepted.map(({ message }) => message);
  const line = new Map(before.line.map(({ message }, place) => [message, place]));
  const places = new Map(newcomers.map((message, place) => [message, place]));
  const rank = ({ message }: Answer) =>
    line.get(message) ?? (places.get(message) ?? -1) + before.line.length;
  const taken: Array<Message> = [];
  let letIn: Array<Answer> = [];
  const enter = () => {
    for (const { message } of letIn.sort((a, b) => rank(a) - rank(b))) taken.push(message);
    letIn = [];
  };
  for (const answer of answers) {
    if (answer.by === "send") {
      if (isAccepted(answer)) letIn.push(answer);
      continue;
    }
    if (isAccepted(answer)) taken.push(answer.message);
    enter();
  }
  enter();
  return taken;
}

/** Whether a message was lost in a transition because there was no room for it. */
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
