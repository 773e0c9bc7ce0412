import { describe, expect, test } from "vitest";
import { isUnmistakable } from "../src/Origin.js";

describe("an address cannot be somebody else's", () => {
  test.each([
    ["http://127.0.0.1:9001", true],
    ["http://192.168.1.7:9001", true],
    ["http://localhost:9001", true],
    ["http://[::1]:9001", true],
    ["http://rebound.example:9001", false],
    ["http://127.0.0.1.example", false],
    ["null", false],
    ["", false],
  ])("origin %j: %s", (origin, isIt) => {
    expect(isUnmistakable(origin)).toBe(isIt);
  });
});
