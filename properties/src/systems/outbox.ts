/** The outbox as a system under test, with what an actor adds to it: a clock, timers, and the end of closing. */
import {
  type OfferResult,
  Outbox,
  type OutboxOptions,
  overflowStrategies,
  type Waiter,
} from "@sluice/core";
import { Event } from "@sluice/machines";
import {
  capabilities,
  type Ending,
  type MakeSystem,
  type Message,
  type Subject,
} from "../System.js";

const endings: Readonly<Record<Ending, number>> = {
  close: Event.close,
  evict: Event.evict,
  disconnect: Event.disconnected,
};

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
  let clockMillis = 1_000;
  let elapsedMillis = 0;
  let closeByMillis = Number.POSITIVE_INFINITY;
  const options: OutboxOptions<Message> = {
    configuration,
    sizeOf: ({ bytes }) => bytes,
    now: () => clockMillis,
    listener: { onStep: (event, from, to, mask) => observe({ event, from, to, mask }) },
  };
  let outbox = new Outbox<Message>(options);
  // By the number of the message that waits: a restart makes others of them.
  const waiters = new Map<number, Waiter<Message>>();
  const settles = new Map<number, (result: OfferResult) => void>();

  const pass = (millis: number) => {
    clockMillis += millis;
    elapsedMillis += Math.max(0, millis);
  };

  const millisToDeadline = () => {
    const toSender = outbox.millisToDeadline();
    const toClose = outbox.state === "closing" ? closeByMillis - clockMillis : toSender;
    return Math.min(toSender, Math.max(0, toClose));
  };

  /** What an actor's timer does when it goes off. */
  const wake = () => {
    outbox.advance();
    if (outbox.state === "closing" && closeByMillis <= clockMillis) outbox.signal(Event.deadline);
  };

  const finishClosing = () => {
    if (outbox.state === "closing" && outbox.length === 0) outbox.signal(Event.flushed);
  };

  return {
    offer: (message) => outbox.offer(message),
    send: (message, settle) => {
      const waiter = outbox.send(message, settle);
      if (waiter === undefined) return undefined;
      waiters.set(message.id, waiter);
      settles.set(message.id, settle);
      return () => void outbox.cancel(waiters.get(message.id) ?? waiter);
    },
    drain: (count, transport) => {
      for (let taken = 0; taken < count && outbox.length > 0; taken++) {
        transport(outbox.peek() as Message);
        outbox.delivered();
      }
      finishClosing();
    },
    advance: (millis) => {
      let leftMillis = millis;
      // Timers have whole milliseconds, as the actor's have, and are never early.
      let waitMillis = Math.ceil(millisToDeadline());
      for (let idle = 0; waitMillis <= leftMillis; waitMillis = Math.ceil(millisToDeadline())) {
        idle = waitMillis === 0 ? idle + 1 : 0;
        if (idle > 2) throw new Error("R23 · a deadline has passed and nothing comes of it");
        pass(waitMillis);
        leftMillis -= waitMillis;
        wake();
      }
      pass(leftMillis);
      wake();
    },
    elapsedMillis: () => elapsedMillis,
    jump: pass,
    close: (how) => {
      if (how === "close" && outbox.isOpen) {
        closeByMillis = clockMillis + configuration.closeTimeoutMillis;
      }
      outbox.signal(endings[how]);
      finishClosing();
    },
    assess: () => void outbox.assess(),
    stats: () => outbox.stats(),
    restart: () => {
      const saved = JSON.parse(JSON.stringify(outbox.snapshot()));
      const restored = Outbox.restore(options, saved, ({ id }, result) =>
        settles.get(id)?.(result),
      );
      outbox = restored.outbox;
      for (const waiter of restored.waiters) waiters.set(waiter.message.id, waiter);
    },
    head: () => outbox.peek(),
    millisToDeadline,
  };
}) satisfies MakeSystem;
