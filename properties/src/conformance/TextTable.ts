/** Rows as columns of text, without lines: for a terminal, a log, an issue. */
import Table from "cli-table3";

/** Numbers stand to the right, in groups of a thousand; a string is shown as it is. */
export type TextCell = string | number;

export function textTable(
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TextCell>>,
): ReadonlyArray<string> {
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const table = new Table({
    head: [...head],
    colAligns: isNumber.map((isRight) => (isRight ? "right" : "left")),
    chars: { ...noLines, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => row.map(textOf)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

const textOf = (cell: TextCell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell);

const noLines = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
};
