import { expect, test } from "vitest";
import { BatchEncoder } from "../src/query/BatchEncoder.js";
import type { Cell } from "../src/query/Database.js";

interface Decoded {
  readonly type: string;
  readonly id: string;
  readonly seq: number;
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>;
}

function decode(...asked: ReadonlyArray<Decoded["rows"]>): ReadonlyArray<Decoded> {
  const encoder = new BatchEncoder('q"1');
  const batches = asked.flatMap((rows) => encoder.encode(rows.map((row) => JSON.stringify(row))));
  const decoded = batches.map(({ text }) => JSON.parse(text));
  expect(batches.map((batch) => batch.rows)).toEqual(decoded.map((batch) => batch.rows.length));
  return decoded;
}

test("rows become one batch, whatever they and the id contain", () => {
  const rows = [
    [1, "é\n"],
    [null, { deep: [true] }],
  ];
  expect(decode(rows)).toEqual([{ type: "batch", id: 'q"1', seq: 0, rows }]);
});

test("no rows are no batch", () => {
  expect(decode([])).toEqual([]);
});

test("wide rows are spread over batches of a bounded size, in order", () => {
  const rows = Array.from({ length: 100 }, (_, index) => [index, "x".repeat(5_000)]);
  const batches = decode(rows.slice(0, 50), rows.slice(50));
  expect(batches.flatMap((batch) => batch.rows)).toEqual(rows);
  expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_, index) => index));
  for (const batch of batches) expect(JSON.stringify(batch.rows).length).toBeLessThan(33_000);
});

test("a row that is wider than a batch has one to itself, and there are no empty ones", () => {
  const wide = ["x".repeat(100_000)];
  expect(decode([wide, [1], wide, wide]).map((batch) => batch.rows.length)).toEqual([1, 1, 1, 1]);
});
