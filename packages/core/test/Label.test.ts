/** What a label makes of a message: the newest of its key in its place, and no longer than it is worth sending. */
import {
  ConfigurationError,
  type ConfigurationOptions,
  configuration,
  imbalance,
  Label,
  type LabelOptions,
  type OfferResult,
  Outbox,
  overflowStrategies,
} from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LabelModel } from "./LabelModel.js";
import { outcome } from "./TestOutbox.js";

interface World {
  readonly outbox: Outbox<string>;
  readonly clock: { millis: number };
  readonly offer: (text: string, label?: LabelOptions<string>) => string;
  readonly drain: () => ReadonlyArray<string>;
}

function world(options: ConfigurationOptions = {}): World {
  const clock = { millis: 0 };
  const outbox = new Outbox<string>({
    configuration: configuration(options),
    sizeOf: (text) => text.length,
    now: () => clock.millis,
  });
  return {
    outbox,
    clock,
    offer: (text, label) => outcome(outbox.offer(text, undefined, label && new Label(label))),
    drain: () => {
      const drained: Array<string> = [];
      for (let next = outbox.take(); next !== undefined; next = outbox.take()) drained.push(next);
      return drained;
    },
  };
}

const balanced = { messages: 0, bytes: 0 };
const sizeOf = (text: string) => text.length;

describe("a key", () => {
  test("has one message that waits, the newest, in the place of the first", () => {
    const { offer, drain, outbox } = world();
    offer("a1", { key: "a" });
    offer("x");
    offer("b1", { key: "b" });
    offer("a22", { key: "a" });
    expect([outbox.length, outbox.bytes, outbox.keys]).toEqual([3, 6, 2]);
    expect(drain()).toEqual(["a22", "x", "b1"]);
    expect(outbox.stats().dropped.conflated).toEqual({ messages: 1, bytes: 2 });
    expect(imbalance(outbox.stats())).toEqual(balanced);
  });

  test("may have it at the tail", () => {
    const { offer, drain } = world();
    offer("a1", { key: "a" });
    offer("x");
    offer("a2", { key: "a", place: "tail" });
    expect(drain()).toEqual(["x", "a2"]);
  });

  test("begins anew once its message has left", () => {
    const { offer, outbox, drain } = world();
    offer("a1", { key: "a" });
    expect(outbox.take()).toBe("a1");
    offer("x");
    offer("a2", { key: "a" });
    expect(drain()).toEqual(["x", "a2"]);
    expect(outbox.stats().dropped.conflated.messages).toBe(0);
  });

  test("is merged where the newer alone does not say all, and counts as large as it has become", () => {
    const { offer, drain, outbox } = world();
    const sum: LabelOptions<string> = { key: "n", merge: (older, newer) => `${+older + +newer}` };
    offer("7", sum);
    offer("8", sum);
    expect(outbox.bytes).toBe(2);
    expect(imbalance(outbox.stats())).toEqual(balanced);
    expect(drain()).toEqual(["15"]);
    expect(outbox.stats().delivered).toEqual({ messages: 1, bytes: 2 });
  });

  test("whose merge throws is as it was, and so are the counts", () => {
    const { offer, drain, outbox } = world();
    offer("a1", { key: "a" });
    const before = outbox.stats();
    const merge = () => {
      throw new Error("no");
    };
    expect(() => offer("a2", { key: "a", merge })).toThrow("no");
    expect(outbox.stats()).toEqual(before);
    expect(drain()).toEqual(["a1"]);
  });

  test("takes a newer message when the outbox is full, and needs no room for it", () => {
    const { offer, drain, outbox } = world({ maxMessages: 2, overflow: "drop-newest" });
    offer("a1", { key: "a" });
    offer("b1", { key: "b" });
    expect(offer("a2", { key: "a" })).toBe("Accepted");
    expect(offer("c1", { key: "c" })).toBe("full");
    expect(drain()).toEqual(["a2", "b1"]);
    expect(outbox.stats().peak.messages).toBe(2);
  });

  test("keeps the older message where the newer is larger than there is room for, and nothing may go", () => {
    const { offer, drain } = world({ maxBytes: 4, overflow: "drop-newest" });
    offer("a1", { key: "a" });
    offer("x");
    expect(offer("a234", { key: "a" })).toBe("full");
    expect(drain()).toEqual(["a1", "x"]);
  });

  test("has others go for a newer message that is larger, where others may go", () => {
    const { offer, drain, outbox } = world({ maxBytes: 4, overflow: "drop-oldest" });
    offer("x");
    offer("a1", { key: "a" });
    offer("y");
    expect(offer("a23", { key: "a" })).toBe("Accepted evicting 1");
    expect(drain()).toEqual(["y", "a23"]);
    const { conflated, evicted } = outbox.stats().dropped;
    expect([conflated.messages, evicted.messages]).toEqual([1, 1]);
  });

  test("does not take the place of what is being written", () => {
    const { offer, outbox, drain } = world();
    offer("a1", { key: "a" });
    outbox.writing(1);
    offer("a2", { key: "a" });
    outbox.delivered();
    outbox.writing(0);
    expect(drain()).toEqual(["a2"]);
  });

  test("of a sender that waits takes the place of what it finds when it is let in", () => {
    const { offer, outbox, drain } = world({ maxMessages: 1, overflow: "block" });
    offer("x");
    const told: Array<OfferResult["_tag"]> = [];
    const label = new Label({ key: "a" });
    for (const text of ["a1", "a2"])
      outbox.send(text, ({ _tag }) => void told.push(_tag), 2, label);
    expect(outbox.waiting).toBe(2);
    expect(drain()).toEqual(["x", "a1", "a2"]);
    expect(told).toEqual(["Accepted", "Accepted"]);
  });
});

