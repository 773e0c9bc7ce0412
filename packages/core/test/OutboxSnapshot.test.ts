import { Event } from "@sluice/machines";
import { describe, expect, test } from "vitest";
import {
  type ConfigurationOptions,
  configuration,
  Outbox,
  type OutboxSnapshot,
  overflowStrategies,
  SnapshotError,
  type Waiter,
} from "../src/index.js";
import { outcome } from "./TestOutbox.js";

const settings = {
  maxMessages: 10,
  maxBytes: 30,
  hysteresis: 0,
  minDelayMillis: 5,
  maxDelayMillis: 100,
  pauseDurationMillis: 120,
  blockTimeoutMillis: 60,
  maxWaiters: 3,
  healthWindowMillis: 100,
} as const;

/** An outbox, its clock, and what became of every message, on which a step of the trace is played. */
class Run {
  readonly told: Array<string> = [];
  readonly outbox: Outbox<string>;
  waiters: ReadonlyArray<Waiter<string>> = [];
  #millis: number;

  constructor(options: ConfigurationOptions, startMillis: number, saved?: string) {
    this.#millis = startMillis;
    const made = {
      configuration: configuration({ ...settings, ...options }),
      sizeOf: (message: string) => message.length,
      now: () => this.#millis,
      listener: { onStep: (event: number) => void this.told.push(`step ${event}`) },
    };
    if (saved === undefined) {
      this.outbox = new Outbox(made);
      return;
    }
    const tell = (message: string, result: Parameters<typeof outcome>[0]) =>
      void this.told.push(`${message}: ${outcome(result)}`);
    const restored = Outbox.restore(made, JSON.parse(saved), tell);
    this.outbox = restored.outbox;
    this.waiters = restored.waiters;
  }

  play = (step: string) => {
    const { outbox, told } = this;
    const [what, text = ""] = step.split(" ");
    if (what === "offer") told.push(...[...text].map((char) => outcome(outbox.offer(char))));
    if (what === "large") told.push(outcome(outbox.offer(text)));
    if (what === "send") {
      const waiter = outbox.send(text, (result) => void told.push(`${text}: ${outcome(result)}`));
      if (waiter) this.waiters = [...this.waiters, waiter];
    }
    if (what === "take") for (let count = Number(text); count > 0; count--) outbox.take();
    if (what === "late" || what === "pass") this.#millis += Number(text);
    if (what === "pass") outbox.advance();
    if (what === "assess") told.push(outbox.assess());
    if (what === "cancel") told.push(`${this.waiters.map((waiter) => outbox.cancel(waiter))}`);
    if (what === "signal") outbox.signal(Event[text as keyof typeof Event]);
    this.waiters = this.waiters.filter(({ result }) => result === undefined);
    told.push(`${step} ${JSON.stringify(outbox.stats())} ${outbox.millisToDeadline()}`);
  };
}

/** Through delays, a pause, losses of each kind, three healths, blocked senders and a close. */
const trace = [
  [
    "send a",
    "pass 5",
    "assess",
    "offer bcdefgh",
    "send first",
    "pass 10",
    "send second",
    "pass 40",
  ],
  [
    "offer ij",
    "late 100",
    "pass 5",
    "large 1234567890123456789012345678901",
    "offer klm",
    "assess",
  ],
  ["send x", "send y", "pass 15", "send z", "send overfull", "pass 200", "take 2", "pass 10"],
  ["assess", "pass 60", "assess", "offer nop", "take 4", "assess", "offer qrstuvw", "send p"],
  ["pass 7", "offer A", "cancel", "offer B", "send C", "send D", "signal close", "offer E"],
  ["take 1", "pass 3", "late 4990", "pass 6", "offer F", "pass 1", "signal disconnected", "assess"],
].flat();

describe.each(overflowStrategies)(
  "R33 · %s: an outbox that is saved as JSON and restored",
  (overflow) => {
    test("goes on as it would have gone on, wherever it was saved", () => {
      for (let cut = 0; cut <= trace.length; cut++) {
        const original = new Run({ overflow }, 1_000);
        trace.slice(0, cut).forEach(original.play);
        const saved = JSON.stringify(original.outbox.snapshot());
        const restored = new Run({ overflow }, -77, saved);
        expect(JSON.stringify(restored.outbox.snapshot()), `after ${cut} steps`).toBe(saved);
        expect(restored.told, "nothing has happened").toEqual([]);
        original.told.length = 0;
        trace.slice(cut).forEach(original.play);
        trace.slice(cut).forEach(restored.play);
        expect(restored.told).toEqual(original.told);
      }
    });
  },
);

// ── What cannot be restored ─────────────────────────────────────────────────────────────────────────────

/** Dropping, with ten messages buffered, two senders blocked and one refused, and a window that has moved. */
function full(): OutboxSnapshot<string> {
  const run = new Run({ overflow: "block" }, 0);
  const steps = ["offer abcdefg", "pass 50", "assess", "offer hij", "send k", "pass 50", "assess"];
  [...steps, "offer l", "send m", "assess"].forEach(run.play);
  return run.outbox.snapshot();
}

