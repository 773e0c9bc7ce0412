/** Effect's own queues as systems under test: what a program without Sluice would put before its socket. */
import { accepted, type Configuration, rejected } from "@sluice/core";
import { Effect, Exit, Queue } from "effect";
import { holding, type Message, type Subject, type System } from "../System.js";

/** `Queue.sliding`: makes room by forgetting its oldest. */
export const slidingQueue: Subject = {
  name: "Effect's sliding queue",
  capabilities: ["offer", "counted drains"],
  strategies: ["drop-oldest"],
  make: (configuration) => {
    const queue = Effect.runSync(Queue.sliding<Message>(configuration.maxMessages));
    return { ...outOf(queue, configuration), offer: offerTo(queue) };
  },
};

/** `Queue.dropping`: refuses what finds no room. */
export const droppingQueue: Subject = {
  name: "Effect's dropping queue",
  capabilities: ["offer", "counted drains"],
  strategies: ["drop-newest"],
  make: (configuration) => {
    const queue = Effect.runSync(Queue.dropping<Message>(configuration.maxMessages));
    return { ...outOf(queue, configuration), offer: offerTo(queue) };
  },
};

/** `Queue.bounded`: lets senders wait, for ever. It is drained in batches. */
export const boundedQueue: Subject = {
  name: "Effect's bounded queue",
  capabilities: ["offer", "send", "cancel", "callbacks", "counted drains"],
  strategies: ["block"],
  make: (configuration) => {
    const queue = Effect.runSync(Queue.bounded<Message>(configuration.maxMessages));
    return {
      ...outOf(queue, configuration),
      offer: offerTo(queue),
      send: (message, settle) => {
        const fiber = Effect.runFork(Queue.offer(queue, message));
        fiber.addObserver((exit) => settle(Exit.isSuccess(exit) ? accepted : rejected.interrupted));
        return () => fiber.interruptUnsafe();
      },
    };
  },
};

const offerTo = (queue: Queue.Enqueue<Message>) => (message: Message) =>
  Queue.offerUnsafe(queue, message) ? accepted : rejected.full;

function outOf(queue: Queue.Dequeue<Message>, configuration: Configuration): System {
  let isDraining = false;
  return {
    drain: (count, transport) => {
      // There is one consumer: from inside a callback of its own it takes nothing more.
      if (isDraining) return;
      isDraining = true;
      for (let left = count; left > 0 && Queue.sizeUnsafe(queue) > 0; ) {
        const batch = Effect.runSync(Queue.takeBetween(queue, 1, left));
        batch.forEach(transport);
        left -= batch.length;
      }
      isDraining = false;
    },
    stats: () => holding(configuration, { messages: Queue.sizeUnsafe(queue), bytes: 0 }),
  };
}
