/** Rows as columns of text, without lines: for a terminal, a log, an issue. */
import widthOf from "fast-string-width";
import table from "text-table";

/** Numbers stand to the right, in groups of a thousand; a string is shown as it is. */
export type TextCell = string | number;

export function textTable(
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TextCell>>,
): ReadonlyArray<string> {
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const lines = table([[...head], ...rows.map((row) => row.map(textOf))], {
    align: isNumber.map((isRight) => (isRight ? "r" : "l")),
    hsep: "  ",
    stringLength: widthOf,
  });
  return lines.split("\n");
}

const textOf = (cell: TextCell) => (typeof cell === "number" ? counts.format(cell) : cell);

const counts = new Intl.NumberFormat("en");
