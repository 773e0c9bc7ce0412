/** A connection on somebody else's flush, whose client never reads. */
import { Actor, defaultTraits, type Flusher, SendStatus, type Transport } from "@sluice/runtime";
import type { Context } from "effect";

/** It takes one message, and from then on holds it. */
class StalledTransport implements Transport<string> {
  readonly traits = defaultTraits;
  #heldBytes = 0;

  send(): SendStatus {
    this.#heldBytes = 1;
    return SendStatus.pressure;
  }

  bufferedBytes(): number {
    return this.#heldBytes;
  }

  batch(write: () => void): void {
    write();
  }

  end(): void {}

  terminate(): void {}
}

/** A day: no timer of the neighbour's goes off in a trace. */
const neverMillis = 86_400_000;

export class StalledNeighbour {
  readonly #actor: Actor<string>;

  constructor(flusher: Flusher, context: Context.Context<never>) {
    this.#actor = new Actor<string>({
      transport: new StalledTransport(),
      flusher,
      context,
      sizeOf: ({ length }) => length,
      configuration: {
        maxMessages: 4,
        watchdogMillis: neverMillis,
        stallTimeoutMillis: neverMillis,
      },
    });
  }

  offer(): void {
    this.#actor.offer("as much as anybody");
  }
}
