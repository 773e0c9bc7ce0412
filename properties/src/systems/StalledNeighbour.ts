/** A connection on somebody else's flush, whose client never reads. */
import { Actor, type Flusher } from "@sluice/runtime";
import { ScriptedTransport } from "@sluice/runtime/testing";
import type { Context } from "effect";

/** A day: no timer of the neighbour's goes off in a trace. */
const neverMillis = 86_400_000;

export class StalledNeighbour {
  readonly #actor: Actor<string>;

  constructor(flusher: Flusher, context: Context.Context<never>) {
    this.#actor = new Actor<string>({
      // It takes one message, and from then on holds it.
      transport: new ScriptedTransport({ sizeOf, room: 0 }),
      flusher,
      context,
      sizeOf,
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

const sizeOf = ({ length }: string) => length;
