/** Every reason why a message was not sent is told to people in words of its own. */
import { rejectReasons } from "@sluice/core";
import { SendError } from "@sluice/runtime";
import { expect, test } from "vitest";

test.each([
  ["full", "the outbox is full and its strategy rejects"],
  ["timeout", "blockTimeoutMillis"],
  ["too-large", "maxBytes"],
  ["waiters", "maxWaiters"],
  ["interrupted", "its sender was interrupted"],
  ["slow-consumer", "its strategy disconnects"],
  ["closed", "closing or closed"],
] as const)("%s", (reason, words) => {
  const { message } = new SendError({ reason, connection: "c7" });
  expect(message).toContain("c7");
  expect(message).toContain(`(${reason})`);
  expect(message).toContain(words);
});

test("no reason is without words", () => {
  const told = rejectReasons.map((reason) => new SendError({ reason, connection: "c7" }).message);
  for (const message of told) expect(message).not.toContain("undefined");
  expect(new Set(told).size).toBe(rejectReasons.length);
});
