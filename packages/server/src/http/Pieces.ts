/**
 * An answer in pieces. Each is made when the socket has taken those before it, in a turn of the event loop of its own:
 * however long the answer is, nobody waits for it, and what its client does not read is not made.
 */
import type { HttpResponse } from "uWebSockets.js";
import { setImmediate as nextTurn } from "node:timers/promises";

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
  pieces: Iterable<string>,
  recipient: Recipient,
): Promise<void> {
  response.onWritable(() => {
    recipient.wake();
    return true;
  });
  for (const piece of pieces) {
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

/** A JSON array, so many elements to a piece. */
export function* jsonPieces(elements: Iterable<unknown>, perPiece: number): Generator<string> {
  let piece = "[";
  let count = 0;
  for (const element of elements) {
    piece += `${count === 0 ? "" : ","}${JSON.stringify(element)}`;
    count++;
    if (count % perPiece !== 0) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]`;
}
