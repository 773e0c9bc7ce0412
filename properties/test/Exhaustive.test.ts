/** Every state of small scopes: the shipping outbox keeps the rules, and wrong ones are found out by number. */
import { type Configuration, configuration, Outbox, type Waiter } from "@sluice/core";
import { describe, expect, test } from "vitest";
import {
  type Counterexample,
  describeCounterexample,
  diagnose,
  type ExhaustiveScope,
  exhaust,
  exploreGraph,
  fairCycle,
  fastScope,
  type MakeSubject,
  type MarkedMessage,
  type OutboxSubject,
} from "../src/exhaustive/index.js";

test("R1 to R25 · every rule holds on every edge of every small space, and nothing holds vacuously", () => {
  const { families, broken, neverReached } = exhaust();
  expect(broken.map(describeCounterexample).join("\n\n")).toBe("");
  expect(neverReached).toEqual([]);
  const checked = new Set(families.flatMap(({ checks }) => Object.keys(checks)));
  const all = Array.from({ length: 25 }, (_, index) => `R${index + 1}`);
  expect(checked, "R33").toContain("R33");
  // R18 is about clocks that are set: no clock is, here.
  expect(all.filter((rule) => !checked.has(rule))).toEqual(["R18"]);
}, 600_000);

test("R22 · draining alone is not enough: while offers never end the state need not become normal", () => {
  const { necessary } = exhaust({ scope: { ...small, strategies: ["drop-oldest"] } });
  for (const { trace, cycle } of necessary) {
    expect(trace.length).toBeGreaterThan(0);
    expect(cycle?.map(({ op }) => op).sort()).toEqual(["drain", "offer"]);
  }
  expect(necessary.length).toBe(2);
});

// ── The explorer itself ─────────────────────────────────────────────────────────────────────────────────

describe("a graph is explored breadth first, and its fair cycles are found", () => {
  /** A clock of twelve hours with a door out of each, from which nothing comes back. */
  const clock = exploreGraph<number, string>(
    {
      initial: 0,
      key: String,
      successors: (hour) =>
        hour === 12
          ? []
          : [
              { label: "tick", state: (hour + 1) % 12 },
              { label: "leave", state: 12 },
            ],
    },
    13,
  );
  const all = { hasState: () => true, hasEdge: () => true };

  test("each state once, by a shortest path", () => {
    expect(clock.states.length).toBe(13);
    expect(clock.path(clock.states.indexOf(3))).toEqual(["tick", "tick", "tick"]);
    expect(clock.path(clock.states.indexOf(12))).toEqual(["leave"]);
  });

  test("more states than it was said to have are an error", () => {
    const counter = {
      initial: 0,
      key: String,
      successors: (count: number) => [{ label: "more", state: count + 1 }],
    };
    expect(() => exploreGraph(counter, 100)).toThrow("more than 100 states");
  });

  test("a cycle has an edge of every class; a way out that is only possible is no way out", () => {
    const ticks = ({ label }: { readonly label: string }) => label === "tick";
    const leaves = ({ label }: { readonly label: string }) => label === "leave";
    expect(fairCycle(clock, all, [ticks])).toEqual({
      stem: [],
      cycle: Array<string>(12).fill("tick"),
    });
    expect(fairCycle(clock, all, [ticks, leaves])).toBeUndefined();
    const withoutNoon = { hasState: (state: number) => state !== 5, hasEdge: () => true };
    expect(fairCycle(clock, withoutNoon, [ticks])).toBeUndefined();
  });
});

// ── Wrong on purpose ────────────────────────────────────────────────────────────────────────────────────

/** An outbox with some of it replaced. */
function wrong(replace: (inner: Outbox<MarkedMessage>) => Partial<OutboxSubject>): MakeSubject {
  return (options) => {
    const inner = new Outbox<MarkedMessage>(options);
    const replaced = replace(inner);
    return new Proxy(inner, {
      get(_, name) {
        if (Object.hasOwn(replaced, name)) return replaced[name as keyof OutboxSubject];
        const value = Reflect.get(inner, name, inner);
        return typeof value === "function" ? value.bind(inner) : value;
      },
    });
  };
}

