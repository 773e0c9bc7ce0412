/** Whoever has something to write gets its turns, and the event loop gets its own in between. */
import { defaultQuantum, type Flushable, Flusher, type Quantum } from "@sluice/runtime";
import { ManualFlusher } from "@sluice/runtime/testing";
import { describe, expect, test } from "vitest";

/** A flusher whose turns are kept for the test to run. */
function scheduled(quantum?: Quantum) {
  const turns: Array<() => void> = [];
  const flusher = new Flusher({
    ...(quantum && { quantum }),
    schedule: (turn) => turns.push(turn),
  });
  return { flusher, turns, next: () => turns.shift()?.() };
}

/** Someone with so many turns' worth of messages, who writes its name when it has a turn. */
function writer(name: string, turns: number, written: Array<string>): Flushable {
  let left = turns;
  return {
    flush() {
      written.push(name);
      return --left > 0;
    },
  };
}

describe("a flush", () => {
  test("yields to the event loop after four rounds, however much there is left, and comes again", () => {
    const { flusher, turns, next } = scheduled();
    const written: Array<string> = [];
    flusher.mark(writer("a", 10, written));
    expect(turns).toHaveLength(1);
    next();
    expect(written).toHaveLength(4);
    expect([flusher.size, turns.length]).toEqual([1, 1]);
    next();
    expect(written).toHaveLength(8);
    next();
    expect(written).toHaveLength(10);
    expect([flusher.size, turns.length]).toEqual([0, 0]);
  });

  test("is one turn for all who are in line, and gives each its turn before anyone's second", () => {
    const { flusher, turns, next } = scheduled();
    const written: Array<string> = [];
    flusher.mark(writer("a", 3, written));
    flusher.mark(writer("b", 2, written));
    flusher.mark(writer("c", 1, written));
    expect([flusher.size, turns.length]).toEqual([3, 1]);
    next();
    expect(written).toEqual(["a", "b", "c", "a", "b", "a"]);
  });

  test("sees to who gets in line during it, without a second turn", () => {
    const { flusher, turns, next } = scheduled();
    const written: Array<string> = [];
    const late = writer("late", 1, written);
    flusher.mark({
      flush() {
        written.push("first");
        flusher.mark(late);
        return false;
      },
    });
    next();
    expect(written).toEqual(["first", "late"]);
    expect([flusher.size, turns.length]).toEqual([0, 0]);
  });

  test("is scheduled again for who gets in line when it is over", () => {
    const { flusher, turns, next } = scheduled();
    const written: Array<string> = [];
    flusher.mark(writer("a", 1, written));
    next();
    flusher.mark(writer("b", 1, written));
    expect(turns).toHaveLength(1);
    next();
    expect(written).toEqual(["a", "b"]);
  });

  test("hands its quantum to everyone: 15 KiB and 1,024 messages unless said otherwise", () => {
    const seen: Array<Quantum> = [];
    const asks = { flush: (quantum: Quantum) => seen.push(quantum) === 0 };
    for (const quantum of [undefined, { bytes: 100, messages: 2 }]) {
      const { flusher, next } = scheduled(quantum);
      flusher.mark(asks);
      next();
    }
    expect(seen).toEqual([defaultQuantum, { bytes: 100, messages: 2 }]);
    expect(defaultQuantum).toEqual({ bytes: 15_360, messages: 1_024 });
  });

  test("comes by itself in a later turn of the event loop", async () => {
    const flusher = new Flusher();
    const written: Array<string> = [];
    flusher.mark(writer("a", 1, written));
    await Promise.resolve();
    expect(written).toEqual([]);
    while (written.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(flusher.size).toBe(0);
  });
});

test("a manual flusher turns only by hand, with the quantum that it was given, until nobody is left", async () => {
  const written: Array<string> = [];
  const seen: Array<Quantum> = [];
  const flusher = new ManualFlusher({ bytes: 7, messages: 1 });
  flusher.mark(writer("a", 9, written));
  flusher.mark({ flush: (quantum) => seen.push(quantum) === 0 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toEqual([]);
  flusher.settle();
  expect(written).toHaveLength(9);
  expect(seen).toEqual([{ bytes: 7, messages: 1 }]);
  expect(flusher.size).toBe(0);
});

test.each([
  [new Map(), /must be a plain object, not a Map/],
  [{ quantum: { bytes: 0, messages: 1 } }, /quantum \(.*\) must be \{ bytes, messages \}/],
  [{ quantum: { bytes: 1, messages: Number.NaN } }, /quantum \(.*\) must be \{ bytes, messages \}/],
  [{ quantum: 5 }, /quantum \(5\) must be \{ bytes, messages \}/],
  [{ schedule: 5 }, /schedule \(5\) must be a function/],
])("options that are none (%o) are refused", (options, message) => {
  expect(() => new Flusher(options as never)).toThrow(message);
});

describe("what is to be done after the next flush", () => {
  test("is done once, when all turns are over, also when nobody is in line", () => {
    const { flusher, turns, next } = scheduled();
    const written: Array<string> = [];
    flusher.afterwards(() => written.push("another"));
    flusher.afterwards(() => written.push("after"));
    expect(turns).toHaveLength(1);
    flusher.mark(writer("a", 10, written));
    next();
    expect(written).toEqual(["a", "a", "a", "a", "after"]);
    next();
    expect(written).toHaveLength(9);
    flusher.afterwards(() => written.push("alone"));
    next();
    next();
    expect(written.slice(9)).toEqual(["a", "a", "alone"]);
    expect(turns).toHaveLength(0);
  });

  test("keeps nobody from their turns when it fails", () => {
    const { flusher, turns, next } = scheduled();
    const written: Array<string> = [];
    flusher.mark(writer("a", 5, written));
    flusher.afterwards(() => {
      throw new Error("boom");
    });
    expect(next).toThrow("boom");
    expect(turns).toHaveLength(1);
    next();
    expect(written).toHaveLength(5);
  });
});
