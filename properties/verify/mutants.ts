/**
 * Wrong implementations, at least one for each rule: the kit tests itself with them. Each must be caught by
 * the rule that it breaks, by name.
 */
import {
  accepted,
  type Configuration,
  type ConfigurationOptions,
  configuration,
  type Statistics,
} from "@sluice/core";
import { Event } from "@sluice/machines";
import {
  type Capability,
  type MakeSystem,
  type Message,
  outbox,
  outboxSystem,
  type Subject,
  type System,
} from "@sluice/properties";

export interface Mutant {
  /** The rule that it breaks. */
  readonly rule: string;
  readonly subject: Subject;
}

/** An outbox that is made in another way. */
const mutant = (
  rule: string,
  name: string,
  make: MakeSystem,
  more: ReadonlyArray<Capability> = [],
): Mutant => ({
  rule,
  subject: { ...outbox, name, make, capabilities: [...outbox.capabilities, ...more] },
});

/** An outbox with another configuration than it was given. */
const misconfigured = (
  rule: string,
  name: string,
  change: (given: Configuration) => ConfigurationOptions,
): Mutant =>
  mutant(rule, name, (given, observe) =>
    outboxSystem(configuration({ ...given, ...change(given) }), observe),
  );

/** An outbox of which something is replaced. */
const altered = (
  rule: string,
  name: string,
  change: (system: System & ReturnType<typeof outboxSystem>) => Partial<System>,
  more: ReadonlyArray<Capability> = [],
): Mutant =>
  mutant(
    rule,
    name,
    (given, observe) => {
      const system = outboxSystem(given, observe);
      return { ...system, ...change(system) };
    },
    more,
  );

/** An outbox that says something else than is. */
const misreported = (
  rule: string,
  name: string,
  change: (stats: Statistics) => Partial<Statistics>,
): Mutant =>
  altered(rule, name, ({ stats }) => ({ stats: () => ({ ...stats(), ...change(stats()) }) }));

const none = { messages: 0, bytes: 0 };