test("a sender whose merge throws takes the place of the older one all the same, and the error is told", () => {
  const { offer, outbox } = world({ maxMessages: 2, overflow: "block" });
  offer("x");
  offer("a1", { key: "a" });
  const merge = () => {
    throw new Error("no");
  };
  const told: Array<string> = [];
  const label = new Label<string>({ key: "a", merge });
  const settle = (result: OfferResult) => void told.push(outcome(result));
  expect(() => outbox.send("a2", settle, 2, label)).toThrow("no");
  expect(told).toEqual(["Accepted"]);
  expect([outbox.take(), outbox.take(), outbox.take()]).toEqual(["x", "a2", undefined]);
  expect(imbalance(outbox.stats())).toEqual(balanced);
});

describe("a lifetime", () => {
  test("ends: the message is not sent then, and there is room again", () => {
    const { offer, clock, outbox, drain } = world({ maxMessages: 2, overflow: "drop-newest" });
    offer("x", { ttlMillis: 100 });
    offer("y");
    clock.millis = 99;
    expect(offer("z")).toBe("full");
    clock.millis = 100;
    expect(offer("z")).toBe("Accepted");
    expect(drain()).toEqual(["y", "z"]);
    expect(outbox.stats().dropped.expired).toEqual({ messages: 1, bytes: 1 });
    expect(imbalance(outbox.stats())).toEqual(balanced);
  });

  test("is over for a message in the middle, when it is looked at", () => {
    const { offer, clock, outbox } = world();
    offer("x");
    offer("y", { ttlMillis: 5 });
    offer("z");
    clock.millis = 5;
    outbox.assess();
    expect([outbox.length, outbox.peek(1)]).toEqual([2, "z"]);
  });

  test("begins anew with a newer message of its key", () => {
    const { offer, clock, drain } = world();
    offer("a1", { key: "a", ttlMillis: 10 });
    clock.millis = 9;
    offer("a2", { key: "a", ttlMillis: 10 });
    clock.millis = 18;
    expect(drain()).toEqual(["a2"]);
  });

  test("that ends lets in who waits for room", () => {
    const { offer, clock, outbox } = world({ maxMessages: 1, overflow: "block" });
    offer("x", { ttlMillis: 10 });
    let told: OfferResult | undefined;
    outbox.send("y", (result) => {
      told = result;
    });
    expect(told).toBeUndefined();
    clock.millis = 10;
    outbox.expire();
    expect(told?._tag).toBe("Accepted");
    expect(outbox.peek()).toBe("y");
  });
});

