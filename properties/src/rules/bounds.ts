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
  law: "never more waiting senders than may wait",
  needs: ["send", "statistics"],
  traces: anything,
  reaches: ["waited", "queued", "too many waiting"],
  judge: inHistory(function* (history) {
    const { maxWaiters } = history.configuration;
    for (const entry of pictures(history)) {
      const { messages } = entry.stats.waiting;
      if (messages >= 0 && messages <= maxWaiters) continue;
      yield { entry, expected: `0 to ${maxWaiters} waiting senders`, found: `${messages}` };
    }
  }),
};
