/**
 * R7, R8, R10: what each strategy loses. For traces without sends: there the outcomes tell exactly what must
 * be in the outbox, and in which order.
 */
import type { Finding } from "../Breach.js";
import type { History } from "../History.js";
import { type Check, inHistory } from "../Rule.js";
import type { Message } from "../System.js";

export const dropNewest: Check = {
  rule: "R7",
  law: "drop-newest: the lost are exactly those that arrived when full; the buffer is unchanged",
  needs: ["offer"],
  configurations: { overflow: ["drop-newest"] },
  reaches: ["full", "rejected", "drained", "resumed"],
  judge: inHistory((history) =>
    followed(history, ({ isTaken }) =>
      isTaken ? { expected: "a refusal: there is no room", found: "it was taken" } : undefined,
    ),
  ),
};

export const dropOldest: Check = {
  rule: "R8",
  law: "drop-oldest: an arrival when full evicts from the head only, and no more than it needs",
  needs: ["offer", "evictions"],
  configurations: { overflow: ["drop-oldest"] },
  reaches: ["full", "dropped", "drained", "resumed"],
  judge: inHistory((history) =>
    followed(history, ({ isTaken, evicted, evictedTooMany }) => {
      if (!isTaken) return { expected: "that it is taken", found: "a refusal" };
      if (evicted === 0) return { expected: "an eviction: there is no room", found: "none" };
      if (!evictedTooMany) return undefined;
      return { expected: "no more evictions than it needs", found: `${evicted}` };
    }),
  ),
};

export const lastStay: Check = {
  rule: "R8",
  law: "drop-oldest: whatever is evicted, what is held and delivered are the newest, with no gap among them",
  needs: ["offer"],
  configurations: { overflow: ["drop-oldest"], withoutBytes: true },
  traces: { bytes: 1 },
  reaches: ["full", "drained"],
  judge: inHistory(function* ({ configuration: { maxMessages }, entries }) {
    let newest = -1;
    const held: Array<number> = [];
    for (const entry of entries) {
      if (entry.kind === "answered") {
        newest = entry.message.id;
        held.push(newest);
        if (held.length > maxMessages) held.shift();
      }
      if (entry.kind === "moment" && entry.stats.buffered.messages !== held.length) {
        const found = `${entry.stats.buffered.messages}`;
        yield { entry, expected: `${held.length} messages buffered`, found };
      }
      if (entry.kind !== "delivered") continue;
      const expected = held.shift();
      if (expected === entry.message.id) continue;
      yield { entry, expected: `message ${expected}`, found: `message ${entry.message.id}` };
    }
  }),
};

export const dropAll: Check = {
  rule: "R10",
  law: "drop-all: the whole buffer goes, each message counted once; the new message stays",
  needs: ["offer", "evictions"],
  configurations: { overflow: ["drop-all"] },
  reaches: ["full", "dropped", "drained"],
  judge: inHistory((history) =>
    followed(history, ({ held, isTaken, evicted }) => {
      if (!isTaken) return { expected: "that it is taken", found: "a refusal" };
      if (evicted === held) return undefined;
      return { expected: `all ${held} dropped`, found: `${evicted}` };
    }),
  ),
};

/** A message that found no room. */
interface Arrival {
  readonly held: number;
  readonly isTaken: boolean;
  readonly evicted: number;
  readonly evictedTooMany: boolean;
}

/** What must be held, from what was answered so far. */
function* followed(
  history: History,
  judge: (arrival: Arrival) => Finding | undefined,
): Generator<Finding> {
  const { maxMessages, maxBytes } = history.configuration;
  const held: Array<Message> = [];
  let heldBytes = 0;
  const remove = (count: number) => {
    for (const { bytes } of held.splice(0, count)) heldBytes -= bytes;
  };
  for (const entry of history.entries) {
    if (entry.kind === "answered") {
      const { message, result } = entry;
      const hasRoom = (messages: number, bytes: number) =>
        messages < maxMessages && bytes + message.bytes <= maxBytes;
      const isTaken = result._tag === "Accepted";
      const evicted = isTaken ? result.evicted : 0;
      if (hasRoom(held.length, heldBytes)) {
        const found = isTaken ? `${evicted} evicted` : "a refusal";
        if (!isTaken || evicted > 0)
          yield { entry, expected: "that it is taken into the room", found };
      } else if (message.bytes <= maxBytes) {
        const spared = held[evicted - 1];
        const before = held.slice(0, evicted).reduce((sum, { bytes }) => sum + bytes, 0);
        const evictedTooMany =
          spared !== undefined &&
          hasRoom(held.length - evicted + 1, heldBytes - before + spared.bytes);
        const wrong = judge({ held: held.length, isTaken, evicted, evictedTooMany });
        if (wrong !== undefined) yield { entry, ...wrong };
      }
      remove(evicted);
      if (!isTaken) continue;
      held.push(message);
      heldBytes += message.bytes;
    }
    if (entry.kind === "delivered") {
      const head = held[0]?.id;
      const { id } = entry.message;
      if (head !== id) yield { entry, expected: `the head, ${head}, to leave`, found: `${id}` };
      remove(1);
    }
    if (entry.kind === "moment") {
      const { messages } = entry.stats.buffered;
      const head = held[0]?.id;
      if (messages !== held.length) {
        yield { entry, expected: `${held.length} messages buffered`, found: `${messages}` };
      }
      if (entry.head !== undefined && entry.head.id !== head) {
        yield { entry, expected: `${head} at the head`, found: `${entry.head.id}` };
      }
    }
  }
}
