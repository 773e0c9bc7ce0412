/** R12: what is counted stays counted. */
import type { Statistics } from "@sluice/core";
import { pictures } from "../History.js";
import { at, type Rule } from "../Rule.js";

/** Everything that may only grow, by name. */
function counters(stats: Statistics): Readonly<Record<string, number>> {
  const { offered, enqueued, delivered, dropped, rejected, peak } = stats;
  const volumes = Object.entries({ offered, enqueued, delivered, ...dropped, peak }).concat(
    Object.entries(rejected).map(([reason, volume]) => [`rejected ${reason}`, volume]),
  );
  return {
    throttleEvents: stats.throttleEvents,
    pauseEvents: stats.pauseEvents,
    pausedMillis: stats.pausedMillis,
    ...Object.fromEntries(volumes.map(([name, { messages }]) => [name, messages])),
    ...Object.fromEntries(volumes.map(([name, { bytes }]) => [`bytes ${name}`, bytes])),
  };
}

export const countersGrow: Rule = {
  id: "R12",
  law: "counters never decrease; a peak is never below its current value",
  *check(history) {
    let before: Readonly<Record<string, number>> = {};
    for (const entry of pictures(history)) {
      const { buffered, peak } = entry.stats;
      const now = counters(entry.stats);
      for (const [name, count] of Object.entries(now)) {
        if (!(count >= (before[name] ?? 0))) {
          yield `${at(entry)}: ${name} went from ${before[name]} to ${count}`;
        }
      }
      if (peak.messages < buffered.messages || peak.bytes < buffered.bytes) {
        yield `${at(entry)}: a peak of ${peak.messages}, ${peak.bytes} bytes, below what is buffered`;
      }
      before = now;
    }
  },
};
