import { Result } from "effect";
import { describe, expect, test } from "vitest";
import { pageMessage } from "../src/PageMessage.js";

describe("a message is refused with the value and the rule", () => {
  test.each([
    ["{", "bad-json", "not JSON"],
    ["null", "bad-message", "type (undefined) must be one of: watch"],
    ['{"type":"destroy"}', "bad-message", 'type ("destroy") must be one of: watch'],
    ['{"type":"__proto__"}', "bad-message", "must be one of"],
    ['{"type":"watch"}', "bad-message", "id"],
    ['{"type":"watch","id":7}', "bad-message", "id (7) must be"],
    ['{"type":"watch","id":"c1","more":1}', "bad-message", "more (1) is not an option"],
    ['{"type":"set-feed-rate","rate":0}', "bad-message", "rate (0) must be a whole number from 1"],
    ['{"type":"set-feed-rate","rate":1e99}', "bad-message", "rate (1e+99) must be"],
    [
      '{"type":"add-clients","kind":"fast","strategy":"pray","count":1000}',
      "bad-message",
      "count (1000) must be a whole number from 1 to 100",
    ],
  ])("%s", (text, code, rule) => {
    const result = pageMessage(text);
    expect(Result.isFailure(result)).toBe(true);
    if (Result.isFailure(result)) {
      expect(result.failure).toMatchObject({ type: "error", code });
      expect(result.failure.message).toContain(rule);
    }
  });
});

test("what a page may say is understood", () => {
  const message = { type: "set-speed", client: "feed-slow", bytesPerSecond: null };
  expect(pageMessage(JSON.stringify(message))).toEqual(Result.succeed(message));
});