/** The marks are reached one message later than they should be. */
const marksTooLate: MakeSubject = (options) => {
  const { maxMessages, throttleAt, pauseAt } = options.configuration;
  const later = (mark: number, limit: number) => Math.min(limit, mark + 1 / maxMessages);
  return new Outbox({
    ...options,
    configuration: configuration({
      ...options.configuration,
      pauseAt: later(pauseAt, 1),
      throttleAt: later(throttleAt, pauseAt - 0.001),
    }),
  });
};

const evictsTheNewest: MakeSubject = (options) => {
  let inner = new Outbox<MarkedMessage>(options);
  const offer = (message: MarkedMessage) => {
    const before = inner.snapshot().buffered;
    const result = inner.offer(message);
    const isUniform = before.every(({ bytes }) => bytes === message.bytes);
    if (result._tag === "Rejected" || result.evicted === 0 || !isUniform) return result;
    const buffered = [...before.slice(0, -1), { message, bytes: message.bytes }];
    inner = Outbox.restore(options, { ...inner.snapshot(), buffered }, () => {}).outbox;
    return result;
  };
  return new Proxy(inner, {
    get(_, name) {
      if (name === "offer") return offer;
      const value = Reflect.get(inner, name, inner);
      return typeof value === "function" ? value.bind(inner) : value;
    },
  });
};

const countsDropsTwice = wrong((inner) => ({
  stats: () => {
    const stats = inner.stats();
    const { messages, bytes } = stats.dropped.evicted;
    return {
      ...stats,
      dropped: { ...stats.dropped, evicted: { messages: messages * 2, bytes: bytes * 2 } },
    };
  },
}));

/** When the transport has taken a message, nobody looks at the senders that are blocked. */
const forgetsToWake = wrong((inner) => {
  const waiters: Array<Waiter<MarkedMessage>> = [];
  return {
    send: (message, settle) => {
      const waiter = inner.send(message, settle);
      if (waiter !== undefined) waiters.push(waiter);
      return waiter;
    },
    delivered: () => {
      const blocked = waiters.filter((waiter) => waiter.blocked);
      const hidden = blocked.map((waiter) => ({ waiter, dueMillis: waiter.dueMillis }));
      const rungs = blocked.map(({ rung }) => rung);
      for (const waiter of blocked) {
        Object.assign(waiter, { blocked: false, dueMillis: Number.POSITIVE_INFINITY, rung: 0 });
      }
      inner.delivered();
      hidden.forEach(({ waiter, dueMillis }, index) => {
        Object.assign(waiter, { blocked: true, dueMillis, rung: rungs[index] });
      });
    },
  };
});

/** What has timed out is offered all the same when there is room. */
const deliversTheLate = wrong((inner) => {
  const late: Array<MarkedMessage> = [];
  return {
    send: (message, settle) =>
      inner.send(message, (result) => {
        if (result._tag === "Rejected" && result.reason === "timeout") late.push(message);
        settle(result);
      }),
    delivered: () => {
      inner.delivered();
      const message = late.shift();
      if (message !== undefined) inner.offer(message);
    },
  };
});

/** The delay of the original design: 500 ms just under the pause mark, 50 ms above it. */
const hurriesWhenPaused: MakeSubject = (options) => {
  const { pauseAt, pauseDurationMillis }: Configuration = options.configuration;
  return wrong((inner) => ({
    stats: () => {
      const stats = inner.stats();
      return stats.fill < pauseAt ? stats : { ...stats, delayMillis: pauseDurationMillis };
    },
  }))(options);
};

