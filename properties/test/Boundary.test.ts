/** A subject can be as odd as it likes: the kit says in words what it did, under every rule, and is not confused. */

import type { Statistics } from "@sluice/core";
import {
  type Capability,
  cases,
  conform,
  holding,
  inWords,
  type MakeSystem,
  type Message,
  outbox,
  play,
  replay,
  type Subject,
  SubjectError,
  type System,
} from "@sluice/properties";
import { describe, expect, test } from "vitest";

type Held = Array<Message>;

/** An array that keeps the newest, and what is odd about it. */
const odd = (
  change: (held: Held, stats: () => Statistics) => Readonly<Record<string, unknown>>,
  more: ReadonlyArray<Capability> = [],
): Subject => ({
  name: "an odd array",
  capabilities: ["offer", "counted drains", ...more],
  strategies: ["drop-oldest"],
  make: (given, observe) => {
    const held: Held = [];
    const stats = () => holding(given, { messages: held.length, bytes: 0 });
    const system: System = {
      offer: (message) => {
        const evicted = held.length === given.maxMessages ? held.splice(0, 1).length : 0;
        held.push(message);
        return { _tag: "Accepted", evicted };
      },
      drain: (count, transport) => held.splice(0, count).forEach(transport),
      stats,
    };
    void observe;
    return { ...system, ...change(held, stats) } as System;
  },
});

const made = (make: () => unknown): Subject => ({ ...odd(() => ({})), make: make as MakeSystem });

/** What is wrong with the statistics alone. */
const showing = (change: Readonly<Record<string, unknown>>) =>
  odd((_, stats) => ({ stats: () => ({ ...stats(), ...change }) }));

const settling = (send: (held: Held, settle: (result: unknown) => void) => unknown) =>
  odd(
    (held) => ({
      send: (message: Message, settle: (result: unknown) => void) => {
        if (held.length < 1) held.push(message);
        return send(held, settle);
      },
    }),
    ["send"],
  );

const withGetter: MakeSystem = (given, observe) =>
  Object.defineProperty(odd(() => ({})).make(given, observe), "offer", {
    get: () => {
      throw new Error("shy");
    },
  }) as System;

const taken = { _tag: "Accepted", evicted: 0 } as const;
const budget = { runs: 40, minRuns: 10, millis: 60_000 };

