/** R1, R2: nothing is lost without a trace. */
import { imbalance } from "@sluice/core";
import type { Finding } from "../Breach.js";
import { anything } from "../generators/traces.js";
import { entriesOf, type History, pictures } from "../History.js";
import type { Landmark } from "../Landmark.js";
import { type Check, inHistory } from "../Rule.js";

const reaches: ReadonlyArray<Landmark> = [
  "full",
  "dropping",
  "dropped",
  "rejected",
  "too large",
  "timed out",
  "interrupted",
  "too many waiting",
  "waited",
  "closing",
  "closed",
  "acted in a callback",
];

export const conservation: Check = {
  rule: "R1",
  law: "offered = delivered + dropped + rejected + buffered + waiting, after every step, in callbacks too",
  needs: ["statistics"],
  traces: anything,
  reaches,
  judge: inHistory((history) => leftovers(history, "messages")),
};

export const conservationOfBytes: Check = {
  rule: "R2",
  law: "the same in bytes, and no count is negative",
  needs: ["statistics", "bytes"],
  traces: anything,
  reaches,
  judge: inHistory(function* (history) {
    yield* leftovers(history, "bytes");
    for (const entry of pictures(history)) {
      const { offered, enqueued, delivered, dropped, rejected, buffered, waiting } = entry.stats;
      const volumes = { offered, enqueued, delivered, ...dropped, ...rejected, buffered, waiting };
      for (const [name, { messages, bytes }] of Object.entries(volumes)) {
        const isPossible = messages >= 0 && bytes >= 0 && (messages > 0 || bytes === 0);
        if (isPossible) continue;
        const found = `${name} of ${messages} messages, ${bytes} bytes`;
        yield { entry, expected: "no negative count, and no bytes without messages", found };
      }
    }
  }),
};

function* leftovers(history: History, unit: "messages" | "bytes"): Generator<Finding> {
  for (const entry of pictures(history)) {
    const left = imbalance(entry.stats)[unit];
    if (left !== 0) yield { entry, expected: `0 ${unit} unaccounted for`, found: `${left}` };
  }
  for (const entry of entriesOf(history, "moment")) {
    const { state, buffered, waiting } = entry.stats;
    const left = buffered[unit] + waiting[unit];
    if (state !== "closed" || left === 0) continue;
    yield { entry, expected: `0 ${unit} in a closed connection`, found: `${left}` };
  }
}
