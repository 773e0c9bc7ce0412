import { describe, expect, test } from "vitest";
import { defaults } from "../src/configuration/Configuration.js";
import { didYouMean } from "../src/problems/Suggestion.js";

const names = Object.keys(defaults);

describe("a misspelt option is answered with the one that was meant:", () => {
  test.each([
    ["maxMesages", "maxMessages"],
    ["maxMessage", "maxMessages"],
    ["max_messages", "maxMessages"],
    ["MAX-BYTES", "maxBytes"],
    ["maxDelay", "maxDelayMillis"],
    ["maxDelayMs", "maxDelayMillis"],
    ["blockTimeoutSeconds", "blockTimeoutMillis"],
    ["pausAt", "pauseAt"],
    ["overflows", "overflow"],
    ["hysterisis", "hysteresis"],
  ])("%s", (written, meant) => {
    expect(didYouMean(written, names)).toBe(` (did you mean ${meant}?)`);
  });
});

test.each(["", "_", "ms", "burst", "speed", "x", "constructor", "__proto__", "maximum"])(
  "a name that is near to none is answered with none: %j",
  (written) => {
    expect(didYouMean(written, names)).toBe("");
  },
);

test("there is nothing to suggest where nothing is known", () => {
  expect(didYouMean("maxMessages", [])).toBe("");
});
