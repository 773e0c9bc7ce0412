/** R20, R21: what the actor owes to its transport, to its flusher and to those who listen. */
import { isOpen, type Law, type Transition } from "../Law.js";
import { laws as outboxLaws } from "../laws/index.js";
import type { ActorPicture } from "./ActorHarness.js";

const pictureOf = ({ after }: Transition) => after as ActorPicture;

/** When it has ended nothing remains; until then one turn of the flusher is to come. */
const nothingRemains: Law = {
  rule: "R20",
  check(transition) {
    const { isTransportClosed, inLine, timers, toldOfEnd, finalized, state } =
      pictureOf(transition);
    const { operation } = transition;
    if (inLine > 1) return { expected: "at most once in the flusher's line", found: `${inLine}` };
    if (state !== "closed") {
      if (toldOfEnd + finalized === 0) return true;
      return { expected: "nobody is told of an end", found: `told ${toldOfEnd} times` };
    }
    if (!isTransportClosed) {
      if (inLine === 1 && toldOfEnd === 0) return true;
      return {
        expected: "a turn of the flusher that ends the transport",
        found: `${inLine} in line, told ${toldOfEnd} times`,
      };
    }
    const hasTurned = operation.op === "drain" && operation.count === 0;
    const isGone = timers.length === 0 && (inLine === 0 || !hasTurned);
    if (isGone && toldOfEnd === 1 && finalized === 1) return true;
    return {
      expected: "no timer, not in line, told once, finalized once",
      found: `${timers.length} timers, ${inLine} in line, told ${toldOfEnd}, finalized ${finalized}`,
    };
  },
};

const transportIsRespected: Law = {
  rule: "R21",
  check(transition) {
    const { violations } = pictureOf(transition);
    if (violations.length > 0) {
      return { expected: "nothing that a socket does not forgive", found: violations.join(", ") };
    }
    const { delivered, before } = transition;
    const kept = delivered.find((message) => transition.after.held.includes(message));
    if (kept !== undefined) {
      return { expected: `${kept.id} is never sent again: it was accepted`, found: "it is kept" };
    }
    const wasPressured = (before as ActorPicture).isPressured;
    if (!wasPressured || delivered.length === 0 || !isOpen(before)) return true;
    return { expected: "nothing is sent under pressure", found: `${delivered.length} are` };
  },
};

/** A pressure that is over is known at the latest when the watchdog has looked. */
const watchdogLooks: Law = {
  rule: "R25",
  check(transition) {
    const { isPressured, lookedMillis, heldBytes, state } = pictureOf(transition);
    if (transition.operation.op !== "advance" || !isPressured || state === "closed") {
      return undefined;
    }
    const { watchdogMillis } = transition.configuration;
    if (lookedMillis < watchdogMillis || heldBytes > 0) return true;
    return {
      expected: `a look at the transport at least every ${watchdogMillis} ms`,
      found: `it has room, and was last looked at ${lookedMillis} ms ago`,
    };
  },
};

export const actorLaws: ReadonlyArray<Law> = [
  ...outboxLaws,
  nothingRemains,
  transportIsRespected,
  watchdogLooks,
];
