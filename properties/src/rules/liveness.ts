/** R20 to R25: what must come about, and what must be over at the end. */
import { type Configuration, configuration } from "@sluice/core";
import { Breach, type Finding } from "../Breach.js";
import { anything } from "../generators/traces.js";
import { byOperation, type Entry, entriesOf, type History, quietMoments } from "../History.js";
import { everything, type Operation, type Trace } from "../Operation.js";
import { play } from "../Player.js";
import { type Check, inHistory, type Trial } from "../Rule.js";
import { nobodyWaits, waits } from "./waits.js";

/** Time for every delay and deadline to pass. */
const longEnough = (given: Configuration): Operation => ({
  op: "advance",
  millis: Math.ceil(
    given.maxDelayMillis +
      given.pauseDurationMillis +
      given.blockTimeoutMillis +
      given.closeTimeoutMillis +
      given.watchdogMillis,
  ),
});

/** Drains, time, and no offers: what R22 states. More than once, because who is let in fills it again. */
const calm = (given: Configuration): Trace =>
  Array<Trace>(3)
    .fill([{ op: "drain", count: everything }, longEnough(given)])
    .flat();

export const recovers: Check = {
  rule: "R22",
  law: "if the transport keeps draining and offers end, the buffer empties and the state becomes normal",
  needs: [],
  traces: anything,
  reaches: ["full", "drained", "paused", "dropping", "resumed", "waited"],
  judge: after(calm, function* (history) {
    const { buffered, state } = entriesOf(history, "moment").at(-1)?.stats ?? {};
    if (buffered?.messages !== 0) {
      yield { expected: "an empty buffer", found: `${buffered?.messages} messages` };
    }
    if (!["normal", "closed", "closing"].includes(state ?? "")) {
      yield { expected: "normal", found: `${state}` };
    }
  }),
};

export const everyoneIsTold: Check = {
  rule: "R23",
  law: "every waiting sender is resolved by its deadline or by closing, whether or not anything drains",
  needs: ["send", "deadlines", "time", "statistics"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "queued", "timed out", "closed"],
  judge: after(
    (given) => [longEnough(given)],
    function* (history) {
      yield* nobodyWaits(history);
      const { blockTimeoutMillis } = history.configuration;
      for (const { arrived, answered, millis } of waits(history)) {
        const most = Math.ceil(arrived.before.delayMillis) + blockTimeoutMillis;
        if (millis < most + 1) continue;
        const found = `message ${answered.message.id} after ${millis} ms`;
        yield { entry: answered, expected: `an answer within ${most} ms`, found };
      }
    },
  ),
};

/** Seen from outside: with no delays, a sender waits for want of room and for nothing else. */
export const noLostWakeUp: Check = {
  rule: "R24",
  law: "no lost wake-up: once there is room for the first that waits, it no longer waits",
  needs: ["send", "statistics"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true, cancels: true, callbacks: true },
  reaches: ["waited", "queued", "drained"],
  judge: inHistory(function* (history) {
    const { maxMessages, maxBytes } = history.configuration;
    const waiting = new Map<number, number>();
    for (const entry of history.entries) {
      if (entry.kind === "arrived" && entry.by === "send") {
        waiting.set(entry.message.id, entry.message.bytes);
      }
      if (entry.kind === "answered") waiting.delete(entry.message.id);
      if (entry.kind !== "moment" || entry.where !== "operation") continue;
      const [first] = waiting;
      if (first === undefined) continue;
      const [id, bytes] = first;
      const { buffered } = entry.stats;
      if (buffered.messages >= maxMessages || buffered.bytes + bytes > maxBytes) continue;
      const found = `it waits, with ${buffered.messages} of ${maxMessages} buffered`;
      yield { entry, expected: `message ${id} in the room that there is`, found };
    }
  }),
};

/** Seen from the other side: a drain that is told of is never slept through. */
export const drainIsHeard: Check = {
  rule: "R24",
  law: "no lost wake-up: a drain that is told of takes at once whatever is there to be taken",
  needs: ["counted drains"],
  traces: anything,
  reaches: ["full", "drained", "waited"],
  judge: inHistory(function* (history) {
    let held = 0;
    for (const group of byOperation(history).values()) {
      const [begun] = group;
      const stats = group.findLast((entry) => entry.kind === "moment")?.stats;
      if (begun?.kind === "begun" && begun.operation.op === "drain" && !begun.operation.silently) {
        // Who is let in meanwhile may evict what is there, or the strategy close upon it.
        const least = Math.min(begun.operation.count, held - evictedIn(group));
        const left = group.filter(({ kind }) => kind === "delivered").length;
        if (left < least && stats?.state !== "closed") {
          yield { entry: begun, expected: `at least ${least} delivered`, found: `${left}` };
        }
      }
      held = stats?.buffered.messages ?? held;
    }
  }),
};

function evictedIn(group: ReadonlyArray<Entry>): number {
  return group.reduce((sum, entry) => {
    if (entry.kind !== "answered" || entry.result._tag === "Rejected") return sum;
    return sum + entry.result.evicted;
  }, 0);
}

export const watchdogFinds: Check = {
  rule: "R25",
  law: "a drain that never comes is survived: the watchdog finds the room",
  needs: ["watchdog", "time", "statistics"],
  traces: { sends: true, cancels: true, silence: true },
  reaches: ["full", "drained silently", "waited"],
  judge: after(
    (given) => [
      { op: "drain", count: everything, silently: true },
      longEnough(given),
      longEnough(given),
    ],
    function* (history) {
      const { messages } = entriesOf(history, "moment").at(-1)?.stats.buffered ?? {};
      if (messages !== 0) yield { expected: "everything delivered", found: `${messages} left` };
    },
  ),
};

export const nothingUnderPressure: Check = {
  rule: "R21",
  law: "nothing is sent to the transport while it is under pressure or after its end, and nothing twice",
  needs: ["transport"],
  traces: { sends: true, cancels: true, closes: true, silence: true },
  reaches: ["full", "drained", "drained silently", "closed"],
  judge: inHistory(function* (history) {
    for (const entry of quietMoments(history)) {
      const [misuse] = entry.misuse;
      if (misuse !== undefined) yield { entry, expected: "no misuse", found: misuse };
    }
    const seen = new Set<number>();
    for (const entry of entriesOf(history, "delivered")) {
      const { id } = entry.message;
      if (seen.has(id)) yield { entry, expected: "no message twice", found: `message ${id}` };
      seen.add(id);
    }
  }),
};

export const nothingRemains: Check = {
  rule: "R20",
  law: "after a disconnection at any moment no timer, fiber, entry in line or listener remains",
  needs: ["close", "resources"],
  traces: { sends: true, cancels: true, closes: true, silence: true },
  reaches: ["waited", "closed"],
  judge: after(
    () => [{ op: "disconnect" }],
    function* (history) {
      for (const entry of entriesOf(history, "over")) {
        const { remains } = entry;
        if (remains.length > 0) yield { entry, expected: "nothing", found: remains.join(", ") };
      }
    },
  ),
};

/** Judges by the history of the trace and of what follows it, and nothing else: the ending would put it right. */
function after(
  last: (given: Configuration) => Trace,
  find: (history: History) => Iterable<Finding>,
) {
  return async ({ subject, options, trace }: Trial): Promise<History> => {
    const history = await play(subject, options, [...trace, ...last(configuration(options))]);
    for (const finding of find(history)) throw new Breach(history, finding);
    return history;
  };
}
