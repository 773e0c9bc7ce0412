/** R33: an outbox that is saved as JSON in mid-trace and restored elsewhere goes on as if nothing had been. */
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  Outbox,
  type OutboxSnapshot,
  overflowStrategies,
  SnapshotError,
  type Waiter,
} from "@sluice/core";
import { Event } from "@sluice/machines";
import type { Operation, Trace } from "@sluice/properties";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

interface Message {
  readonly id: number;
  readonly bytes: number;
}

/** An outbox that a trace is played on, with everything that was seen of it. */
class Run {
  readonly seen: Array<string> = [];
  #outbox: Outbox<Message>;
  #waiters: ReadonlyArray<Waiter<Message>> = [];
  #clockMillis: number;
  #made: number;

  constructor(settings: Configuration, clockMillis: number, made: number, saved?: string) {
    this.#clockMillis = clockMillis;
    this.#made = made;
    const options = {
      configuration: settings,
      sizeOf: ({ bytes }: Message) => bytes,
      now: () => this.#clockMillis,
      listener: {
        onStep: (...step: ReadonlyArray<number>) => this.#see("step", step, this.#outbox?.stats()),
      },
    };
    if (saved === undefined) this.#outbox = new Outbox(options);
    else {
      const snapshot = JSON.parse(saved) as OutboxSnapshot<Message>;
      const { outbox, waiters } = Outbox.restore(options, snapshot, ({ id }, result) => {
        this.#see("answered", id, result, this.#outbox.stats());
      });
      this.#outbox = outbox;
      this.#waiters = waiters;
    }
  }

  save(): string {
    return JSON.stringify(this.#outbox.snapshot());
  }

  snapshot(): OutboxSnapshot<Message> {
    return this.#outbox.snapshot();
  }

  get waiting(): number {
    return this.#outbox.waiting;
  }

  get made(): number {
    return this.#made;
  }

  play(trace: Trace): void {
    for (const operation of trace) {
      this.#perform(operation);
      this.#waiters = this.#waiters.filter(({ result }) => result === undefined);
      this.#see(operation.op, this.#outbox.stats(), this.#outbox.millisToDeadline());
    }
  }

  #perform(operation: Operation): void {
    const outbox = this.#outbox;
    switch (operation.op) {
      case "offer":
        this.#see("answered", outbox.offer(this.#next(operation.bytes)));
        break;
      case "send": {
        const message = this.#next(operation.bytes);
        const waiter = outbox.send(message, (result) => {
          this.#see("answered", message.id, result, this.#outbox.stats());
        });
        if (waiter !== undefined) this.#waiters = [...this.#waiters, waiter];
        break;
      }
      case "drain":
        for (let taken = 0; taken < operation.count && outbox.length > 0; taken++) {
          this.#see("delivered", outbox.take());
        }
        break;
      case "advance":
        this.#clockMillis += operation.millis;
        outbox.advance();
        break;
      case "jump":
        this.#clockMillis += operation.millis;
        break;
      case "cancel": {
        const waiter = this.#waiters[operation.waiter % this.#waiters.length];
        if (waiter !== undefined) outbox.cancel(waiter);
        break;
      }
      case "assess":
        outbox.assess();
        break;
      case "close":
        outbox.signal(Event.close);
        break;
      case "evict":
        outbox.signal(Event.evict);
        break;
      case "disconnect":
        outbox.signal(Event.disconnected);
        break;
    }
  }

  #next(bytes: number): Message {
    return { id: this.#made++, bytes };
  }

  /** Times are sums of fractions: the last digits depend on where they start. */
  #see(...what: ReadonlyArray<unknown>): void {
    const rounded = (_: string, value: unknown) =>
      typeof value === "number" && Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : value;
    this.seen.push(JSON.stringify(what, rounded));
  }
}

