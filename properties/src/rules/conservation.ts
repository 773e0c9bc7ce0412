/** R1, R2: nothing is lost without a trace. */
import { imbalance, type Statistics } from "@sluice/core";
import { type Entry, entriesOf, type History, pictures } from "../History.js";
import { at, type Rule } from "../Rule.js";

function* leftovers(
  entries: ReadonlyArray<Entry & { readonly stats: Statistics }>,
  unit: "messages" | "bytes",
) {
  for (const entry of entries) {
    const left = imbalance(entry.stats)[unit];
    if (left !== 0) yield `${at(entry)}: ${left} ${unit} unaccounted for`;
  }
}

/** Once closed, nothing is buffered and nobody waits. */
function* remains(history: History, unit: "messages" | "bytes") {
  for (const entry of entriesOf(history, "moment")) {
    const { state, buffered, waiting } = entry.stats;
    if (state !== "closed") continue;
    const left = buffered[unit] + waiting[unit];
    if (left !== 0) yield `${at(entry)}: ${left} ${unit} left in a closed connection`;
  }
}

export const conservation: Rule = {
  id: "R1",
  law: "offered = delivered + dropped + rejected + buffered + waiting, after every step, in callbacks too",
  *check(history) {
    yield* leftovers(pictures(history), "messages");
    yield* remains(history, "messages");
  },
};

export const conservationOfBytes: Rule = {
  id: "R2",
  law: "the same in bytes, and no count is negative",
  *check(history) {
    yield* leftovers(pictures(history), "bytes");
    yield* remains(history, "bytes");
    for (const entry of pictures(history)) {
      const { offered, enqueued, delivered, dropped, rejected, buffered, waiting } = entry.stats;
      const volumes = { offered, enqueued, delivered, ...dropped, ...rejected, buffered, waiting };
      for (const [name, { messages, bytes }] of Object.entries(volumes)) {
        if (messages < 0 || bytes < 0) yield `${at(entry)}: ${name} is ${messages}, ${bytes} bytes`;
        if (messages === 0 && bytes !== 0) yield `${at(entry)}: no ${name} has ${bytes} bytes`;
      }
    }
  },
};
