/** The outbox as a system under test, on a clock of its own. */
import { type OfferResult, Outbox, overflowStrategies, type Waiter } from "@sluice/core";
import { capabilities, type MakeSystem, type Message, type Subject } from "../System.js";
import { ClockedOutbox } from "./ClockedOutbox.js";

const withoutTransport = ["watchdog", "transport", "resources", "neighbours"];

/** An outbox on a clock of its own. */
export const outbox: Subject = {
  name: "the core outbox",
  capabilities: capabilities.filter((capability) => !withoutTransport.includes(capability)),
  strategies: overflowStrategies,
  make: (configuration, observe) => outboxSystem(configuration, observe),
};

/** See {@link outbox}; made at once. */
export const outboxSystem = ((configuration, observe) => {
  const clocked = new ClockedOutbox<Message>((options) => new Outbox(options), configuration, {
    onStep: (event, from, to, mask) => observe({ event, from, to, mask }),
  });
  // By the number of the message that waits: a restart makes others of them.
  const waiters = new Map<number, Waiter<Message>>();
  const settles = new Map<number, (result: OfferResult) => void>();
  return {
    offer: (message) => clocked.outbox.offer(message),
    send: (message, settle) => {
      const waiter = clocked.outbox.send(message, settle);
      if (waiter === undefined) return undefined;
      waiters.set(message.id, waiter);
      settles.set(message.id, settle);
      return () => void clocked.outbox.cancel(waiters.get(message.id) ?? waiter);
    },
    drain: (count, transport) => clocked.drain(count, transport),
    advance: (millis) => clocked.advance(millis),
    elapsedMillis: () => clocked.elapsedMillis,
    jump: (millis) => clocked.jump(millis),
    close: (how) => clocked.close(how),
    assess: () => void clocked.outbox.assess(),
    stats: () => clocked.outbox.stats(),
    restart: () => {
      const saved = JSON.parse(JSON.stringify(clocked.outbox.snapshot()));
      const restored = Outbox.restore(clocked.options, saved, ({ id }, result) =>
        settles.get(id)?.(result),
      );
      clocked.outbox = restored.outbox;
      for (const waiter of restored.waiters) waiters.set(waiter.message.id, waiter);
    },
    head: () => clocked.outbox.peek(),
    millisToDeadline: () => clocked.millisToDeadline(),
  };
}) satisfies MakeSystem;
