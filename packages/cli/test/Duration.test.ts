import { expect, test } from "vitest";
import { durationMillis } from "../src/Duration.js";

test.each([
  ["500ms", 500],
  ["15s", 15_000],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["24h", 86_400_000],
])("%s is %d ms", (text, millis) => {
  expect(durationMillis(text)).toBe(millis);
});

test.each(["", "15", "s", "-1s", "0s", "1e3s", "15 s", "1d", "1.s", "600h", "Infinitys"])(
  "%j is no duration",
  (text) => {
    expect(durationMillis(text)).toBeUndefined();
  },
);
