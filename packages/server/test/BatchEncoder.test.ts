import { expect, test } from "vitest";
import { encodeBatches } from "../src/query/BatchEncoder.js";
import type { Cell } from "../src/query/Database.js";

interface Decoded {
  readonly type: string;
  readonly id: string;
  readonly seq: number;
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>;
}

function decode(rows: Decoded["rows"], firstSeq = 0): ReadonlyArray<Decoded> {
  const batches = [...encodeBatches(rows, { id: 'q"1', firstSeq })];
  const decoded = batches.map(({ frame }) => JSON.parse(new TextDecoder().decode(frame.data)));
  expect(batches.map((batch) => batch.rows)).toEqual(decoded.map((batch) => batch.rows.length));
  return decoded;
}

test("rows become one batch, whatever they and the id contain", () => {
  const rows = [
    [1, "é\n"],
    [null, { deep: [true] }],
  ];
  expect(decode(rows, 7)).toEqual([{ type: "batch", id: 'q"1', seq: 7, rows }]);
});

test("no rows are no batch", () => {
  expect(decode([])).toEqual([]);
});

test("wide rows are spread over batches of a bounded size, in order", () => {
  const rows = Array.from({ length: 100 }, (_, index) => [index, "x".repeat(5_000)]);
  const batches = decode(rows, 3);
  expect(batches.flatMap((batch) => batch.rows)).toEqual(rows);
  expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_, index) => index + 3));
  for (const batch of batches) expect(JSON.stringify(batch.rows).length).toBeLessThan(33_000);
});

test("a row that is wider than a batch has one to itself, and there are no empty ones", () => {
  const wide = ["x".repeat(100_000)];
  expect(decode([wide, [1], wide, wide]).map((batch) => batch.rows.length)).toEqual([1, 1, 1, 1]);
});