const bytes = fc.nat(4);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant("offer" as const), bytes }) },
  { weight: 8, arbitrary: fc.record({ op: fc.constant("send" as const), bytes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant("drain" as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant("advance" as const),
      millis: fc.constantFrom(0, 1, 10, 25, 100),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant("jump" as const),
      millis: fc.constantFrom(-500, -3, 3, 60),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("cancel" as const), waiter: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant<Operation>({ op: "assess" }) },
);
const end = fc.constantFrom<Operation>({ op: "close" }, { op: "evict" }, { op: "disconnect" });

const trace = fc
  .tuple(
    fc.array(operation, { maxLength: 60, size: "max" }),
    fc.oneof(fc.constant([]), fc.tuple(end)),
    fc.array(operation, { maxLength: 10, size: "max" }),
  )
  .map((parts): Trace => parts.flat());

const settings: fc.Arbitrary<ConfigurationOptions> = fc.record({
  maxMessages: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.constantFrom(4, 10, 1_000),
  throttleAt: fc.constantFrom(0.3, 0.7),
  pauseAt: fc.constantFrom(0.75, 1),
  hysteresis: fc.constantFrom(0, 0.1, 0.3),
  minDelayMillis: fc.constantFrom(0, 5),
  maxDelayMillis: fc.constantFrom(5, 33),
  overflow: fc.constantFrom(...overflowStrategies),
  blockTimeoutMillis: fc.constantFrom(0, 60),
  maxWaiters: fc.constantFrom(1, 3, 50),
  healthWindowMillis: fc.constantFrom(40, 10_000),
});

test("R33 · a snapshot taken anywhere, through JSON and back on another clock, continues identically", () => {
  const cuts = { full: 0, waiting: 0, blocked: 0, paused: 0, lost: 0, assessed: 0, closing: 0 };
  fc.assert(
    fc.property(settings, trace, fc.nat(), (options, whole, place) => {
      const cut = place % (whole.length + 1);
      const made = configuration(options);
      const original = new Run(made, 1_000, 0);
      original.play(whole.slice(0, cut));
      const saved = original.save();
      const snapshot = original.snapshot();
      expect(JSON.parse(saved), "it is plain JSON").toEqual(snapshot);
      const restored = new Run(made, -77, original.made, saved);
      expect(restored.snapshot(), "nothing has happened yet").toEqual(snapshot);
      expect(restored.seen).toEqual([]);

      original.seen.length = 0;
      original.play(whole.slice(cut));
      restored.play(whole.slice(cut));
      expect(restored.seen).toEqual(original.seen);

      if (snapshot.buffered.length === made.maxMessages) cuts.full++;
      if (snapshot.waiting.length > 1) cuts.waiting++;
      if (snapshot.waiting.some(({ blocked }) => blocked)) cuts.blocked++;
      if (snapshot.state === "paused" && snapshot.pausedMillis > 0) cuts.paused++;
      if (snapshot.dropped.evicted.messages > 0) cuts.lost++;
      if (snapshot.recent !== null && snapshot.recent.newer.offered > 0) cuts.assessed++;
      if (snapshot.state === "closing") cuts.closing++;
    }),
    { numRuns: 800 },
  );
  for (const [what, times] of Object.entries(cuts)) expect(times, what).toBeGreaterThan(0);
});

// ── What cannot be restored ─────────────────────────────────────────────────────────────────────────────

const made = configuration({
  maxMessages: 4,
  maxBytes: 40,
  overflow: "block",
  blockTimeoutMillis: 60,
  maxWaiters: 2,
});

/** Full, with two senders blocked, after a loss and an assessment. */
function full(): OutboxSnapshot<Message> {
  return after([
    ...Array<Operation>(5).fill({ op: "offer", bytes: 2 }),
    { op: "send", bytes: 3 },
    { op: "send", bytes: 3 },
    { op: "assess" },
  ]);
}

/** With two messages to be flushed. */
function closing(): OutboxSnapshot<Message> {
  return after([
    { op: "offer", bytes: 2 },
    { op: "offer", bytes: 2 },
    { op: "assess" },
    { op: "close" },
  ]);
}

function after(trace: Trace): OutboxSnapshot<Message> {
  const run = new Run(made, 0, 0);
  run.play(trace);
  return JSON.parse(run.save()) as OutboxSnapshot<Message>;
}

function problemsOf(snapshot: unknown, options: ConfigurationOptions = made) {
  const settings = configuration(options);
  try {
    Outbox.restore(
      { configuration: settings, sizeOf: () => 0, now: () => 0 },
      snapshot as OutboxSnapshot<Message>,
      () => {},
    );
  } catch (error) {
    expect(error).toBeInstanceOf(SnapshotError);
    return (error as SnapshotError).problems;
  }
  return [];
}

/** The paths of every number, string and truth in a snapshot, except inside messages. What is null has no fields. */
function leaves(
  value: unknown,
  path: ReadonlyArray<string> = [],
): ReadonlyArray<ReadonlyArray<string>> {
  if (value === null) return [];
  if (typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "message" ? [] : leaves(inner, [...path, key]),
  );
}

/** The object that a path leads into, and its last key. */
function holder(snapshot: object, path: ReadonlyArray<string>) {
  let within = snapshot as Record<string, unknown>;
  for (const key of path.slice(0, -1)) within = within[key] as Record<string, unknown>;
  return { within, key: path.at(-1) as string };
}

describe("R33 · what is no snapshot is refused, with the field, the value and the rule", () => {
  describe.each([
    ["full", full],
    ["closing", closing],
  ])("%s", (_, moment) => {
    test("what was taken is not refused", () => {
      expect(problemsOf(moment())).toEqual([]);
    });

    test("every field, made wrong in any way", () => {
      for (const path of leaves(moment())) {
        for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, "x", null, undefined, {}]) {
          const snapshot = moment();
          const { within, key } = holder(snapshot, path);
          within[key] = wrong;
          const problems = problemsOf(snapshot);
          expect(problems[0]?.field, `${path.join(".")} ${wrong}`).toBe(path.join("."));
          expect(problems[0]?.value).toBe(wrong);
          expect(problems[0]?.rule).toMatch(/^must be /);
        }
      }
    });

    test("every field, missing", () => {
      for (const path of leaves(moment())) {
        const snapshot = moment();
        const { within, key } = holder(snapshot, path);
        delete within[key];
        expect(problemsOf(snapshot)[0]?.field).toBe(path.join("."));
      }
    });
  });

  test("a deadline of an orderly close, exactly while there is one", () => {
    const messagesOf = (snapshot: unknown) =>
      problemsOf(snapshot).map(({ field, rule }) => `${field} ${rule}`);
    expect(messagesOf({ ...full(), closing: { millisLeft: 1 } })).toEqual([
      "closing must be null in dropping",
    ]);
    expect(messagesOf({ ...closing(), closing: null })).toEqual([
      "closing must not be null once closing",
    ]);
    const { closeTimeoutMillis } = made;
    expect(messagesOf({ ...closing(), closing: { millisLeft: closeTimeoutMillis + 1 } })).toEqual([
      `closing.millisLeft must be at most closeTimeoutMillis (${closeTimeoutMillis})`,
    ]);
  });

  test.each([[null], [undefined], [7], [[]], [{}]])("not even an outbox: %j", (nothing) => {
    expect(problemsOf(nothing).length).toBeGreaterThan(0);
  });

  test("every count, one more or one less than it was", () => {
    for (const path of leaves(full())) {
      const { within, key } = holder(full(), path);
      const value = within[key];
      const isFree = ["throttleEvents", "pauseEvents", "pausedMillis", "rung", "millisLeft"];
      // A later peak, and another window, may have been.
      if (typeof value !== "number" || isFree.includes(key)) continue;
      if (["peak", "peakWaiting", "recent"].includes(String(path[0]))) continue;
      for (const change of [1, -1]) {
        const snapshot = full();
        holder(snapshot, path).within[key] = value + change;
        expect(problemsOf(snapshot).length, `${path.join(".")} ${change}`).toBeGreaterThan(0);
      }
    }
  });

  test("one that does not fit its configuration is told in words", () => {
    const messageOf = (options: ConfigurationOptions) => {
      return problemsOf(full(), { ...made, ...options }).map(
        ({ field, value, rule }) => `${field} (${value}) ${rule}`,
      );
    };
    expect(messageOf({ maxMessages: 3 })[0]).toBe(
      "buffered.length (4) must be at most maxMessages (3)",
    );
    expect(messageOf({ maxBytes: 7 })[0]).toBe("buffered bytes (8) must be at most maxBytes (7)");
    expect(messageOf({ maxWaiters: 1 })).toEqual([
      "waiting.length (2) must be at most maxWaiters (1)",
      "peakWaiting.messages (2) must be at most maxWaiters (1)",
    ]);
    expect(messageOf({ maxMessages: 8 })).toEqual([
      "state (dropping) must agree with the marks at 4 messages of 8 bytes",
    ]);
    expect(messageOf({ overflow: "drop-oldest" })).toEqual([
      "waiting.0.blocked (true) must be false with drop-oldest",
      "waiting.1.blocked (true) must be false with drop-oldest",
    ]);
    expect(messageOf({ blockTimeoutMillis: 59 })).toEqual([
      "waiting.0.millisLeft (60) must be at most blockTimeoutMillis (59)",
      "waiting.1.millisLeft (60) must be at most blockTimeoutMillis (59)",
    ]);
  });
});
