/**
 * A value of a result, as JSON can carry it.
 *
 * It guarantees that `JSON.parse(JSON.stringify(cell))` equals the cell, and that no digit is lost:
 *
 * | DuckDB | cell |
 * |---|---|
 * | BOOLEAN, NULL | boolean, null |
 * | integers of all widths | number up to ±(2^53 - 1), beyond that a string of digits |
 * | DECIMAL of at most 15 digits | number |
 * | wider DECIMAL | string of digits, because a double keeps only 15 |
 * | FLOAT, DOUBLE | number; `"NaN"`, `"Infinity"` and `"-Infinity"` are strings, for null is NULL |
 * | DATE, TIME, TIMESTAMP | ISO 8601 without a zone: `2001-01-01T00:01:00`, fraction as far as needed |
 * | TIMESTAMP WITH TIME ZONE | ISO 8601 in UTC: `2001-01-01T00:01:00Z` |
 * | dates outside of the years 1 to 9999, infinite dates | DuckDB's own text |
 * | BLOB, GEOMETRY | base64 |
 * | LIST, ARRAY | array |
 * | STRUCT | object |
 * | MAP | array of `{ key, value }`, because a key need not be a string |
 * | UNION | `{ tag, value }` |
 * | VARIANT | the value inside |
 * | JSON, INTERVAL, UUID, BIT, ENUM, VARCHAR | string |
 */
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBGeometryValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from "@duckdb/node-api";

export type Cell =
  | string
  | number
  | boolean
  | null
  | ReadonlyArray<Cell>
  | { readonly [key: string]: Cell };

/** Converts a value that DuckDB's client read. It is the hot path of a query: common types first. */
export function cell(value: DuckDBValue): Cell {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return fromDouble(value);
    case "bigint":
      return fromInteger(value);
    default:
      return value === null ? null : fromObject(value);
  }
}

function fromObject(value: object): Cell {
  if (value instanceof DuckDBTimestampValue) return fromTimestamp(value);
  if (value instanceof DuckDBDecimalValue) return fromDecimal(value);
  if (value instanceof DuckDBListValue) return value.items.map(cell);
  if (value instanceof DuckDBArrayValue) return value.items.map(cell);
  if (value instanceof DuckDBStructValue) return fromEntries(value.entries);
  if (value instanceof DuckDBMapValue) {
    return value.entries.map((entry) => ({ key: cell(entry.key), value: cell(entry.value) }));
  }
  if (value instanceof DuckDBUnionValue) return { tag: value.tag, value: cell(value.value) };
  if (value instanceof DuckDBVariantValue) return cell(value.value);
  if (value instanceof DuckDBBlobValue || value instanceof DuckDBGeometryValue) {
    return Buffer.from(value.bytes).toString("base64");
  }
  if (value instanceof DuckDBTimestampTZValue) return fromInstant(value);
  if (
    value instanceof DuckDBTimestampSecondsValue ||
    value instanceof DuckDBTimestampMillisecondsValue ||
    value instanceof DuckDBTimestampNanosecondsValue
  ) {
    return isoTimestamp(value.toString());
  }
  return String(value);
}

function fromDouble(value: number): Cell {
  // JSON has one zero, so the sign of -0 goes here and not somewhere on the way.
  return Number.isFinite(value) ? value + 0 : String(value);
}

function fromInteger(value: bigint): Cell {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value.toString();
}

function fromDecimal(value: DuckDBDecimalValue): Cell {
  if (value.width > 15) return value.toString();
  // Both operands are exact doubles, and the quotient is rounded once: 15 digits come back unharmed.
  return Number(value.value) / 10 ** value.scale;
}

/** `fromEntries` defines properties, so that a field called `__proto__` is a field. */
function fromEntries(entries: Readonly<Record<string, DuckDBValue>>): Cell {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, cell(value)]));
}

const microsPerSecond = 1_000_000;

/** Whole seconds of our times, which nearly all are, go by the platform's own calendar, which is faster. */
function fromTimestamp(value: DuckDBTimestampValue): Cell {
  const micros = Number(value.micros);
  return Number.isSafeInteger(micros) && micros % microsPerSecond === 0
    ? new Date(micros / 1000).toISOString().slice(0, 19)
    : isoTimestamp(value.toString());
}

/** The client's text for an instant depends on the zone of the process; its microseconds do not. */
function fromInstant(value: DuckDBTimestampTZValue): Cell {
  const text = isoTimestamp(new DuckDBTimestampValue(value.micros).toString());
  return text[10] === "T" ? `${text}Z` : text;
}

/** `2001-01-01 00:01:00` becomes ISO 8601; a longer year, `(BC)` and `infinity` stay as they are. */
function isoTimestamp(text: string): string {
  return text[10] === " " && text[11] !== "(" ? `${text.slice(0, 10)}T${text.slice(11)}` : text;
}
