import { expect, test } from "vitest";
import { TurnTaker } from "../src/query/TurnTaker.js";

test("what was used adds up, and half of it is forgotten after 30 s, again and again", () => {
  const taker = new TurnTaker();
  taker.ends(0, 8_000);
  expect(taker.usedMillis(8_000)).toBe(8_000);
  expect(taker.usedMillis(38_000)).toBe(4_000);
  taker.ends(35_000, 38_000);
  expect(taker.usedMillis(38_000)).toBe(7_000);
  expect(taker.usedMillis(98_000)).toBe(1_750);
});
