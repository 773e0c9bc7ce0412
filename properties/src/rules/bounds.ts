/** R3, R4: everything has a limit, at every moment. */

import { anything } from "../generators/traces.js";
import { pictures } from "../History.js";
import { type Check, inHistory } from "../Rule.js";

export const bounded: Check = {
  rule: "R3",
  law: "never more messages or bytes than configured, in callbacks too; every share is one",
  needs: [],
  traces: anything,
  reaches: ["full", "drained", "dropped", "rejected", "waited", "acted in a callback"],
  judge: inHistory(function* (history) {
    const { maxMessages, maxBytes } = history.configuration;
    for (const entry of pictures(history)) {
      const { buffered, peak, fill, dropRate } = entry.stats;
      for (const { messages, bytes } of [buffered, peak]) {
        const within = messages >= 0 && messages <= maxMessages && bytes >= 0 && bytes <= maxBytes;
        if (within) continue;
        yield {
          entry,
          expected: `0 to ${maxMessages} messages and 0 to ${maxBytes} bytes`,
          found: `${messages} messages, ${bytes} bytes`,
        };
      }
      for (const share of [fill, dropRate.lifetime, dropRate.recent]) {
        if (!(share >= 0 && share <= 1)) yield { entry, expected: "a share", found: `${share}` };
      }
    }
  }),
};

export const boundedWaiters: Check = {
  rule: "R4",
  law: "never more waiting senders, nor bytes of theirs, than may wait",
  needs: ["send", "statistics"],
  traces: anything,
  reaches: ["waited", "queued", "too many waiting"],
  judge: inHistory(function* (history) {
    const { maxWaiters, maxWaitingBytes } = history.configuration;
    for (const entry of pictures(history)) {
      for (const { messages, bytes } of [entry.stats.waiting, entry.stats.peakWaiting]) {
        const within = messages <= maxWaiters && bytes <= maxWaitingBytes;
        if (within && messages >= 0 && bytes >= 0) continue;
        yield {
          entry,
          expected: `0 to ${maxWaiters} waiting senders with 0 to ${maxWaitingBytes} bytes`,
          found: `${messages} senders, ${bytes} bytes`,
        };
      }
    }
  }),
};