describe("a label", () => {
  test.each<[object, string]>([
    [{ key: "" }, "key"],
    [{ key: 7 }, "key"],
    [{ key: "a".repeat(1_025) }, "key"],
    [{ key: "a", place: "head" }, "place"],
    [{ place: "tail" }, "needs a key"],
    [{ merge: () => "" }, "needs a key"],
    [{ key: "a", merge: "sum" }, "merge"],
    [{ ttlMillis: 0 }, "ttlMillis"],
    [{ ttlMillis: Number.NaN }, "ttlMillis"],
    [{ ttl: 5 }, "did you mean ttlMillis"],
    [[], "plain object"],
  ])("that is none, %j, is refused by name: %s", (options, rule) => {
    expect(() => new Label(options as LabelOptions)).toThrow(ConfigurationError);
    expect(() => new Label(options as LabelOptions)).toThrow(rule);
  });
});

// ── Against a list ──────────────────────────────────────────────────────────────────────────────────────

type Doing =
  | { readonly offer: LabelOptions<string>; readonly bytes: number }
  | { readonly take: number }
  | { readonly pass: number };

const labels = fc.record(
  {
    key: fc.constantFrom("a", "b", "c"),
    ttlMillis: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: [] },
);

const doings: fc.Arbitrary<ReadonlyArray<Doing>> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        offer: fc
          .tuple(labels, fc.constantFrom("keep" as const, "tail" as const))
          .map(([label, place]) => (label.key === undefined ? label : { ...label, place })),
        bytes: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 12 }) }) },
  ),
  { maxLength: 60, size: "max" },
);

test("R45, R46 · an outbox with labels is a list from which the older of a key and the expired are struck", () => {
  fc.assert(
    fc.property(
      fc.record({
        maxMessages: fc.integer({ min: 1, max: 6 }),
        maxBytes: fc.integer({ min: 5, max: 20 }),
        overflow: fc.constantFrom(...overflowStrategies),
      }),
      doings,
      (limits, story) => {
        const { outbox, clock } = world(limits);
        const model = new LabelModel(limits);
        for (const [at, doing] of story.entries()) {
          if ("pass" in doing) clock.millis += doing.pass;
          else if ("take" in doing) {
            for (let left = doing.take; left > 0; left--) {
              expect(outbox.take()).toBe(model.take(clock.millis));
            }
          } else {
            const text = `${at}`.padEnd(doing.bytes, ".").slice(0, doing.bytes);
            model.offer(text, doing.offer, clock.millis);
            outbox.offer(text, undefined, new Label(doing.offer));
          }
          const held = Array.from({ length: outbox.length }, (_, index) => outbox.peek(index));
          expect(held).toEqual(model.texts);
          expect(outbox.bytes).toBe(model.bytes);
          expect(imbalance(outbox.stats())).toEqual(balanced);
        }
      },
    ),
    { numRuns: 500 },
  );
});

const smallLabels: ReadonlyArray<LabelOptions<string>> = [
  {},
  { key: "a" },
  { key: "a", place: "tail", ttlMillis: 2 },
  { key: "b", ttlMillis: 1 },
];

/** What can be done in small: offers of one byte with each label and of two with one, a take, and time. */
const smallDoings: ReadonlyArray<Doing> = [
  ...smallLabels.map((offer) => ({ offer, bytes: 1 })),
  { offer: { key: "a" }, bytes: 2 },
  { take: 1 },
  { pass: 1 },
];

