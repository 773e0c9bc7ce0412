/** R5, R6, R11, R17, R19: what becomes of each message. The histories are played to their ending. */
import { total } from "@sluice/core";
import { anything } from "../generators/traces.js";
import { byOperation, type EntryOf, entriesOf, type Way } from "../History.js";
import { type Check, inHistory } from "../Rule.js";

type Answer = EntryOf<"answered">;

const isTaken = ({ result }: Answer) => result._tag === "Accepted";
const evictions = ({ result }: Answer) => (result._tag === "Accepted" ? result.evicted : 0);

export const oneFate: Check = {
  rule: "R5",
  law: "every message has exactly one terminal outcome, told exactly once",
  needs: [],
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
      const isRefused = answer !== undefined && !isTaken(answer);
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

export const nothingVanishes: Check = {
  rule: "R5",
  law: "what was taken and neither dropped nor closed upon is delivered",
  needs: ["evictions"],
  traces: { ...anything, closes: false },
  reaches: ["full", "drained", "dropped", "waited"],
  judge: inHistory(function* (history) {
    const answers = entriesOf(history, "answered");
    const taken = answers.filter(isTaken).length;
    const dropped = answers.reduce((sum, answer) => sum + evictions(answer), 0);
    const delivered = entriesOf(history, "delivered").length;
    const last = entriesOf(history, "moment").at(-1);
    // A slow consumer that was disconnected has lost what was buffered.
    if (last === undefined || last.stats.state === "closed") return;
    const expected = taken - dropped - last.stats.buffered.messages;
    if (delivered !== expected) {
      yield { expected: `${expected} messages delivered`, found: `${delivered}` };
    }
  }),
};

export const order: Check = {
  rule: "R6",
  law: "what is delivered is in the order of arrival, among offers and among sends",
  needs: [],
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

export const reported: Check = {
  rule: "R11",
  law: "reported losses are the losses that were seen, by reason",
  needs: ["statistics", "evictions"],
  traces: { ...anything, callbacks: false },
  reaches: ["full", "dropped", "rejected", "resumed", "waited", "timed out", "too large"],
  judge: inHistory(function* (history) {
    const rejections: Record<string, number> = {};
    let evicted = 0;
    let taken = 0;
    let delivered = 0;
    for (const entry of history.entries) {
      if (entry.kind === "delivered") delivered++;
      if (entry.kind === "answered") {
        if (isTaken(entry)) taken++;
        evicted += evictions(entry);
        if (entry.result._tag === "Rejected") {
          rejections[entry.result.reason] = (rejections[entry.result.reason] ?? 0) + 1;
        }
      }
      if (entry.kind !== "moment" || entry.where !== "operation") continue;
      const { dropped, rejected, buffered, enqueued, delivered: sent } = entry.stats;
      const strategy = history.configuration.overflow;
      const gone = taken - delivered - buffered.messages;
      const counts: Array<readonly [string, number, number]> = [
        ["dropped for room", dropped.evicted.messages + dropped.cleared.messages, evicted],
        ["taken", enqueued.messages, taken],
        ["delivered", sent.messages, delivered],
        ["dropped", total(dropped).messages, gone],
      ];
      for (const [reason, { messages }] of Object.entries(rejected)) {
        counts.push([`rejected as ${reason}`, messages, rejections[reason] ?? 0]);
      }
      if (strategy !== "drop-oldest") counts.push(["evicted", dropped.evicted.messages, 0]);
      if (strategy !== "drop-all") counts.push(["cleared", dropped.cleared.messages, 0]);
      if (entry.stats.state !== "closed") counts.push(["closed on", dropped.closed.messages, 0]);
      for (const [what, said, seen] of counts) {
        if (said === seen) continue;
        yield { entry, expected: `${seen} ${what}, as was seen`, found: `${said} reported` };
      }
    }
  }),
};

export const closedIsTheEnd: Check = {
  rule: "R17",
  law: "closed is absorbing: nothing is delivered after it, later offers are refused and counted",
  needs: ["close", "states"],
  traces: anything,
  reaches: ["closing", "closed"],
  judge: inHistory(function* (history) {
    const ends = ["closing", "closed"];
    const late = new Set<number>();
    let state = "normal";
    let refused = 0;
    for (const entry of history.entries) {
      if (entry.kind === "arrived" && ends.includes(entry.before.state)) late.add(entry.message.id);
      if (entry.kind === "answered" && late.has(entry.message.id)) {
        const { result } = entry;
        if (result._tag === "Accepted" || result.reason !== "closed") {
          const found = result._tag === "Accepted" ? "taken" : result.reason;
          yield { entry, expected: `message ${entry.message.id} refused as closed`, found };
        }
      }
      if (entry.kind === "delivered" && state === "closed") {
        const found = `message ${entry.message.id}`;
        yield { entry, expected: "nothing delivered after the close", found };
      }
      if (entry.kind !== "moment") continue;
      const { stats } = entry;
      const left = ends.slice(ends.indexOf(state));
      if (ends.includes(state) && !left.includes(stats.state)) {
        yield { entry, expected: `${left.join(" or ")} after ${state}`, found: stats.state };
      }
      const count = stats.rejected.closed.messages;
      if (count < refused) yield { entry, expected: `${refused} refusals`, found: `${count}` };
      refused = count;
      state = stats.state;
    }
  }),
};

export const interruptedIsOut: Check = {
  rule: "R19",
  law: "a sender that is taken back while it waits has its message wholly out: never taken or delivered",
  needs: ["send", "cancel", "statistics"],
  traces: anything,
  reaches: ["waited", "queued", "interrupted"],
  judge: inHistory(function* (history) {
    const out = new Set<number>();
    let waiting = 0;
    for (const group of byOperation(history).values()) {
      const before = out.size;
      for (const entry of group) {
        if (entry.kind === "answered" && entry.result._tag === "Rejected") {
          if (entry.result.reason === "interrupted") out.add(entry.message.id);
        }
        if (entry.kind === "delivered" && out.has(entry.message.id)) {
          const found = `message ${entry.message.id} delivered`;
          yield { entry, expected: "nothing of it", found };
        }
        if (entry.kind !== "moment" || entry.where !== "operation") continue;
        const { messages } = entry.stats.rejected.interrupted;
        if (messages !== out.size) {
          yield { entry, expected: `${out.size} interrupted, as were told`, found: `${messages}` };
        }
        const [begun] = group;
        const isCancel = begun?.kind === "begun" && begun.operation.op === "cancel";
        if (isCancel && waiting > 0 && out.size === before) {
          yield { entry, expected: "one of those that wait told that it is out", found: "nobody" };
        }
        waiting = entry.stats.waiting.messages;
      }
    }
  }),
};
