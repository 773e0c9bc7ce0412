/** The core's sender as a system under test: its promises, and the timer that it sets. */
import { FlowControlledSender, overflowStrategies, type Timer } from "@sluice/core";
import type { Message, Subject } from "../System.js";

/** A sender on a clock of its own. */
export const sender: Subject = {
  name: "the core sender",
  capabilities: [
    "send",
    "deadlines",
    "delays",
    "bytes",
    "statistics",
    "evictions",
    "states",
    "health",
    "time",
    "clock",
    "counted drains",
  ],
  strategies: overflowStrategies,
  make: (configuration) => {
    const timer = new ManualTimer();
    const sender = new FlowControlledSender<Message>({
      configuration,
      timer,
      sizeOf: ({ bytes }) => bytes,
    });
    return {
      send: (message, settle) => {
        sender.send(message).then(settle);
        return undefined;
      },
      drain: async (count, transport) => {
        for (let left = count; left > 0 && sender.bufferSize > 0; left--) {
          sender.drain(1).forEach(transport);
          await told();
        }
      },
      advance: (millis) => timer.advance(millis),
      elapsedMillis: () => timer.elapsedMillis,
      jump: (millis) => timer.jump(millis),
      assess: () => void sender.isHealthy,
      stats: () => sender.stats,
      millisToDeadline: () => timer.millisToDeadline,
    };
  },
};

/** One timer, and a clock that can be set while the timer runs on. */
class ManualTimer implements Timer {
  elapsedMillis = 0;
  #setMillis = 1_000;
  #due: { readonly atMillis: number; readonly wake: () => void } | undefined;
  #passedMillis = 0;

  readonly now = () => this.#setMillis + this.#passedMillis;

  readonly after = (millis: number, wake: () => void) => {
    const due = { atMillis: this.#passedMillis + Math.ceil(millis), wake };
    if (this.#due !== undefined) throw new Error("two timers at a time: one is for ever forgotten");
    this.#due = due;
    return () => {
      if (this.#due === due) this.#due = undefined;
    };
  };

  get millisToDeadline(): number {
    return (this.#due?.atMillis ?? Number.POSITIVE_INFINITY) - this.#passedMillis;
  }

  jump(millis: number): void {
    this.#setMillis += millis;
    this.elapsedMillis += Math.max(0, millis);
  }

  async advance(millis: number): Promise<void> {
    const end = this.#passedMillis + millis;
    while (this.#due !== undefined && this.#due.atMillis <= end) {
      const { atMillis, wake } = this.#due;
      this.#due = undefined;
      this.#pass(atMillis);
      wake();
      await told();
    }
    this.#pass(end);
  }

  #pass(toMillis: number): void {
    this.elapsedMillis += toMillis - this.#passedMillis;
    this.#passedMillis = toMillis;
  }
}

/** Whoever has been answered has been told. */
const told = () => Promise.resolve();
