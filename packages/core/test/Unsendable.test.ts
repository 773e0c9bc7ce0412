import { configuration, imbalance, Outbox } from "@sluice/core";
import { expect, test } from "vitest";

const outboxOf = (maxMessages: number) =>
  new Outbox<string>({
    configuration: configuration({ maxMessages, overflow: "block" }),
    sizeOf: (text) => text.length,
    now: () => 0,
  });

test("R1 · what cannot be sent leaves from the head, counted once, and is no loss by policy", () => {
  const outbox = outboxOf(10);
  for (const text of ["a", "bb", "c"]) outbox.offer(text);
  outbox.take();
  outbox.unsendable();
  expect(outbox.peek()).toBe("c");
  const stats = outbox.stats();
  expect(stats.dropped.unsendable).toEqual({ messages: 1, bytes: 2 });
  expect(stats.dropRate).toEqual({ lifetime: 0, recent: 0 });
  expect(imbalance(stats)).toEqual({ messages: 0, bytes: 0 });
  expect(outbox.departed + outbox.length).toBe(3);
});

test("the room of what cannot be sent goes to who waits for it", () => {
  const outbox = outboxOf(1);
  outbox.offer("a");
  const answers: Array<unknown> = [];
  outbox.send("b", (result) => answers.push(result._tag));
  outbox.unsendable();
  expect(answers).toEqual(["Accepted"]);
  expect(outbox.peek()).toBe("b");
});

test("an empty outbox has nothing that cannot be sent", () => {
  expect(() => outboxOf(1).unsendable()).toThrow(RangeError);
});
