/** R12, R50: what is counted stays counted, and against whom. */
import type { Statistics } from "@sluice/core";
import { anything } from "../generators/traces.js";
import { pictures } from "../History.js";
import { type Check, inHistory } from "../Rule.js";

export const countersGrow: Check = {
  rule: "R12",
  law: "counters never decrease; a peak is never below its current value",
  needs: ["statistics"],
  traces: anything,
  reaches: ["full", "dropped", "rejected", "waited", "resumed", "closed"],
  judge: inHistory(function* (history) {
    let before: Readonly<Record<string, number>> = {};
    for (const entry of pictures(history)) {
      const { buffered, peak, waiting, peakWaiting } = entry.stats;
      const now = counters(entry.stats);
      for (const [name, count] of Object.entries(now)) {
        const least = before[name] ?? 0;
        if (count >= least) continue;
        yield { entry, expected: `${name} of at least ${least}`, found: `${count}` };
      }
      if (peak.messages < buffered.messages || peak.bytes < buffered.bytes) {
        const [expected, found] = [buffered, peak].map(
          ({ messages, bytes }) => `a peak of ${messages} messages, ${bytes} bytes`,
        ) as [string, string];
        yield { entry, expected: `at least ${expected}`, found };
      }
      if (peakWaiting.messages < waiting.messages || peakWaiting.bytes < waiting.bytes) {
        const [expected, found] = [waiting, peakWaiting].map(
          ({ messages, bytes }) => `a peak of ${messages} senders, ${bytes} bytes`,
        ) as [string, string];
        yield { entry, expected: `at least ${expected}`, found };
      }
      before = now;
    }
  }),
};

export const onlySlowness: Check = {
  rule: "R50",
  law: "the drop rate has what was lost because the client is slow, and nothing else",
  needs: ["statistics"],
  traces: anything,
  reaches: ["dropped", "rejected", "timed out", "too many waiting", "closed"],
  judge: inHistory(function* (history) {
    for (const entry of pictures(history)) {
      const { offered, dropped, rejected, dropRate } = entry.stats;
      const slow = [dropped.evicted, dropped.cleared, rejected.full, rejected.timeout];
      const lost = slow
        .concat(rejected["slow-consumer"])
        .reduce((sum, { messages }) => sum + messages, 0);
      const expected = offered.messages === 0 ? 0 : lost / offered.messages;
      if (dropRate.lifetime === expected) continue;
      yield { entry, expected: `a drop rate of ${expected}`, found: `${dropRate.lifetime}` };
    }
  }),
};

/** Everything that may only grow, by name. */
function counters(stats: Statistics): Readonly<Record<string, number>> {
  const { offered, enqueued, delivered, dropped, rejected, peak, peakWaiting } = stats;
  const volumes = Object.entries({
    offered,
    enqueued,
    delivered,
    ...dropped,
    peak,
    peakWaiting,
  }).concat(Object.entries(rejected).map(([reason, volume]) => [`rejected ${reason}`, volume]));
  return {
    throttleEvents: stats.throttleEvents,
    pauseEvents: stats.pauseEvents,
    pausedMillis: stats.pausedMillis,
    ...Object.fromEntries(volumes.map(([name, { messages }]) => [name, messages])),
    ...Object.fromEntries(volumes.map(([name, { bytes }]) => [`bytes ${name}`, bytes])),
  };
}