const takesWhenClosed: MakeSubject = wrong((inner) => ({
  offer: (message) => {
    if (inner.isOpen) return inner.offer(message);
    inner.offer(message);
    return { _tag: "Accepted", evicted: 0 };
  },
}));

const small: ExhaustiveScope = {
  ...fastScope,
  actor: undefined,
  capacities: [1, 2, 3],
  senderCapacities: [1],
  waiters: 1,
};

interface Fault {
  readonly name: string;
  readonly make: MakeSubject;
  readonly scope: Partial<ExhaustiveScope>;
  /** Every rule that finds it, each with the operations of its shortest counterexample. */
  readonly found: Readonly<Record<string, ReadonlyArray<string>>>;
}

const faults: ReadonlyArray<Fault> = [
  {
    name: "marks that are reached one message too late",
    make: marksTooLate,
    scope: { strategies: ["drop-oldest"] },
    found: { R15: ["offer"] },
  },
  {
    name: "drop-oldest evicts the newest",
    make: evictsTheNewest,
    scope: { strategies: ["drop-oldest"], senderCapacities: [], byteCapacities: [] },
    found: { R8: ["offer", "offer", "offer"] },
  },
  {
    name: "a drop is counted twice",
    make: countsDropsTwice,
    scope: { strategies: ["drop-oldest"] },
    found: { R1: ["offer", "offer"], R11: ["offer", "offer"] },
  },
  {
    name: "a drain wakes nobody",
    make: forgetsToWake,
    scope: { strategies: ["block"] },
    found: { R24: ["offer", "send", "drain"] },
  },
  {
    name: "what has timed out is delivered",
    make: deliversTheLate,
    scope: { strategies: ["block"] },
    found: { R9: ["offer", "send", "drain"], R5: ["offer", "send", "drain"] },
  },
  {
    name: "the delay falls at the pause mark",
    make: hurriesWhenPaused,
    scope: { strategies: ["drop-newest"] },
    found: { R13: ["offer"], R14: ["offer"] },
  },
  {
    name: "offers are taken after closing",
    make: takesWhenClosed,
    scope: { strategies: ["drop-newest"] },
    found: { R17: ["close", "offer"] },
  },
];

describe("what is wrong is found, by the rule that it breaks and by a shortest trace", () => {
  test.each(faults)(
    "$name",
    ({ make, scope, found }) => {
      const { broken } = exhaust({ scope: { ...small, ...scope }, make });
      const traces = Object.fromEntries(
        broken.map(({ rule, trace }: Counterexample) => [rule, trace.map(({ op }) => op)]),
      );
      expect(traces).toMatchObject(found);
    },
    60_000,
  );
});

// ── One configuration ───────────────────────────────────────────────────────────────────────────────────

describe("diagnose · what can be known of one configuration", () => {
  test("the defaults break no rule, do not flap and do not stick", () => {
    const { broken, flaps, sticks, askedAt } = diagnose(configuration());
    expect(broken).toEqual([]);
    expect(askedAt).toBe(1_000);
    expect(flaps).toBeUndefined();
    expect(sticks).toBeUndefined();
  });

  test("R16 · without hysteresis it flaps, and the shortest way there is shown", () => {
    const { flaps } = diagnose(configuration({ maxMessages: 10, hysteresis: 0 }));
    expect(flaps).toEqual({
      trace: [{ op: "offer", bytes: 1, count: 6 }],
      cycle: [
        { op: "offer", bytes: 1 },
        { op: "drain", count: 1 },
      ],
      states: ["normal", "throttled", "normal"],
    });
  });

  test("R22 · a mark that clears only at an empty outbox sticks", () => {
    const { sticks } = diagnose(
      configuration({ maxMessages: 10, throttleAt: 0.3, hysteresis: 0.3 }),
    );
    expect(sticks).toMatchObject({
      trace: [
        { op: "offer", bytes: 1, count: 3 },
        { op: "drain", count: 2 },
      ],
      states: ["throttled", "throttled", "throttled"],
    });
  });
});