/** A snapshot with some of its fields, by their paths, made other than they were. */
function edited(snapshot: object, edits: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(snapshot);
  for (const [path, value] of Object.entries(edits)) {
    const keys = path.split(".");
    const within = keys.slice(0, -1).reduce((inner, key) => inner[key] as Tree, copy as Tree);
    within[keys.at(-1) as string] = value;
  }
  return copy;
}

interface Tree {
  [key: string]: unknown;
}

/** The lines of what is said of a snapshot, none when it can be restored. */
function complaints(snapshot: unknown, options: ConfigurationOptions = {}): ReadonlyArray<string> {
  try {
    new Run({ overflow: "block", ...options }, 0, JSON.stringify(snapshot));
  } catch (error) {
    expect(error).toBeInstanceOf(SnapshotError);
    expect(error).toHaveProperty("_tag", "SnapshotError");
    return (error as SnapshotError).message.split("\n");
  }
  return [];
}

test("what was taken is not refused", () => {
  expect(complaints(full())).toEqual([]);
});

test.each<[string, unknown, string]>([
  ["throttleEvents", -1, "must be a whole number, at least 0"],
  ["offered.messages", 0.5, "must be a whole number, at least 0"],
  ["recent.newer.lost", -1, "must be a whole number, at least 0"],
  ["buffered.3.bytes", "1", "must be a whole number, at least 0"],
  ["rejected.too-large.bytes", -1, "must be a whole number, at least 0"],
  ["pausedMillis", -1, "must be a number of milliseconds, at least 0"],
  ["recent.movedMillisAgo", -1, "must be a number of milliseconds, at least 0"],
  ["waiting.0.millisLeft", -0.5, "must be a number of milliseconds, at least 0"],
  ["waiting.1.rung", 4, "must be one of 0, 1, 2, 3"],
  ["waiting.1.blocked", 1, "must be true or false"],
  ["health", "ill", 'must be one of "healthy", "degraded", "unhealthy"'],
])("%s may not be %j, and is told so in words", (field, value, rule) => {
  expect(complaints(edited(full(), { [field]: value }))).toEqual([
    `${field} (${JSON.stringify(value)}) ${rule}`,
  ]);
});

test("a field that there is none of is told, not ignored", () => {
  expect(complaints(edited(full(), { "dropped.lost": 1 }))).toEqual([
    expect.stringMatching(/^dropped\.lost \(1\) /),
  ]);
});

test("every field that is wrong is told at once", () => {
  expect(complaints(edited(full(), { state: 1, peak: 2, "waiting.0.bytes": 3.5 }))).toHaveLength(3);
});

test("what is no snapshot at all is told as a whole", () => {
  expect(complaints(null)).toEqual(["snapshot (null) must be a plain object"]);
});

/** An outbox in a state, with so many messages of so many bytes in all. */
function holding(state: string, messages: number, bytes: number): unknown {
  const volume = { messages, bytes };
  const buffered = Array.from({ length: messages }, (_, index) => ({
    message: "m",
    bytes: index === 0 ? bytes - (messages - 1) : 1,
  }));
  const { recent, ...empty } = new Run({}, 0).outbox.snapshot();
  return { ...empty, recent, state, buffered, offered: volume, peak: volume };
}

test.each([
  ["normal", 6, 20, true],
  ["normal", 7, 7, false],
  ["normal", 1, 21, false],
  ["throttled", 7, 7, true],
  ["throttled", 1, 21, true],
  ["throttled", 6, 20, false],
  ["throttled", 8, 26, true],
  ["throttled", 9, 9, false],
  ["throttled", 1, 27, false],
  ["paused", 9, 9, true],
  ["paused", 1, 27, true],
  ["paused", 8, 26, false],
  ["paused", 10, 30, true],
  ["dropping", 10, 10, true],
  ["dropping", 1, 30, true],
  ["dropping", 9, 29, false],
])("a state has to lie between its marks: %s with %d messages of %d bytes: %j", (...given) => {
  const [state, messages, bytes, agrees] = given;
  const complaint = `state ("${state}") must agree with the marks at ${messages} messages of ${bytes} bytes`;
  expect(complaints(holding(state, messages, bytes))).toEqual(agrees ? [] : [complaint]);
});

test("what is closing has no senders, and what is closed no messages either", () => {
  const closing = { closing: { millisLeft: 5_000 } };
  expect(complaints(edited(holding("closing", 4, 4) as object, closing))).toEqual([]);
  expect(complaints(holding("closed", 4, 4))).toEqual([
    "buffered.length (4) must be empty once closed",
  ]);
  expect(complaints(edited(full(), { state: "closing", ...closing }))).toEqual([
    "waiting.length (2) must be empty once closing",
  ]);
});

