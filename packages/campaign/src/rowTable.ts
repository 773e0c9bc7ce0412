/** Rows as a table. */
import { textTable } from "@sluice/properties/text";
import type { Row } from "./Row.js";

export const head = [
  "fault",
  "adapter",
  "by",
  "cases",
  "difference",
  "peak of bound, KiB",
  "RSS, MB: ours / control",
  "p99, ms: ours / control",
  "detect",
  "evict",
  "recover, s",
  "leaks",
  "verdict",
];

export function rowTable(rows: ReadonlyArray<Row>): ReadonlyArray<string> {
  return textTable(head, rows.map(cells));
}

export function cells(row: Row): ReadonlyArray<string> {
  const { peakBytes, boundBytes, residentBytes, controlResidentBytes } = row;
  const peak =
    peakBytes === null ? "" : `${whole(peakBytes / 1024)} of ${whole((boundBytes ?? 0) / 1024)}`;
  return [
    row.fault,
    row.adapter,
    row.by,
    whole(row.cases),
    whole(row.difference),
    peak,
    pair(residentBytes, controlResidentBytes, row.control, (bytes) => whole(bytes / 1e6)),
    pair(row.p99Millis, row.controlP99Millis, "", significant),
    seconds(row.detectMillis),
    seconds(row.evictMillis),
    seconds(row.recoverMillis),
    whole(row.leaks),
    verdict(row),
  ];
}

const whole = (value: number) => Math.round(value).toLocaleString("en");

const seconds = (millis: number | null) => (millis === null ? "" : (millis / 1_000).toFixed(2));

const significant = (value: number) => (value >= 10 ? whole(value) : value.toFixed(1));

function pair(
  ours: number | null,
  theirs: number | null,
  instead: string,
  show: (value: number) => string,
): string {
  if (ours === null) return instead;
  const other = theirs === null ? instead || "–" : show(theirs);
  return `${show(ours)} / ${other}`;
}

export function verdict({ cases, problems }: Row): string {
  if (problems.length > 0) return "BAD";
  return cases === 0 ? "" : "good";
}
