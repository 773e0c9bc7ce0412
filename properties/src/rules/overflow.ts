/**
 * R7, R8, R10: what each strategy loses. For traces without sends: there the outcomes tell exactly what must
 * be in the outbox, and in which order.
 */
import type { History } from "../History.js";
import { at, type Rule } from "../Rule.js";
import type { Message } from "../System.js";

/** What must be held, from what was answered so far. */
function* followed(history: History, isRight: (arrival: Arrival) => string | undefined) {
  const { maxMessages, maxBytes } = history.configuration;
  let held: ReadonlyArray<Message> = [];
  const hasRoom = (among: ReadonlyArray<Message>, { bytes }: Message) =>
    among.length < maxMessages && sizeOf(among) + bytes <= maxBytes;
  for (const entry of history.entries) {
    if (entry.kind === "answered") {
      const { message, result } = entry;
      const room = hasRoom(held, message);
      const evicted = result._tag === "Accepted" ? result.evicted : 0;
      const isTaken = result._tag === "Accepted";
      const enough = evicted === 0 || !hasRoom(held.slice(evicted - 1), message);
      if (room && (!isTaken || evicted > 0)) yield `${at(entry)}: there was room for ${message.id}`;
      if (!room && message.bytes <= maxBytes) {
        const wrong = isRight({ held: held.length, isTaken, evicted, evictedTooMany: !enough });
        if (wrong !== undefined) yield `${at(entry)}: ${wrong}`;
      }
      if (isTaken) held = [...held.slice(evicted), message];
    }
    if (entry.kind === "delivered") {
      if (held[0]?.id !== entry.message.id) {
        yield `${at(entry)}: ${entry.message.id} left, the head was ${held[0]?.id}`;
      }
      held = held.slice(1);
    }
    if (entry.kind === "moment") {
      const { messages, bytes } = entry.stats.buffered;
      if (messages !== held.length)
        yield `${at(entry)}: ${messages} are buffered, not ${held.length}`;
      if (bytes !== sizeOf(held))
        yield `${at(entry)}: ${bytes} bytes are buffered, not ${sizeOf(held)}`;
      if (entry.head?.id !== held[0]?.id) yield `${at(entry)}: the head is ${entry.head?.id}`;
    }
  }
}

/** A message that found no room. */
interface Arrival {
  readonly held: number;
  readonly isTaken: boolean;
  readonly evicted: number;
  readonly evictedTooMany: boolean;
}

const sizeOf = (messages: ReadonlyArray<Message>) =>
  messages.reduce((sum, { bytes }) => sum + bytes, 0);

export const dropNewest: Rule = {
  id: "R7",
  law: "drop-newest: the lost are exactly those that arrived when full; the buffer is unchanged",
  check: (history) =>
    followed(history, ({ isTaken }) => (isTaken ? "it was taken without room" : undefined)),
};

export const dropOldest: Rule = {
  id: "R8",
  law: "drop-oldest: an arrival when full evicts from the head only, and no more than it needs",
  check: (history) =>
    followed(history, ({ isTaken, evicted, evictedTooMany }) => {
      if (!isTaken) return "it was not taken";
      if (evicted === 0) return "nothing was evicted";
      return evictedTooMany ? `${evicted} evicted were too many` : undefined;
    }),
};

export const dropAll: Rule = {
  id: "R10",
  law: "drop-all: the whole buffer goes, each message counted once; the new message stays",
  check: (history) =>
    followed(history, ({ held, isTaken, evicted }) => {
      if (!isTaken) return "it was not taken";
      return evicted === held ? undefined : `${evicted} of ${held} went`;
    }),
};
