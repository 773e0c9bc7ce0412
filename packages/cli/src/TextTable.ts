/** Rows as columns of text: numbers to the right, words to the left. */

export type TextCell = string | number;

/** Lines of equal width. Numbers are grouped in thousands; give a string to have it otherwise. */
export function textTable(
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TextCell>>,
): ReadonlyArray<string> {
  const isNumber = header.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const texts = [header, ...rows.map((row) => row.map(textOf))];
  const widths = header.map((_, column) =>
    Math.max(...texts.map((row) => (row[column] ?? "").length)),
  );
  return texts.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return isNumber[column] ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

function textOf(cell: TextCell): string {
  return typeof cell === "number" ? cell.toLocaleString("en") : cell;
}
