/** R3, R4: everything has a limit, at every moment. */
import { pictures } from "../History.js";
import { at, type Rule } from "../Rule.js";

export const bounded: Rule = {
  id: "R3",
  law: "never more messages or bytes than configured, in callbacks too; every share is one",
  *check(history) {
    const { maxMessages, maxBytes } = history.configuration;
    for (const entry of pictures(history)) {
      const { buffered, peak, fill, dropRate } = entry.stats;
      for (const { messages, bytes } of [buffered, peak]) {
        const within = messages >= 0 && messages <= maxMessages && bytes >= 0 && bytes <= maxBytes;
        if (!within) yield `${at(entry)}: ${messages} messages, ${bytes} bytes`;
      }
      for (const share of [fill, dropRate.lifetime, dropRate.recent]) {
        if (!(share >= 0 && share <= 1)) yield `${at(entry)}: a share of ${share}`;
      }
    }
  },
};

export const boundedWaiters: Rule = {
  id: "R4",
  law: "never more waiting senders than may wait",
  *check(history) {
    for (const entry of pictures(history)) {
      const { messages } = entry.stats.waiting;
      if (!(messages >= 0 && messages <= history.configuration.maxWaiters)) {
        yield `${at(entry)}: ${messages} senders wait`;
      }
    }
  },
};
