/**
 * The tables of figures in the documents. `<!-- figures: flush decide* -->` stands before a table of these figures, a star
 * for all that begins so, and `<!-- /figures -->` behind it; what is between them is written here, and by nobody else.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { against, amount, ends, verdict } from "./figureTable.js";
import { names } from "./Part.js";
import type { Recorded } from "./Recorded.js";

/** By their paths from the root. */
export const documents = ["README.md", "docs/EVIDENCE.md"];

export function readDocument(path: string): string {
  return readFileSync(urlOf(path), "utf8");
}

/** Writes the tables of all documents anew. */
export function writeDocuments(figures: ReadonlyArray<Recorded>): void {
  for (const path of documents) writeFileSync(urlOf(path), withTables(readDocument(path), figures));
}

/** A document whose tables say what the figures say. */
export function withTables(document: string, figures: ReadonlyArray<Recorded>): string {
  return document.replace(
    /(<!-- figures: (.*?) -->\n).*?(<!-- \/figures -->)/gs,
    (_, begin: string, asked: string, end: string) =>
      begin + table(asked.split(" "), figures).join("\n") + end,
  );
}

/** Whether a name in a document means this figure. */
export function means(name: string, id: string): boolean {
  return name.endsWith("*") ? names(name.slice(0, -1), id) : name === id;
}

function table(
  asked: ReadonlyArray<string>,
  figures: ReadonlyArray<Recorded>,
): ReadonlyArray<string> {
  const shown = asked.flatMap((name) => figures.filter(({ id }) => means(name, id)));
  if (shown.length === 0) return [];
  return [
    `| | ${where(shown)} | Sluice | against | target |`,
    "|---|---|---|---|---|",
    ...shown.map(row),
    "",
  ];
}

/** On which machines, with which versions, when at last, and under how much load. */
function where(figures: ReadonlyArray<Recorded>): string {
  const places = new Set(figures.map(({ machine, versions }) => `${machine}, ${versions}`));
  const [day] = figures
    .map(({ date }) => date.slice(0, "yyyy-mm-dd".length))
    .sort()
    .reverse();
  const load = Math.max(...figures.map((figure) => figure.load));
  return [...places, `${day}, load up to ${load}`].join("; ");
}

function row(figure: Recorded): string {
  const { id, what } = figure;
  return `| \`${id}\` | ${what} | ${amount(figure)} | ${against(figure)} | ${judged(figure)} |`;
}

/** With both ends of what is judged, when there was more than one round. */
function judged(figure: Recorded): string {
  const { target, runs } = figure;
  if (target === null) return "";
  const words = `${target}: ${verdict(figure)}`;
  return runs === 1 ? words : `${words}; ${ends(figure)} in ${runs} rounds`;
}

function urlOf(path: string): URL {
  return new URL(`../../../${path}`, import.meta.url);
}