test.each<[string, unknown, string]>([
  ["closing", null, "closing (null) must not be null once closing"],
  ["closing", { millisLeft: 5_000 }, ""],
  ["closing", { millisLeft: 0 }, ""],
  [
    "closing",
    { millisLeft: 5_001 },
    "closing.millisLeft (5001) must be at most closeTimeoutMillis (5000)",
  ],
  [
    "closing",
    { millisLeft: -1 },
    "closing.millisLeft (-1) must be a number of milliseconds, at least 0",
  ],
  ["closing", 7, "closing (7) must be a plain object"],
  ["normal", null, ""],
  ["normal", { millisLeft: 1 }, 'closing ({"millisLeft":1}) must be null in normal'],
  ["closed", { millisLeft: 1 }, 'closing ({"millisLeft":1}) must be null in closed'],
])("there is a deadline exactly while it is closing: %s with %j", (state, closing, complaint) => {
  const snapshot = edited(holding(state, 0, 0) as object, { closing, buffered: [] });
  expect(complaints(snapshot)).toEqual(complaint === "" ? [] : [complaint]);
});

test.each<[ConfigurationOptions, ReadonlyArray<string>]>([
  [
    { maxMessages: 9 },
    [
      "buffered.length (10) must be at most maxMessages (9)",
      "peak.messages (10) must be at most maxMessages (9)",
    ],
  ],
  [
    { maxBytes: 9 },
    [
      "buffered bytes (10) must be at most maxBytes (9)",
      "peak.bytes (10) must be at most maxBytes (9)",
    ],
  ],
  [
    { maxWaiters: 1 },
    [
      "waiting.length (2) must be at most maxWaiters (1)",
      "peakWaiting.messages (2) must be at most maxWaiters (1)",
    ],
  ],
  [
    { blockTimeoutMillis: 59 },
    ["waiting.1.millisLeft (60) must be at most blockTimeoutMillis (59)"],
  ],
  [
    { overflow: "drop-oldest" },
    [
      "waiting.0.blocked (true) must be false with drop-oldest",
      "waiting.1.blocked (true) must be false with drop-oldest",
    ],
  ],
])("a snapshot has to fit its configuration: not %j", (options, expected) => {
  expect(complaints(full(), options)).toEqual(expected);
});

test("a sender waits at most the longest delay while it is not blocked", () => {
  const delayed = (millis: number) =>
    edited(full(), { "waiting.0.blocked": false, "waiting.0.millisLeft": millis });
  expect(complaints(delayed(120))).toEqual([]);
  expect(complaints(delayed(121))).toEqual([
    "waiting.0.millisLeft (121) must be at most the longest delay (120)",
  ]);
  expect(complaints(delayed(121), { maxDelayMillis: 121 })).toEqual([]);
});

test("a sender has no message that could never fit", () => {
  expect(
    complaints(
      edited(full(), { "waiting.1.bytes": 31, "offered.bytes": 43, "peakWaiting.bytes": 32 }),
    ),
  ).toEqual(["waiting.1.bytes (31) must be at most maxBytes (30)"]);
});

test.each<[string, number, string]>([
  ["peak.messages", 9, "buffered.length (10) must be at most peak.messages (9)"],
  ["peak.bytes", 9, "buffered bytes (10) must be at most peak.bytes (9)"],
  ["peakWaiting.messages", 1, "waiting.length (2) must be at most peakWaiting.messages (1)"],
  ["peakWaiting.bytes", 1, "waiting bytes (2) must be at most peakWaiting.bytes (1)"],
  [
    "recent.older.tooLarge",
    1,
    "recent.older.tooLarge (1) must be at most recent.newer.tooLarge (0)",
  ],
  [
    "recent.newer.crowded",
    12,
    "recent.newer.crowded (12) must be at most recent.newer.offered (11)",
  ],
  ["recent.older.lost", 1, "recent.older.lost (1) must be at most recent.newer.lost (0)"],
  [
    "recent.older.offered",
    12,
    "recent.older.offered (12) must be at most recent.newer.offered (11)",
  ],
  ["recent.newer.lost", 12, "recent.newer.lost (12) must be at most recent.newer.offered (11)"],
  ["recent.newer.offered", 14, "recent.newer.offered (14) must be at most offered.messages (13)"],
])("%s cannot be %d beside the other counts", (field, value, complaint) => {
  expect(complaints(edited(full(), { [field]: value }))).toEqual([complaint]);
});

test("every message that was offered is in the books, in messages and in bytes", () => {
  const rule = "must be what is delivered, dropped, rejected, buffered and waiting";
  const { dropped, rejected } = full();
  const entries = [
    "delivered",
    ...Object.keys(dropped).map((reason) => `dropped.${reason}`),
    ...Object.keys(rejected).map((reason) => `rejected.${reason}`),
  ];
  for (const entry of entries) {
    const known = entry === "rejected.full" ? 20 : 21;
    const cooked = edited(full(), { [entry]: { messages: 8, bytes: 8 } });
    expect(complaints(cooked), entry).toEqual([
      `offered.messages (13) ${rule} (${known})`,
      `offered.bytes (13) ${rule} (${known})`,
    ]);
  }
});
