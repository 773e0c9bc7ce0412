/** R5, R6, R11, R17: what becomes of each message. The histories are played to their ending. */
import { total } from "@sluice/core";
import { type EntryOf, entriesOf, type Way } from "../History.js";
import { at, type Rule } from "../Rule.js";

type Answer = EntryOf<"answered">;

const isTaken = ({ result }: Answer) => result._tag === "Accepted";
const evictions = ({ result }: Answer) => (result._tag === "Accepted" ? result.evicted : 0);

export const oneFate: Rule = {
  id: "R5",
  law: "every message has exactly one terminal outcome, told exactly once",
  *check(history) {
    const answers = new Map<number, Answer>();
    for (const answer of entriesOf(history, "answered")) {
      const { id } = answer.message;
      if (answers.has(id)) yield `${at(answer)}: message ${id} was answered twice`;
      answers.set(id, answer);
    }
    const delivered = new Set<number>();
    for (const entry of entriesOf(history, "delivered")) {
      const { id } = entry.message;
      const answer = answers.get(id);
      if (delivered.has(id)) yield `${at(entry)}: message ${id} was delivered twice`;
      if (answer !== undefined && !isTaken(answer)) {
        yield `${at(entry)}: message ${id} was delivered and refused`;
      }
      delivered.add(id);
    }
    for (const { message } of entriesOf(history, "arrived")) {
      if (!answers.has(message.id)) yield `the end: message ${message.id} was never answered`;
    }
  },
};

export const order: Rule = {
  id: "R6",
  law: "what is delivered is in the order of arrival, among offers and among sends",
  *check(history) {
    const ways = new Map(entriesOf(history, "arrived").map(({ message, by }) => [message.id, by]));
    const last = new Map<Way, number>();
    for (const entry of entriesOf(history, "delivered")) {
      const { id } = entry.message;
      const by = ways.get(id) as Way;
      const before = last.get(by) ?? -1;
      if (id <= before) yield `${at(entry)}: ${by} ${id} was delivered after ${before}`;
      last.set(by, id);
    }
  },
};

export const reported: Rule = {
  id: "R11",
  law: "reported losses are the losses that were seen, by reason",
  *check(history) {
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
      for (const [reason, { messages }] of Object.entries(rejected)) {
        const seen = rejections[reason] ?? 0;
        if (messages !== seen)
          yield `${at(entry)}: ${messages} reported as ${reason}, ${seen} seen`;
      }
      const reported = dropped.evicted.messages + dropped.cleared.messages;
      if (reported !== evicted)
        yield `${at(entry)}: ${reported} reported as dropped, ${evicted} seen`;
      const strategy = history.configuration.overflow;
      if (strategy !== "drop-oldest" && dropped.evicted.messages > 0) yield `${at(entry)}: evicted`;
      if (strategy !== "drop-all" && dropped.cleared.messages > 0) yield `${at(entry)}: cleared`;
      if (entry.stats.state !== "closed" && dropped.closed.messages > 0) {
        yield `${at(entry)}: dropped as closed while ${entry.stats.state}`;
      }
      if (enqueued.messages !== taken) {
        yield `${at(entry)}: ${enqueued.messages} reported as taken, ${taken} seen`;
      }
      if (sent.messages !== delivered) {
        yield `${at(entry)}: ${sent.messages} reported as delivered, ${delivered} seen`;
      }
      const gone = taken - delivered - buffered.messages;
      if (total(dropped).messages !== gone) {
        yield `${at(entry)}: ${total(dropped).messages} reported as dropped, ${gone} are gone`;
      }
    }
  },
};

export const closedIsTheEnd: Rule = {
  id: "R17",
  law: "closed is absorbing: nothing is delivered after it, later offers are refused and counted",
  *check(history) {
    const ends = ["closing", "closed"];
    const late = new Set<number>();
    let state = "normal";
    let refused = 0;
    for (const entry of history.entries) {
      if (entry.kind === "arrived" && ends.includes(entry.before.state)) late.add(entry.message.id);
      if (entry.kind === "answered" && late.has(entry.message.id)) {
        const { result } = entry;
        if (result._tag === "Accepted" || result.reason !== "closed") {
          yield `${at(entry)}: message ${entry.message.id} was not refused as closed`;
        }
      }
      if (entry.kind === "delivered" && state === "closed") {
        yield `${at(entry)}: message ${entry.message.id} was delivered after the close`;
      }
      if (entry.kind !== "moment") continue;
      const { stats } = entry;
      if (state === "closed" && stats.state !== "closed")
        yield `${at(entry)}: closed became ${stats.state}`;
      if (state === "closing" && !ends.includes(stats.state)) {
        yield `${at(entry)}: closing became ${stats.state}`;
      }
      if (stats.rejected.closed.messages < refused) yield `${at(entry)}: refusals were uncounted`;
      refused = stats.rejected.closed.messages;
      state = stats.state;
    }
  },
};
