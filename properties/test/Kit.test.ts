/** The kit tests itself: each of these implementations is wrong, and the rule that it breaks says so by name. */
import { accepted, type ConfigurationOptions, configuration, type Statistics } from "@sluice/core";
import { Event } from "@sluice/machines";
import {
  anyClock,
  block,
  bounded,
  boundedWaiters,
  closedIsTheEnd,
  conservation,
  conservationOfBytes,
  countersGrow,
  delayIsBounded,
  delayIsKept,
  delayIsMonotone,
  dropAll,
  dropNewest,
  dropOldest,
  type MakeSystem,
  type Message,
  noFlap,
  oneFate,
  order,
  outboxSystem,
  type Rule,
  reported,
  type Scope,
  type System,
  stateAgrees,
  statesAreEntered,
  verify,
} from "@sluice/properties";
import { expect, test } from "vitest";

/** An outbox with another configuration than it was given. */
const misconfigured =
  (change: (given: ConfigurationOptions) => ConfigurationOptions): MakeSystem =>
  (given, observe) =>
    outboxSystem(configuration({ ...given, ...change(given) }), observe);

/** An outbox of which something is replaced. */
const altered =
  (change: (system: System) => Partial<System>): MakeSystem =>
  (given, observe) => {
    const system = outboxSystem(given, observe);
    return { ...system, ...change(system) };
  };

const misreported = (change: (stats: Statistics) => Partial<Statistics>) =>
  altered(({ stats }) => ({ stats: () => ({ ...stats(), ...change(stats()) }) }));

const none = { messages: 0, bytes: 0 };
const waiting: Scope = { traces: { sends: true } };
const ending: Scope = { traces: { sends: true, closes: true } };
const blocking: Scope = {
  configurations: { overflow: ["block"], withoutDelays: true },
  traces: { sends: true },
};
const only = (overflow: "drop-oldest" | "drop-newest" | "drop-all"): Scope => ({
  configurations: { overflow: [overflow] },
});

