/** The rules that hold for any outbox on any trace, checked after every operation and inside callbacks. */
import {
  anyClock,
  anything,
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
  noFlap,
  oneFate,
  order,
  outboxSystem,
  type Rule,
  reported,
  type Scope,
  stateAgrees,
  statesAreEntered,
  title,
  verify,
} from "@sluice/properties";
import { test } from "vitest";

const always = [
  "full",
  "throttled",
  "paused",
  "dropping",
  "dropped",
  "rejected",
  "resumed",
  "waited",
  "timed out",
] as const;

const anywhere: Scope = {
  traces: anything,
  reaches: [
    ...always,
    "interrupted",
    "too large",
    "too many waiting",
    "queued",
    "closing",
    "closed",
    "unhealthy",
    "acted in a callback",
    "clock set back",
  ],
};

/** Timers that are in time, and callbacks that only listen: then every wait is what was said. */
const punctual = { sends: true, closes: true } as const;

const scopes: ReadonlyArray<readonly [Rule, Scope]> = [
  [conservation, anywhere],
  [conservationOfBytes, anywhere],
  [bounded, anywhere],
  [boundedWaiters, anywhere],
  [oneFate, anywhere],
  [order, anywhere],
  [
    dropNewest,
    { configurations: { overflow: ["drop-newest"] }, reaches: ["full", "rejected", "resumed"] },
  ],
  [
    dropOldest,
    { configurations: { overflow: ["drop-oldest"] }, reaches: ["full", "dropped", "resumed"] },
  ],
  [
    block,
    {
      configurations: { overflow: ["block"], withoutDelays: true },
      traces: { sends: true },
      reaches: ["full", "paused", "waited", "queued", "timed out", "interrupted", "resumed"],
    },
  ],
  [
    dropAll,
    { configurations: { overflow: ["drop-all"] }, reaches: ["full", "dropped", "resumed"] },
  ],
  [reported, { traces: { ...anything, callbacks: false }, reaches: always }],
  [countersGrow, anywhere],
  [delayIsBounded, anywhere],
  [
    delayIsKept,
    {
      configurations: { overflow: ["drop-oldest", "drop-newest", "drop-all", "disconnect"] },
      traces: punctual,
      reaches: ["waited", "queued", "dropped", "rejected", "resumed"],
    },
  ],
  [delayIsMonotone, anywhere],
  [stateAgrees, anywhere],
  [statesAreEntered, anywhere],
  [noFlap, { traces: punctual, reaches: always }],
  [closedIsTheEnd, anywhere],
  [
    anyClock,
    {
      traces: { sends: true, jumps: true, callbacks: true },
      reaches: [...always, "queued", "clock set back"],
    },
  ],
];

for (const [rule, scope] of scopes) {
  test(title(rule), () => verify(rule, outboxSystem, scope));
}
