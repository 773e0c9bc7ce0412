import { expect, test } from "vitest";
import { accepted, acceptedByEvicting, rejected } from "../src/index.js";

test("an acceptance says how many messages left for it, however many", () => {
  expect(accepted).toEqual({ _tag: "Accepted", evicted: 0 });
  for (const evicted of [0, 1, 64, 65, 1_000_000]) {
    expect(acceptedByEvicting(evicted)).toEqual({ _tag: "Accepted", evicted });
  }
});

test("the common answers are constants, and nobody can change them", () => {
  expect(acceptedByEvicting(0)).toBe(accepted);
  expect(acceptedByEvicting(64)).toBe(acceptedByEvicting(64));
  expect(Object.isFrozen(accepted)).toBe(true);
  for (const [reason, rejection] of Object.entries(rejected)) {
    expect(rejection).toEqual({ _tag: "Rejected", reason });
    expect(Object.isFrozen(rejection)).toBe(true);
  }
});
