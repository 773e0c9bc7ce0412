/**
 * Rows as `batch` messages of bounded size, as they go to the client:
 * `{"type":"batch","id":"q1","seq":0,"rows":[[…],…]}`.
 *
 * However wide the rows are, no message is much longer than `targetLength`, so that an outbox holds many and
 * its fill moves in small steps; only a single row that is longer makes a longer message.
 */
import type { Batch } from "./EngineMessage.js";

/** Characters of rows after which a message is closed. */
const targetLength = 32 * 1024;

export class BatchEncoder {
  readonly #id: string;
  #seq = 0;

  /** `id` is what the client calls its query. */
  constructor(id: string) {
    this.#id = JSON.stringify(id);
  }

  /** The next messages, of rows that are JSON each. */
  encode(rows: ReadonlyArray<string>): ReadonlyArray<Batch> {
    const batches: Array<Batch> = [];
    let first = 0;
    let length = 0;
    rows.forEach((row, index) => {
      if (length > 0 && length + row.length > targetLength) {
        batches.push(this.#batch(rows.slice(first, index)));
        first = index;
        length = 0;
      }
      length += row.length;
    });
    if (first < rows.length) batches.push(this.#batch(rows.slice(first)));
    return batches;
  }

  #batch(rows: ReadonlyArray<string>): Batch {
    const head = `{"type":"batch","id":${this.#id},"seq":${this.#seq++},"rows":[`;
    return { rows: rows.length, text: `${head}${rows.join(",")}]}` };
  }
}
