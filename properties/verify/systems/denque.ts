/** npm's `denque` with a capacity as a system under test: the ring that a program would take for its buffer. */
import { accepted } from "@sluice/core";
import { holding, type Message, type Subject } from "@sluice/properties";
import Denque from "denque";

export const denque: Subject = {
  name: "denque with a capacity",
  capabilities: ["offer", "counted drains"],
  strategies: ["drop-oldest"],
  make: (configuration) => {
    const deque = new Denque<Message>([], { capacity: configuration.maxMessages });
    return {
      offer: (message) => {
        deque.push(message);
        return accepted;
      },
      drain: (count, transport) => {
        for (let left = count; left > 0 && !deque.isEmpty(); left--) {
          transport(deque.shift() as Message);
        }
      },
      stats: () => holding(configuration, { messages: deque.length, bytes: 0 }),
      head: () => deque.peekFront(),
    };
  },
};
