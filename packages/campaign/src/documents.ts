/**
 * The tables of the campaign in the documents. `<!-- campaign: all -->` stands before one with every row and what was
 * measured, `<!-- campaign: verdicts -->` before one with a line for each fault; what is between that and
 * `<!-- /campaign -->` is written here, and by nobody else.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { inWords } from "@sluice/bench/kit";
import { faults } from "./faults.js";
import type { Recorded } from "./Recorded.js";
import { cells, head, verdict } from "./rowTable.js";

/** By their paths from the root. */
export const documents = ["SECURITY.md", "docs/EVIDENCE.md"];

export function readDocument(path: string): string {
  return readFileSync(urlOf(path), "utf8");
}

/** Writes the tables of all documents anew. */
export function writeDocuments(rows: ReadonlyArray<Recorded>): void {
  for (const path of documents) writeFileSync(urlOf(path), withTables(readDocument(path), rows));
}

/** A document whose tables say what the rows say. */
export function withTables(document: string, rows: ReadonlyArray<Recorded>): string {
  return document.replace(
    /(<!-- campaign: (all|verdicts) -->\n).*?(<!-- \/campaign -->)/gs,
    (_, begin: string, form: string, end: string) =>
      begin + [...(form === "all" ? everyRow(rows) : verdicts(rows)), ""].join("\n") + end,
  );
}

function everyRow(rows: ReadonlyArray<Recorded>): ReadonlyArray<string> {
  return [...tableHead(head), ...rows.map((row) => line(cells(row))), "", where(rows)];
}

/** A line for each fault, whatever the adapter. */
function verdicts(rows: ReadonlyArray<Recorded>): ReadonlyArray<string> {
  return [
    ...tableHead(["fault", "done by", "cases", "ledger difference", "leaks", "verdict"]),
    ...faults.flatMap(({ name }) => {
      const own = rows.filter(({ fault }) => fault === name);
      const [first] = own;
      if (first === undefined) return [];
      const sum = (of: (row: Recorded) => number) => own.reduce((all, row) => all + of(row), 0);
      return [
        line([
          `\`${name}\`: ${first.what}`,
          first.by,
          sum(({ cases }) => cases).toLocaleString("en"),
          sum(({ difference }) => difference).toLocaleString("en"),
          `${sum(({ leaks }) => leaks)}`,
          own.map((row) => `${row.adapter} ${verdict(row)}`.trim()).join(", "),
        ]),
      ];
    }),
  ];
}

function tableHead(titles: ReadonlyArray<string>): ReadonlyArray<string> {
  return [line(titles), `|${titles.map(() => "---").join("|")}|`];
}

const line = (texts: ReadonlyArray<string>) => `| ${texts.join(" | ")} |`;

/** Where and when the last of them was found, and under the most load. */
function where(rows: ReadonlyArray<Recorded>): string {
  const [latest] = [...rows].sort((one, other) => (one.date < other.date ? 1 : -1));
  if (latest === undefined) return "";
  return inWords({ ...latest, load: Math.max(...rows.map(({ load }) => load)) });
}

function urlOf(path: string): URL {
  return new URL(`../../../${path}`, import.meta.url);
}
