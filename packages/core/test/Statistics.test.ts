import { expect, test } from "vitest";
import { imbalance, type Statistics, total } from "../src/index.js";
import { testOutbox } from "./TestOutbox.js";

test("a total is the sum of volumes, of messages and of bytes", () => {
  expect(total({ a: { messages: 1, bytes: 10 }, b: { messages: 2, bytes: 5 } })).toEqual({
    messages: 3,
    bytes: 15,
  });
  expect(total({})).toEqual({ messages: 0, bytes: 0 });
});

const balanced = (): Statistics => {
  const bench = testOutbox({ maxMessages: 2, overflow: "drop-newest" });
  bench.offer("a", "bb", "ccc");
  bench.drain(1);
  return bench.outbox.stats();
};

test("books that balance leave nothing over", () => {
  expect(imbalance(balanced())).toEqual({ messages: 0, bytes: 0 });
});

test.each(["offered", "delivered", "buffered", "waiting"] as const)(
  "a message that is missing from %s shows",
  (entry) => {
    const stats = balanced();
    const { messages, bytes } = stats[entry];
    const cooked = { ...stats, [entry]: { messages: messages + 1, bytes: bytes + 7 } };
    const sign = entry === "offered" ? 1 : -1;
    expect(imbalance(cooked)).toEqual({ messages: sign, bytes: sign * 7 });
  },
);

test("every reason for a loss is in the books", () => {
  const stats = balanced();
  const one = { messages: 1, bytes: 7 };
  for (const reason of Object.keys(stats.dropped)) {
    const dropped = { ...stats.dropped, [reason]: one };
    expect(imbalance({ ...stats, dropped })).toEqual({ messages: -1, bytes: -7 });
  }
  for (const reason of Object.keys(stats.rejected).filter((name) => name !== "full")) {
    const rejected = { ...stats.rejected, [reason]: one };
    expect(imbalance({ ...stats, rejected })).toEqual({ messages: -1, bytes: -7 });
  }
});