test.each(overflowStrategies)(
  "R45, R46 · and so it is in every way in small, with %s: six steps of seven kinds, at a capacity of 2 messages and 3 bytes",
  (overflow) => {
    const limits = { maxMessages: 2, maxBytes: 3, overflow };
    const given = configuration(limits);
    const made = smallLabels.map((label) => new Label<string>(label));
    const labelOf = (offer: LabelOptions<string>) =>
      made[smallLabels.indexOf(offer)] ?? (made[1] as Label<string>);
    let ways = 0;
    const play = (steps: ReadonlyArray<number>) => {
      let millis = 0;
      const now = () => millis;
      const outbox = new Outbox<string>({ configuration: given, sizeOf, now });
      const model = new LabelModel(limits);
      for (const [at, step] of steps.entries()) {
        const doing = smallDoings[step] as Doing;
        if ("pass" in doing) millis += doing.pass;
        else if ("take" in doing) {
          if (outbox.take() !== model.take(millis)) throw new Error(`taken in ${steps}`);
        } else {
          const text = `${at}`.padEnd(doing.bytes, ".");
          model.offer(text, doing.offer, millis);
          outbox.offer(text, undefined, labelOf(doing.offer));
        }
      }
      ways++;
      const held = Array.from({ length: outbox.length }, (_, index) => outbox.peek(index));
      const { messages, bytes } = imbalance(outbox.stats());
      const isSame = held.join() === model.texts.join() && outbox.bytes === model.bytes;
      if (!isSame || messages !== 0 || bytes !== 0) throw new Error(`${held} after ${steps}`);
    };
    const explore = (steps: ReadonlyArray<number>) => {
      if (steps.length > 0) play(steps);
      if (steps.length === 6) return;
      for (let step = 0; step < smallDoings.length; step++) explore([...steps, step]);
    };
    explore([]);
    expect(ways).toBe((7 ** 7 - 7) / 6);
  },
);

test("a snapshot goes on with labels: with keys, with what is left of a life, and with those that wait", () => {
  const { offer, clock, outbox } = world({ maxMessages: 3, overflow: "block" });
  offer("a1", { key: "a", place: "tail" });
  offer("b1", { key: "b", ttlMillis: 100 });
  offer("x");
  outbox.send("a2", () => {}, 2, new Label({ key: "c" }));
  clock.millis = 60;
  const saved = JSON.parse(JSON.stringify(outbox.snapshot()));
  const options = { sizeOf: (text: string) => text.length, now: () => clock.millis };
  const given = { ...options, configuration: outbox.configuration };
  const again = Outbox.restore<string>(given, saved, () => {}).outbox;
  expect(JSON.parse(JSON.stringify(again.snapshot()))).toEqual(saved);
  for (const one of [outbox, again]) {
    clock.millis = 60;
    one.offer("b2", undefined, new Label({ key: "b", ttlMillis: 100 }));
    clock.millis = 159;
    expect([one.take(), one.take(), one.take(), one.take()]).toEqual(["a1", "b2", "x", "a2"]);
  }
});

test.each<[string, object]>([
  ["buffered.1.label.key", [{ label: { key: "a" } }, { label: { key: "a" } }]],
  ["buffered.0.expiresInMillis", [{ label: { ttlMillis: 5 }, expiresInMillis: 6 }, {}]],
  ["buffered.0.expiresInMillis", [{ label: { ttlMillis: 5 } }, {}]],
  ["buffered.0.label", [{ label: { place: "tail" } }, {}]],
])("a snapshot that cannot have been is refused: %s", (field, held) => {
  const { offer, outbox } = world();
  offer("x");
  offer("y");
  const saved = JSON.parse(JSON.stringify(outbox.snapshot()));
  const buffered = saved.buffered.map((one: object, at: number) => ({
    ...one,
    ...(held as ReadonlyArray<object>)[at],
  }));
  const options = {
    configuration: outbox.configuration,
    sizeOf: (text: string) => text.length,
    now: () => 0,
  };
  expect(() => Outbox.restore<string>(options, { ...saved, buffered }, () => {})).toThrow(field);
});
