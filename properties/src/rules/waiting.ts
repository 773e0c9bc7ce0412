/** R9, R13, R18, R22 to R25: how long a sender waits, and that it does not wait for ever. */
import { type Configuration, configuration } from "@sluice/core";
import { Breach, type Finding } from "../Breach.js";
import { anything } from "../generators/traces.js";
import {
  byOperation,
  type Entry,
  type EntryOf,
  entriesOf,
  type History,
  quietMoments,
} from "../History.js";
import { everything, type Operation, type Trace } from "../Operation.js";
import { play } from "../Player.js";
import { type Check, inHistory, type Trial } from "../Rule.js";

interface Wait {
  readonly arrived: EntryOf<"arrived">;
  readonly answered: EntryOf<"answered">;
  readonly millis: number;
}

/** How long each send took. */
function waits(history: History): ReadonlyArray<Wait> {
  const arrivals = new Map(entriesOf(history, "arrived").map((entry) => [entry.message.id, entry]));
  return entriesOf(history, "answered").flatMap((answered) => {
    const arrived = arrivals.get(answered.message.id);
    if (arrived === undefined || arrived.by !== "send") return [];
    return [{ arrived, answered, millis: answered.millis - arrived.millis }];
  });
}

const isTimeout = ({ result }: EntryOf<"answered">) =>
  result._tag === "Rejected" && result.reason === "timeout";

/** Timers have whole milliseconds and are never early; clocks add up fractions. */
const nearly = 1e-6;

/** For configurations without delays: there whoever waits, waits for room. */
export const block: Check = {
  rule: "R9",
  law: "block: nothing is dropped; a sender waits exactly until its deadline, then it is out for good",
  needs: ["send", "deadlines", "time", "statistics"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true, cancels: true },
  reaches: ["full", "paused", "waited", "queued", "timed out", "interrupted", "resumed"],
  judge: inHistory(function* (history) {
    const { blockTimeoutMillis } = history.configuration;
    const timedOut = new Set<number>();
    for (const { answered, millis } of waits(history)) {
      const found = `${millis} ms, message ${answered.message.id}`;
      const expected = `to give up after ${blockTimeoutMillis} ms`;
      if (isTimeout(answered)) {
        timedOut.add(answered.message.id);
        const late = millis - blockTimeoutMillis;
        if (late < -nearly || late >= 1) yield { entry: answered, expected, found };
      } else if (millis >= blockTimeoutMillis + 1) {
        yield { entry: answered, expected, found };
      }
    }
    yield* noneDropped(history, timedOut);
  }),
};

/** For a stranger that waits for ever. */
export const blockKeeps: Check = {
  rule: "R9",
  law: "block: nothing that waits for room is lost while nobody gives up",
  needs: ["send"],
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true },
  reaches: ["full", "drained"],
  judge: inHistory(function* (history) {
    const refused = new Set<number>();
    for (const { message, result } of entriesOf(history, "answered")) {
      if (result._tag === "Rejected") refused.add(message.id);
    }
    yield* noneDropped(history, refused);
    const sent = entriesOf(history, "arrived").length;
    const delivered = entriesOf(history, "delivered").length;
    const expected = sent - refused.size;
    if (delivered !== expected) yield { expected: `${expected} delivered`, found: `${delivered}` };
  }),
};

function* noneDropped(history: History, refused: ReadonlySet<number>) {
  for (const entry of entriesOf(history, "moment")) {
    const { evicted, cleared } = entry.stats.dropped;
    const drops = evicted.messages + cleared.messages;
    if (drops > 0) yield { entry, expected: "nothing dropped", found: `${drops}` };
  }
  for (const entry of entriesOf(history, "delivered")) {
    if (!refused.has(entry.message.id)) continue;
    yield { entry, expected: "never what was refused", found: `message ${entry.message.id}` };
  }
}

/** For strategies that do not block, and clocks that are not set. */
export const delayIsKept: Check = {
  rule: "R13",
  law: "no sender is delayed longer than it was told",
  needs: ["send", "delays", "time", "statistics"],
  configurations: { overflow: ["drop-oldest", "drop-newest", "drop-all", "disconnect"] },
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "queued", "dropped", "rejected", "resumed"],
  judge: inHistory(function* (history) {
    for (const { arrived, answered, millis } of waits(history)) {
      const told = arrived.before.delayMillis;
      if (millis <= Math.ceil(told) + nearly) continue;
      const found = `message ${answered.message.id} waited ${millis} ms`;
      yield { entry: answered, expected: `at most ${told} ms, as was told`, found };
    }
  }),
};

export const delayIsBounded: Check = {
  rule: "R13",
  law: "the delay is finite, at least 0 and at most its stated maximum, at every moment",
  needs: ["delays"],
  traces: anything,
  reaches: ["full", "throttled", "paused"],
  judge: inHistory(function* (history) {
    const { minDelayMillis, maxDelayMillis, pauseDurationMillis } = history.configuration;
    const most = Math.max(minDelayMillis, maxDelayMillis, pauseDurationMillis);
    for (const entry of history.entries) {
      if (entry.kind !== "step" && entry.kind !== "moment") continue;
      const { delayMillis } = entry.stats;
      if (delayMillis >= minDelayMillis && delayMillis <= most) continue;
      yield { entry, expected: `${minDelayMillis} to ${most} ms`, found: `${delayMillis} ms` };
    }
  }),
};

/** For any clock. `millis` of an entry is all the time that can have passed. */
export const anyClock: Check = {
  rule: "R18",
  law: "on any clock: no negative delay, no early or double expiry, no waiter that never wakes",
  needs: ["send", "clock", "time", "statistics"],
  traces: { sends: true, cancels: true, jumps: true, callbacks: true },
  reaches: ["full", "waited", "queued", "timed out", "clock set back"],
  judge: inHistory(function* (history) {
    const { blockTimeoutMillis } = history.configuration;
    for (const entry of entriesOf(history, "moment")) {
      const { pausedMillis, delayMillis, waiting } = entry.stats;
      const times = [pausedMillis, delayMillis, entry.millisToDeadline];
      if (!times.every((time) => time >= 0)) {
        yield { entry, expected: "no negative time", found: times.join(", ") };
      }
      if (pausedMillis > entry.millis + nearly) {
        const expected = `paused for at most the ${entry.millis} ms that have passed`;
        yield { entry, expected, found: `${pausedMillis} ms` };
      }
      if (waiting.messages > 0 && !Number.isFinite(entry.millisToDeadline)) {
        yield { entry, expected: "a timer for who waits", found: "none" };
      }
    }
    for (const { answered, millis } of waits(history)) {
      if (!isTimeout(answered) || millis >= blockTimeoutMillis - nearly) continue;
      const expected = `to wait ${blockTimeoutMillis} ms at the least`;
      yield { entry: answered, expected, found: `${millis} ms` };
    }
    yield* nobodyWaits(history);
  }),
};

function* nobodyWaits(history: History) {
  const waiting = entriesOf(history, "moment").at(-1)?.stats.waiting.messages ?? 0;
  if (waiting > 0) yield { expected: "nobody waits at the end", found: `${waiting}` };
}

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
