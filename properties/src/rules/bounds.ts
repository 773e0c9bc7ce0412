/** R3, R4: everything has a limit, at every moment. */
import { pictures } from "../History.js";
import { at, type Rule } from "../Rule.js";

export const bounded: Rule = {
  id: "R3",
  law: "never more messages or bytes than configured, in callbacks and the listener too",
  *check(history) {
    const { maxMessages, maxBytes } = history.configuration;
    for (const entry of pictures(history)) {
      const { buffered, peak, fill } = entry.stats;
      for (const { messages, bytes } of [buffered, peak]) {
        const within = messages >= 0 && messages <= maxMessages && bytes >= 0 && bytes <= maxBytes;
        if (!within) yield `${at(entry)}: ${messages} messages, ${bytes} bytes`;
      }
      if (!(fill >= 0 && fill <= 1)) yield `${at(entry)}: a fill of ${fill}`;
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
