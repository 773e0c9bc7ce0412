/**
 * An answer in pieces. Each is made when the socket has taken those before it, in a turn of the event loop of its own:
 * however long the answer is, nobody waits for it, and what its client does not read is not made.
 */
import type { HttpResponse } from "uWebSockets.js";
import { setImmediate as nextTurn } from "node:timers/promises";
import { TurnShare } from "@sluice/runtime/metrics";

/** Whoever is answered. */
export class Recipient {
  #isGone = false;
  #wake = () => {};

  constructor(response: HttpResponse) {
    response.onAborted(() => {
      this.#isGone = true;
      this.#wake();
    });
  }

  /** Nothing may be done with the response any more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves when the socket has taken some, or has gone. */
  reads(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }
}

/** Sends all pieces and ends the answer, unless its recipient goes. Its headers have been written. */
export async function sendPieces(
  response: HttpResponse,
  pieces: Iterable<string> | AsyncIterable<string>,
  recipient: Recipient,
): Promise<void> {
  response.onWritable(() => {
    recipient.wake();
    return true;
  });
  for await (const piece of pieces) {
    let isTaken = true;
    response.cork(() => {
      isTaken = response.write(piece);
    });
    if (!isTaken) await recipient.reads();
    // Never in a callback of the socket, and others first.
    await nextTurn();
    if (recipient.isGone) return;
  }
  response.cork(() => void response.end());
}

/** A JSON array. A piece ends when the share of its turn is over. */
export function* jsonPieces(
  elements: Iterable<unknown>,
  share: Pick<TurnShare, "begin" | "isOver"> = new TurnShare(),
): Generator<string> {
  let piece = "[";
  let separator = "";
  share.begin();
  for (const element of elements) {
    piece += `${separator}${JSON.stringify(element)}`;
    separator = ",";
    if (!share.isOver) continue;
    yield piece;
    share.begin();
    piece = "";
  }
  yield `${piece}]`;
}

/** The elements of pages as one JSON array, a piece for each page. */
export async function* jsonPages(
  pages: AsyncIterable<ReadonlyArray<unknown>>,
): AsyncGenerator<string> {
  let begin = "[";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield begin + JSON.stringify(page).slice(1, -1);
    begin = ",";
  }
  yield begin === "[" ? "[]" : "]";
}
