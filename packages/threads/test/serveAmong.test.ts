import { serveAmong } from "@sluice/runtime/adapter";
import { Sluice } from "@sluice/uws";
import { expect, test } from "vitest";

test("of many threads each has its part of the memory of the process", () => {
  const before = new Sluice().budget?.maxBytes ?? 0;
  expect(before).toBeGreaterThan(2 ** 20);
  serveAmong(3, 1_000_000);
  // The least that a budget can be.
  expect(new Sluice().budget?.maxBytes).toBe(2 ** 20);
});