export const mutants: ReadonlyArray<Mutant> = [
  misreported("R1", "forgets those that it rejected", ({ rejected }) => ({
    rejected: { ...rejected, full: none },
  })),
  misreported("R2", "counts characters for bytes", ({ delivered: { messages } }) => ({
    delivered: { messages, bytes: messages },
  })),
  misconfigured("R3", "has one place more", ({ maxMessages }) => ({
    maxMessages: maxMessages + 1,
  })),
  misconfigured("R3", "has one byte more", ({ maxBytes }) => ({ maxBytes: maxBytes + 1 })),
  misconfigured("R4", "lets one byte more wait", ({ maxWaitingBytes }) => ({
    maxWaitingBytes: maxWaitingBytes + 1,
  })),
  misconfigured("R4", "lets one sender more wait", ({ maxWaiters }) => ({
    maxWaiters: maxWaiters + 1,
  })),
  altered("R5", "delivers twice", ({ drain }) => ({
    drain: (count, transport) =>
      drain(count, (message) => {
        transport(message);
        transport(message);
      }),
  })),
  altered("R5", "tells senders twice", ({ send }) => ({
    send: (message, settle) =>
      send(message, (result) => {
        settle(result);
        settle(result);
      }),
  })),
  altered("R5", "never tells a sender", ({ send }) => ({ send: (m) => send(m, () => {}) })),
  altered("R6", "delivers the last first", ({ drain }) => ({
    drain: (count, transport) => {
      const batch: Array<Message> = [];
      drain(count, (message) => void batch.unshift(message));
      batch.forEach(transport);
    },
  })),
  misconfigured("R7", "drops the oldest instead of the newest", ({ overflow }) => ({
    overflow: overflow === "drop-newest" ? "drop-oldest" : overflow,
  })),
  misconfigured("R8", "drops the newest instead of the oldest", ({ overflow }) => ({
    overflow: overflow === "drop-oldest" ? "drop-newest" : overflow,
  })),
  misconfigured("R8", "drops all instead of the oldest", ({ overflow }) => ({
    overflow: overflow === "drop-oldest" ? "drop-all" : overflow,
  })),
  misconfigured("R9", "gives up a millisecond early", ({ blockTimeoutMillis }) => ({
    blockTimeoutMillis: Math.max(0, blockTimeoutMillis - 1),
  })),
  misconfigured("R9", "gives up a millisecond late", ({ blockTimeoutMillis }) => ({
    blockTimeoutMillis: blockTimeoutMillis + 1,
  })),
  misconfigured("R9", "drops instead of blocking", ({ overflow }) => ({
    overflow: overflow === "block" ? "drop-oldest" : overflow,
  })),
  misconfigured("R10", "drops the oldest instead of all", ({ overflow }) => ({
    overflow: overflow === "drop-all" ? "drop-oldest" : overflow,
  })),
  misreported("R11", "reports fewer drops than there were", ({ dropped }) => ({
    dropped: { ...dropped, evicted: none },
  })),
  misreported("R12", "has a peak that falls", ({ buffered }) => ({ peak: buffered })),
  misreported("R13", "pauses for longer than it said", ({ delayMillis }) => ({
    delayMillis: delayMillis * 2,
  })),
  misreported("R13", "delays senders by more than it said", ({ delayMillis }) => ({
    delayMillis: delayMillis / 2,
  })),
  misreported("R14", "delays less when it is full", ({ delayMillis, fill }) =>
    fill === 1 ? { delayMillis: delayMillis / 2 } : {},
  ),
  misconfigured("R15", "clears its marks too late", ({ throttleAt }) => ({
    hysteresis: throttleAt,
  })),
  misconfigured("R15", "throttles too early", () => ({ throttleAt: 0.05, hysteresis: 0.05 })),
  misconfigured("R16", "has no hysteresis", () => ({ hysteresis: 0 })),
  mutant("R16", "steps up and down on every offer", (given, observe) => {
    const system = outboxSystem(given, observe);
    return {
      ...system,
      offer: (message) => {
        const result = system.offer(message);
        const step = { event: Event["throttle.reached"], from: 0, to: 0, mask: 0 };
        for (let count = 0; count < 9; count++) observe(step);
        return result;
      },
    };
  }),
  altered("R17", "takes offers after the close", ({ offer, stats }) => ({
    offer: (message) => (stats().state === "closed" ? accepted : offer(message)),
  })),
  altered("R18", "subtracts a clock from a clock", ({ jump, stats }) => {
    let backMillis = 0;
    return {
      jump: (millis) => {
        backMillis += Math.min(0, millis);
        jump(millis);
      },
      stats: () => ({ ...stats(), pausedMillis: stats().pausedMillis + backMillis }),
    };
  }),
  altered("R19", "keeps the message of a sender that has gone", ({ send, offer }) => ({
    send: (message, settle) => {
      const cancel = send(message, settle);
      return (
        cancel &&
        (() => {
          cancel();
          offer(message);
        })
      );
    },
  })),
  altered("R22", "keeps the last message for itself", ({ drain, stats }) => ({
    drain: (count, transport) => drain(Math.min(count, stats().buffered.messages - 1), transport),
  })),
  altered("R23", "has a timer that does not go off", ({ elapsedMillis }) => ({
    advance: () => {},
    elapsedMillis,
  })),
  altered("R24", "does not wake who waits when it drains", ({ send, drain, stats }) => {
    const late: Array<() => void> = [];
    return {
      send: (message, settle) => {
        let isWaiting = false;
        const cancel = send(message, (result) => {
          if (isWaiting) late.push(() => settle(result));
          else settle(result);
        });
        isWaiting = true;
        return cancel;
      },
      drain: (count, transport) => {
        const before = stats().waiting.messages;
        drain(count, transport);
        if (before === 0) for (const settle of late.splice(0)) settle();
      },
    };
  }),
  altered("R27", "loses the last of a batch", ({ drain }) => ({
    drain: (count, transport) => {
      let left = count;
      drain(count, (message) => {
        left--;
        if (left > 0 || count === 1) transport(message);
      });
    },
  })),
  altered("R28", "reads what a message says", ({ offer }) => ({
    offer: (message) => offer({ ...message, bytes: message.id > 1_000 ? 0 : message.bytes }),
  })),
  misconfigured("R28", "has a delay of its own", () => ({ maxDelayMillis: 100 })),
  misconfigured("R29", "loses all of it when it is large", ({ maxMessages }) =>
    maxMessages > 4 ? { maxMessages: 1 } : {},
  ),
  altered("R30", "moves its deadlines with every tick", ({ advance }) => ({
    advance: (millis) => advance(Math.max(0, millis - 1)),
  })),
  (() => {
    let offered = 0;
    return altered("R31", "shares a counter with its neighbours", ({ offer }) => {
      offered = 0;
      return {
        offer: (message) => {
          offered++;
          return offered % 7 === 0 ? { _tag: "Rejected", reason: "full" } : offer(message);
        },
      };
    });
  })(),
  misconfigured("R32", "does not adapt its delays", () => ({ adaptiveThrottling: false })),
];