const wrong: ReadonlyArray<readonly [string, Rule, MakeSystem, Scope]> = [
  [
    "forgets those that it rejected",
    conservation,
    misreported(({ rejected }) => ({ rejected: { ...rejected, full: none } })),
    waiting,
  ],
  [
    "counts characters for bytes",
    conservationOfBytes,
    misreported(({ delivered: { messages } }) => ({ delivered: { messages, bytes: messages } })),
    {},
  ],
  [
    "has one place more",
    bounded,
    misconfigured(({ maxMessages = 1 }) => ({ maxMessages: maxMessages + 1 })),
    {},
  ],
  [
    "has one byte more",
    bounded,
    misconfigured(({ maxBytes = 1 }) => ({ maxBytes: maxBytes + 1 })),
    {},
  ],
  [
    "lets one sender more wait",
    boundedWaiters,
    misconfigured(({ maxWaiters = 0 }) => ({ maxWaiters: maxWaiters + 1 })),
    waiting,
  ],
  [
    "delivers twice",
    oneFate,
    altered(({ drain }) => ({
      drain: (count, transport) =>
        drain(count, (message) => {
          transport(message);
          transport(message);
        }),
    })),
    {},
  ],
  [
    "tells senders twice",
    oneFate,
    altered(({ send }) => ({
      send: (message, settle) =>
        send(message, (result) => {
          settle(result);
          settle(result);
        }),
    })),
    waiting,
  ],
  [
    "never tells a sender",
    oneFate,
    altered(({ send }) => ({ send: (m) => send(m, () => {}) })),
    waiting,
  ],
  [
    "delivers the last first",
    order,
    altered(({ drain }) => ({
      drain: (count, transport) => {
        const batch: Array<Message> = [];
        drain(count, (message) => void batch.unshift(message));
        batch.forEach(transport);
      },
    })),
    {},
  ],
  [
    "drops the oldest instead",
    dropNewest,
    misconfigured(() => ({ overflow: "drop-oldest" })),
    only("drop-newest"),
  ],
  [
    "drops the newest instead",
    dropOldest,
    misconfigured(() => ({ overflow: "drop-newest" })),
    only("drop-oldest"),
  ],
  [
    "drops all instead",
    dropOldest,
    misconfigured(() => ({ overflow: "drop-all" })),
    only("drop-oldest"),
  ],
  [
    "drops only the oldest",
    dropAll,
    misconfigured(() => ({ overflow: "drop-oldest" })),
    only("drop-all"),
  ],
  [
    "gives up a millisecond early",
    block,
    misconfigured(({ blockTimeoutMillis = 0 }) => ({
      blockTimeoutMillis: Math.max(0, blockTimeoutMillis - 1),
    })),
    blocking,
  ],
  [
    "gives up a millisecond late",
    block,
    misconfigured(({ blockTimeoutMillis = 0 }) => ({ blockTimeoutMillis: blockTimeoutMillis + 1 })),
    blocking,
  ],
  [
    "drops instead of blocking",
    block,
    misconfigured(() => ({ overflow: "drop-oldest" })),
    blocking,
  ],
  [
    "reports fewer drops than there were",
    reported,
    misreported(({ dropped }) => ({ dropped: { ...dropped, evicted: none } })),
    waiting,
  ],
  ["has a peak that falls", countersGrow, misreported(({ buffered }) => ({ peak: buffered })), {}],
  [
    "pauses for longer than it said",
    delayIsBounded,
    misreported(({ delayMillis }) => ({ delayMillis: delayMillis * 2 })),
    {},
  ],
  [
    "delays senders by more than it said",
    delayIsKept,
    misreported(({ delayMillis }) => ({ delayMillis: delayMillis / 2 })),
    { configurations: { overflow: ["drop-oldest"] }, traces: { sends: true } },
  ],
  [
    "delays less when it is full",
    delayIsMonotone,
    misreported(({ delayMillis, fill }) => (fill === 1 ? { delayMillis: delayMillis / 2 } : {})),
    {},
  ],
  [
    "clears its marks too late",
    stateAgrees,
    misconfigured(({ throttleAt = 1 }) => ({ hysteresis: throttleAt })),
    {},
  ],
  ["clears its marks too early", statesAreEntered, misconfigured(() => ({ hysteresis: 0 })), {}],
  [
    "throttles too early",
    statesAreEntered,
    misconfigured(() => ({ throttleAt: 0.05, hysteresis: 0.05 })),
    {},
  ],
  [
    "steps up and down on every offer",
    noFlap,
    (given, observe) => {
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
    },
    {},
  ],
  [
    "takes offers after the close",
    closedIsTheEnd,
    altered(({ offer, stats }) => ({
      offer: (message) => (stats().state === "closed" ? accepted : offer(message)),
    })),
    ending,
  ],
  [
    "subtracts a clock from a clock",
    anyClock,
    (given, observe) => {
      const system = outboxSystem(given, observe);
      let backMillis = 0;
      return {
        ...system,
        jump: (millis) => {
          backMillis += Math.min(0, millis);
          system.jump?.(millis);
        },
        stats: () => ({
          ...system.stats(),
          pausedMillis: system.stats().pausedMillis + backMillis,
        }),
      };
    },
    { traces: { sends: true, jumps: true } },
  ],
];

test.each(wrong)("an implementation that %s is caught by its rule", (_, rule, make, scope) => {
  let broken = "nothing";
  try {
    verify(rule, make, scope);
  } catch (error) {
    broken = String((error as Error).cause);
  }
  expect(broken).toContain(`${rule.id} · ${rule.law}: broken by`);
});

test("traces that get nowhere are a failure, not a success", () => {
  const nowhere: Scope = { traces: { maxLength: 1 }, reaches: ["full", "timed out", "resumed"] };
  expect(() => verify(conservation, outboxSystem, nowhere)).toThrow(/no trace reached: timed out/);
});
