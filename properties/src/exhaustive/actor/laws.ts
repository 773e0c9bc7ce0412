/** R20, R25: what the actor owes to its flusher, to its timers and to those who listen. */
import { lawsFor } from "../../laws/index.js";
import type { Law } from "../../laws/Law.js";
import type { Capability } from "../../System.js";
import { actor } from "../../systems/actor.js";
import type { ActorPicture } from "./ActorDriver.js";
import { receiptLaws } from "./receiptLaws.js";

type ActorLaw = Law<ActorPicture>;

const nothingRemains: ActorLaw = {
  rule: "R20",
  law: "when it has ended nothing remains; until then one turn of the flusher is to come",
  needs: [],
  reaches: [],
  check({ operation, after }) {
    const { isTransportClosed, inLine, timers, toldOfEnd, finalized, state } = after;
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

const watchdogLooks: ActorLaw = {
  rule: "R25",
  law: "a pressure that is over is known at the latest when the watchdog has looked",
  needs: [],
  reaches: [],
  check({ configuration, operation, after }) {
    const { isPressured, lookedMillis, heldBytes, state } = after;
    if (operation.op !== "advance" || !isPressured || state === "closed") {
      return undefined;
    }
    const { watchdogMillis } = configuration;
    if (lookedMillis < watchdogMillis || heldBytes > 0) return true;
    return {
      expected: `a look at the transport at least every ${watchdogMillis} ms`,
      found: `it has room, and was last looked at ${lookedMillis} ms ago`,
    };
  },
};

/** Its transport does not count its drains, and its clock is not set; but every timer of it can be seen. */
const shown: ReadonlyArray<Capability> = [
  ...actor.capabilities.filter((capability) => capability !== "counted drains"),
  "clock",
];

export const actorLaws: ReadonlyArray<ActorLaw> = [
  ...lawsFor(shown),
  nothingRemains,
  watchdogLooks,
  ...receiptLaws,
];
