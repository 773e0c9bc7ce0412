/**
 * The promise of one send. It knows nothing of the message: the stack of an error holds what its functions know, and
 * the messages that were refused would be held for as long as anybody holds their errors.
 */
import type { Accepted, OfferResult, Waiter } from "@sluice/core";
import type { Actor } from "../actor/Actor.js";
import { quiet } from "../actor/Attempt.js";
import { onAbort } from "./Aborts.js";
import { SendError } from "./SendError.js";

export class Answer<T> {
  readonly promise: Promise<Accepted>;
  readonly #actor: Actor<T>;
  #resolve: (accepted: Accepted) => void = unset;
  #reject: (error: unknown) => void = unset;
  #signal: AbortSignal | undefined;
  #stopHeeding: (() => void) | undefined;

  constructor(actor: Actor<T>) {
    this.#actor = actor;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** From now on this signal can take the message back. Throws its reason if it is aborted already. */
  heeds(signal: AbortSignal | undefined): void {
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** What became of the message. */
  readonly settle = (result: OfferResult): void => {
    this.#stopHeeding?.();
    if (result._tag === "Accepted") this.#resolve(result);
    else if (result.reason === "interrupted") this.#fail(this.#signal?.reason);
    else this.#fail(new SendError({ reason: result.reason, connection: this.#actor.id }));
  };

  /** The message waits, if there is a waiter. */
  waitsAs(waiter: Waiter<T> | undefined): void {
    if (waiter === undefined || this.#signal === undefined) return;
    this.#stopHeeding = onAbort(this.#signal, () => this.#actor.cancel(waiter));
  }

  /** The send was not one at all; whoever hears of errors is told, unless it was only too late. */
  misused(error: unknown): void {
    if (!this.#signal?.aborted) this.#actor.report("a send failed", error);
    this.#fail(error);
  }

  /** Nobody has to await it. */
  #fail(error: unknown): void {
    this.#reject(error);
    quiet(this.promise);
  }
}

const unset = () => {};
