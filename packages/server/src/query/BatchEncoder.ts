/**
 * Rows as `batch` messages of bounded size: `{"type":"batch","id":"q1","seq":0,"rows":[[…],…]}`.
 *
 * However wide the rows are, no message is much longer than `targetBytes`, so that an outbox holds many and
 * its fill moves in small steps; only a single row that is longer makes a longer message.
 */
import { Frame } from "@sluice/uws";
import type { Cell } from "./Database.js";

/** Characters of rows after which a message is closed. */
const targetLength = 32 * 1024;

type Row = ReadonlyArray<Cell>;

/** One `batch` message. */
export interface EncodedBatch {
  readonly frame: Frame;
  readonly rows: number;
}

/** Encodes rows lazily: the next message is made when it is asked for. `seq` counts on from `firstSeq`. */
export function* encodeBatches(
  rows: ReadonlyArray<Row>,
  { id, firstSeq }: { readonly id: string; readonly firstSeq: number },
): Generator<EncodedBatch> {
  let seq = firstSeq;
  let encoded: Array<string> = [];
  let length = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (length > 0 && length + text.length > targetLength) {
      yield batch(id, seq++, encoded);
      encoded = [];
      length = 0;
    }
    encoded.push(text);
    length += text.length;
  }
  if (encoded.length > 0) yield batch(id, seq, encoded);
}

function batch(id: string, seq: number, rows: ReadonlyArray<string>): EncodedBatch {
  const head = `{"type":"batch","id":${JSON.stringify(id)},"seq":${seq},"rows":[`;
  return { frame: Frame.text(`${head}${rows.join(",")}]}`), rows: rows.length };
}
