import { DuckDBTimestampValue } from "@duckdb/node-api";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cell } from "../src/query/Cell.js";

const second = 1_000_000n;

/** From the year 1000 to the year 3000: more than what has a way of its own. */
const seconds = fc.bigInt({ min: -30_610_224_000n, max: 32_503_680_000n });

test("a timestamp is DuckDB's own text in the form of ISO 8601, with a fraction and without", () => {
  fc.assert(
    fc.property(seconds, fc.constantFrom(0n, 0n, 1n, 500_000n), (whole, micros) => {
      const value = new DuckDBTimestampValue(whole * second + micros);
      expect(cell(value)).toBe(value.toString().replace(" ", "T"));
    }),
  );
});

test.each([
  [DuckDBTimestampValue.Max, DuckDBTimestampValue.Max.toString()],
  [DuckDBTimestampValue.Min, DuckDBTimestampValue.Min.toString()],
  [DuckDBTimestampValue.PosInf, "infinity"],
  [DuckDBTimestampValue.NegInf, "-infinity"],
  [new DuckDBTimestampValue(0n), "1970-01-01T00:00:00"],
])("the timestamp %s is %s", (value, text) => {
  expect(cell(value)).toBe(text);
});