const oddities: ReadonlyArray<readonly [string, Subject, RegExp]> = [
  // What make answers with.
  [
    "make throws",
    made(() => {
      throw new Error("no database");
    }),
    /no database/,
  ],
  ["make rejects", made(() => Promise.reject(new Error("no database"))), /no database/],
  [
    "make throws nothing",
    made(() => {
      throw undefined;
    }),
    /making the system.*found +undefined/s,
  ],
  [
    "make answers with nothing",
    made(() => undefined),
    /make of an odd array to answer with a system\n +found +undefined/,
  ],
  ["make answers with a number", made(() => 7), /to answer with a system\n +found +7/],
  ["a system without stats", odd(() => ({ stats: undefined })), /an odd array to have stats\n/],
  [
    "a system whose drain is no function",
    odd(() => ({ drain: 3 })),
    /drain of an odd array to be a function\n +found +3/,
  ],
  [
    "a system with a getter that throws",
    { ...odd(() => ({})), make: withGetter },
    /to let its offer be read\n +found +Error: shy/,
  ],
  // What offer answers with.
  [
    "offer answers with nothing",
    odd(() => ({ offer: () => undefined })),
    /offer to answer message 0 with Accepted or Rejected\n +found +undefined/,
  ],
  [
    "offer answers with true",
    odd(() => ({ offer: () => true })),
    /Accepted or Rejected\n +found +true/,
  ],
  [
    "offer answers with an unknown tag",
    odd(() => ({ offer: () => ({ _tag: "Fine" }) })),
    /found +\{"_tag":"Fine"\}/,
  ],
  [
    "offer answers with an unknown reason",
    odd(() => ({ offer: () => ({ _tag: "Rejected", reason: "mood" }) })),
    /one of the reasons full, .*\n +found +reason: mood|reason: "mood"/,
  ],
  [
    "offer evicts a negative number",
    odd(() => ({ offer: () => ({ _tag: "Accepted", evicted: -1 }) })),
    /whole number evicted, 0 or more\n +found +evicted: -1/,
  ],
  [
    "offer does not say how many it evicted",
    odd(() => ({ offer: () => ({ _tag: "Accepted" }) })),
    /evicted: undefined/,
  ],
  [
    "offer throws",
    odd(() => ({
      offer: () => {
        throw new TypeError("oops");
      },
    })),
    /offer not to throw\n +found +TypeError: oops/,
  ],
  [
    "offer rejects",
    odd(() => ({ offer: () => Promise.reject(new TypeError("oops")) })),
    /offer not to reject\n +found +TypeError: oops/,
  ],
  [
    "offer promises nothing",
    odd(() => ({ offer: async () => undefined })),
    /answer message 0 with Accepted or Rejected\n +found +undefined/,
  ],
  // What stats answers with.
  [
    "stats throws",
    odd(() => ({
      stats: () => {
        throw new Error("no");
      },
    })),
    /stats not to throw\n +found +Error: no/,
  ],
  [
    "stats answers with nothing",
    odd(() => ({ stats: () => undefined })),
    /stats\(\) to be an object with state, health.*\n +found +undefined/,
  ],
  [
    "stats answers with a promise",
    odd((_, stats) => ({ stats: async () => stats() })),
    /stats to answer at once\n +found +a promise/,
  ],
  [
    "stats is without a field",
    showing({ dropped: undefined }),
    /stats\(\)\.dropped to be an object with evicted, cleared, closed, shed, unsendable, conflated, expired\n +found +undefined/,
  ],
  [
    "stats has NaN messages",
    showing({ buffered: { messages: Number.NaN, bytes: 0 } }),
    /stats\(\)\.buffered\.messages to be a whole number, 0 or more\n +found +NaN/,
  ],
  [
    "stats has a negative count",
    showing({ offered: { messages: -1, bytes: 0 } }),
    /stats\(\)\.offered\.messages to be a whole number, 0 or more\n +found +-1/,
  ],
  [
    "stats has a fill that is a word",
    showing({ fill: "half" }),
    /stats\(\)\.fill to be a number\n +found +"half"/,
  ],
  [
    "stats has a state that is none",
    showing({ state: "fine" }),
    /stats\(\)\.state to be one of normal, .*\n +found +"fine"/,
  ],
  [
    "stats has a health that is none",
    showing({ health: null }),
    /stats\(\)\.health to be one of .*\n +found +null/,
  ],
  [
    "stats has a getter that throws",
    odd((_, stats) => ({
      stats: () =>
        Object.defineProperty(stats(), "fill", {
          get: () => {
            throw new Error("shy");
          },
        }),
    })),
    /to let its fill be read\n +found +Error: shy/,
  ],
  // What drain does.
  [
    "drain throws",
    odd(() => ({
      drain: () => {
        throw new Error("leak");
      },
    })),
    /drain not to throw\n +found +Error: leak/,
  ],
  [
    "drain rejects",
    odd(() => ({ drain: () => Promise.reject(new Error("leak")) })),
    /drain not to reject\n +found +Error: leak/,
  ],
  [
    "drain hands over nothing",
    odd((held) => ({
      drain: (count: number, transport: (m: unknown) => void) =>
        held.splice(0, count).forEach(() => transport(undefined)),
    })),
    /drain\(\d+\) to hand over a message that it was given\n +found +undefined/,
  ],
  [
    "drain hands over another message",
    odd((held) => ({
      drain: (count: number, transport: (m: unknown) => void) =>
        held.splice(0, count).forEach(({ bytes }) => transport({ id: 1e9, bytes })),
    })),
    /a message that it was given\n +found +\{"id":1000000000/,
  ],
  [
    "drain swallows what the kit thinks of it",
    odd((held) => ({
      drain: (count: number, transport: (m: unknown) => void) => {
        try {
          held.splice(0, count).forEach(() => transport(null));
        } catch {}
      },
    })),
    /a message that it was given\n +found +null/,
  ],
  [
    "drain hands over more than it was told",
    odd((held) => ({
      drain: (_: number, transport: (m: Message) => void) => held.splice(0).forEach(transport),
    })),
    /drain\(\d+\) to hand over at the most \d+ messages/,
  ],
  [
    "drain hands over when it has returned",
    odd((held) => ({
      drain: (count: number, transport: (m: Message) => void) =>
        void Promise.resolve().then(() => held.splice(0, count).forEach(transport)),
    })),
    /to hand over before it returns/,
  ],
  // What send answers with.
  [
    "send throws",
    settling(() => {
      throw new Error("closed");
    }),
    /send not to throw\n +found +Error: closed/,
  ],
  [
    "send answers with a promise",
    settling(async (_, settle) => settle(taken)),
    /send to answer with nothing, or with a function.*\n +found +a promise/,
  ],
  ["send rejects", settling(() => Promise.reject(new Error("closed"))), /found +a promise/],
  [
    "send settles with nothing",
    settling((_, settle) => settle(undefined)),
    /send to settle message \d+ with Accepted or Rejected\n +found +undefined/,
  ],
  [
    "a send that cannot be taken back, and says that it can",
    odd(() => ({ send: () => undefined }), ["send", "cancel"]),
    /how to take back message \d+, which waits\n +found +undefined/,
  ],
  [
    "taking back throws",
    odd(
      () => ({
        send: () => () => {
          throw new Error("too late");
        },
      }),
      ["send", "cancel"],
    ),
    /taking back message \d+\n +found +Error: too late/,
  ],
  // What is well said, and not true.
  [
    "stats say that it is empty",
    showing({ buffered: { messages: 0, bytes: 0 } }),
    /\[0\] held\n +found +\[\]/,
  ],
  [
    "stats say that it is full",
    showing({ buffered: { messages: 1, bytes: 0 } }),
    /\[0, 1\] held\n +found +\[1\]/,
  ],
  [
    "it evicts and does not say so",
    odd(
      (held) => ({
        offer: (message: Message) => {
          held.length = 0;
          held.push(message);
          return taken;
        },
      }),
      ["evictions"],
    ),
    /2 held\n +found +1/,
  ],
  [
    "send settles twice",
    settling((_, settle) => {
      settle(taken);
      settle(taken);
    }),
    /one answer\n +found +message \d+ was answered twice/,
  ],
  ["send never settles", settling(() => undefined), /an answer to message \d+\n +found +none/],
  [
    "drain hands over twice",
    odd((held) => ({
      drain: (count: number, transport: (m: Message) => void) =>
        held.splice(0, count).forEach((message) => {
          transport(message);
          transport(message);
        }),
    })),
    /message \d+ delivered twice|at the most \d+ messages/,
  ],
  // Its clock, and the rest.
  [
    "a clock that stands still",
    odd(() => ({ advance: () => {}, elapsedMillis: () => 0 }), ["time"]),
    /elapsedMillis of at least \d+ after advance\(\d+\)\n +found +0/,
  ],
  [
    "a clock that shows no time",
    odd(() => ({ advance: () => {}, elapsedMillis: () => "noon" }), ["time"]),
    /elapsedMillis to answer with a number of milliseconds\n +found +"noon"/,
  ],
  [
    "a head that is none",
    odd(() => ({ head: () => null })),
    /head to answer with a message that it was given\n +found +null/,
  ],
  [
    "a deadline that is none",
    odd(() => ({ millisToDeadline: () => Number.NaN })),
    /millisToDeadline to answer with a number of milliseconds\n +found +NaN/,
  ],
  [
    "misuse that is a word",
    odd(() => ({ misuse: () => "none" }), ["transport"]),
    /misuse to answer with an array of strings\n +found +"none"/,
  ],
  [
    "remains that are a number",
    odd(() => ({ remains: () => 0 }), ["resources"]),
    /remains to answer with an array of strings\n +found +0/,
  ],
  [
    "dispose throws",
    odd(() => ({
      dispose: () => {
        throw new Error("stuck");
      },
    })),
    /dispose not to throw\n +found +Error: stuck/,
  ],
];

describe("a subject with which", () => {
  test.each(oddities)(
    "%s gets a breach that says so",
    { timeout: 300_000 },
    async (_, subject, words) => {
      const verdicts = await conform(subject, { budget });
      const broken = verdicts.filter(({ outcome }) => outcome === "broken").map(inWords);
      expect(broken.filter((story) => words.test(story))).not.toEqual([]);
      // The kit itself does not trip.
      expect(broken.filter((story) => /TypeError(?!: oops)/.test(story))).toEqual([]);
    },
  );
});

describe("what is no subject is refused by name", () => {
  test.each<readonly [string, unknown, RegExp]>([
    [
      "an unknown capability",
      { capabilities: ["offer", "flying"] },
      /capabilities has "flying", which is not one of offer, send/,
    ],
    [
      "an unknown strategy",
      { strategies: ["drop-some"] },
      /strategies has "drop-some", which is not one of .*drop-oldest/,
    ],
    [
      "capabilities that are no list",
      { capabilities: "offer" },
      /capabilities \("offer"\) must be an array/,
    ],
    ["no strategy", { strategies: [] }, /strategies must not be empty/],
    ["no way in", { capabilities: ["time"] }, /capabilities \(time\) must have offer or send/],
    ["no make", { make: undefined }, /make \(undefined\) must be a function/],
    ["no name", { name: 3 }, /name \(3\) must be a string/],
  ])("%s", async (_, change, words) => {
    const subject = { ...outbox, ...(change as Partial<Subject>) };
    const regression = { name: "n", rule: "R1", configuration: {}, trace: [] };
    for (const refused of [
      () => conform(subject),
      async () => cases(subject),
      () => play(subject, {}, []),
      () => replay(subject, regression),
    ]) {
      const error = await refused().catch((reason) => reason);
      expect(error).toBeInstanceOf(SubjectError);
      expect(error).toMatchObject({ _tag: "SubjectError", message: expect.stringMatching(words) });
    }
  });

  test("nothing at all", () => {
    expect(() => cases(undefined as never)).toThrow(/subject \(undefined\) must be an object/);
  });
});

test("a system may be an instance of a class, with what it keeps private", async () => {
  class Ring {
    readonly #held: Held = [];
    readonly #given: Parameters<MakeSystem>[0];
    constructor(given: Parameters<MakeSystem>[0]) {
      this.#given = given;
    }
    offer(message: Message) {
      if (this.#held.length === this.#given.maxMessages) this.#held.shift();
      this.#held.push(message);
      return taken;
    }
    drain(count: number, transport: (message: Message) => void) {
      this.#held.splice(0, count).forEach(transport);
    }
    stats() {
      return holding(this.#given, { messages: this.#held.length, bytes: 0 });
    }
  }
  const subject = made(undefined as never);
  const verdicts = await conform(
    { ...subject, make: (given) => new Ring(given) as System },
    { budget },
  );
  const outcomes = verdicts.filter(({ outcome }) => outcome !== "skipped");
  expect(outcomes.filter(({ outcome }) => outcome !== "kept").map(inWords)).toEqual([]);
});
