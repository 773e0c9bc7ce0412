/**
 * R5, R6, R9, R18: what takes more than one operation to see. Inside callbacks one operation is several, of strangers
 * it is not known when their senders are told, and where clocks are set only all the time that has passed is known.
 */
import { anything } from "../generators/traces.js";
import { type EntryOf, entriesOf, type Way } from "../History.js";
import { type Check, inHistory } from "../Rule.js";

type Answer = EntryOf<"answered">;

/** Clocks add up fractions. */
const nearly = 1e-6;

export const oneFate: Check = {
  rule: "R5",
  law: "over the whole trace every message has exactly one terminal outcome, told exactly once, in callbacks too",
  needs: ["send"],
  traces: anything,
  reaches: ["full", "drained", "dropped", "rejected", "timed out", "waited", "closed"],
  judge: inHistory(function* (history) {
    const answers = new Map<number, Answer>();
    for (const entry of entriesOf(history, "answered")) {
      const { id } = entry.message;
      const found = `message ${id} was answered twice`;
      if (answers.has(id)) yield { entry, expected: "one answer", found };
      answers.set(id, entry);
    }
    const delivered = new Set<number>();
    for (const entry of entriesOf(history, "delivered")) {
      const { id } = entry.message;
      const answer = answers.get(id);
      const isRefused = answer !== undefined && answer.result._tag === "Rejected";
      const expected = "one outcome";
      if (delivered.has(id)) yield { entry, expected, found: `message ${id} delivered twice` };
      if (isRefused) yield { entry, expected, found: `message ${id} delivered and refused` };
      delivered.add(id);
    }
    for (const { message } of entriesOf(history, "arrived")) {
      if (answers.has(message.id)) continue;
      yield { expected: `an answer to message ${message.id}`, found: "none" };
    }
  }),
};

export const order: Check = {
  rule: "R6",
  law: "over the whole trace what is delivered is in the order of arrival, among offers and among sends",
  needs: ["callbacks"],
  traces: anything,
  reaches: ["full", "drained", "dropped", "waited", "queued"],
  judge: inHistory(function* (history) {
    const ways = new Map(entriesOf(history, "arrived").map(({ message, by }) => [message.id, by]));
    const last = new Map<Way, number>();
    for (const entry of entriesOf(history, "delivered")) {
      const { id } = entry.message;
      const by = ways.get(id) as Way;
      const before = last.get(by) ?? -1;
      if (id <= before) yield { entry, expected: `${by} after ${before}`, found: `${by} ${id}` };
      last.set(by, id);
    }
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
    for (const entry of entriesOf(history, "delivered")) {
      if (!refused.has(entry.message.id)) continue;
      yield { entry, expected: "never what was refused", found: `message ${entry.message.id}` };
    }
    const sent = entriesOf(history, "arrived").length;
    const delivered = entriesOf(history, "delivered").length;
    const expected = sent - refused.size;
    if (delivered !== expected) yield { expected: `${expected} delivered`, found: `${delivered}` };
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
      const { millisToDeadline = Number.NaN } = entry;
      const times = [pausedMillis, delayMillis, millisToDeadline];
      if (!times.every((time) => time >= 0)) {
        yield { entry, expected: "no negative time", found: times.join(", ") };
      }
      if (pausedMillis > entry.millis + nearly) {
        const expected = `paused for at most the ${entry.millis} ms that have passed`;
        yield { entry, expected, found: `${pausedMillis} ms` };
      }
      if (waiting.messages > 0 && !Number.isFinite(millisToDeadline)) {
        yield { entry, expected: "a timer for who waits", found: "none" };
      }
    }
    const arrivals = new Map(entriesOf(history, "arrived").map((one) => [one.message, one.millis]));
    for (const entry of entriesOf(history, "answered")) {
      const { message, result } = entry;
      if (result._tag === "Accepted" || result.reason !== "timeout") continue;
      const waited = entry.millis - (arrivals.get(message) ?? 0);
      if (waited >= blockTimeoutMillis - nearly) continue;
      const expected = `to wait ${blockTimeoutMillis} ms at the least`;
      yield { entry, expected, found: `${waited} ms` };
    }
    const waiting = entriesOf(history, "moment").at(-1)?.stats.waiting.messages ?? 0;
    if (waiting > 0) yield { expected: "nobody waits at the end", found: `${waiting}` };
  }),
};
