/**
 * How long the oldest message of an outbox has been in it: bounds, from counts alone.
 *
 * An outbox is left in the order in which it was entered, also by those that are evicted. So the oldest is the
 * message with the number `enqueued - buffered + 1`, and it came between the two looks between which `enqueued`
 * passed that number.
 */

/** In milliseconds; `atMost` is undefined for a message that was there before the first look. */
export interface Age {
  readonly atLeast: number;
  readonly atMost: number | undefined;
}

/** Looks that are kept; after that every second one goes, and the bounds get wider. */
const maxLooks = 240;

export class OldestMessage {
  #looks: Array<{ readonly atMillis: number; readonly enqueued: number }> = [];

  /** Another look. Returns the age, or undefined while the outbox is empty. */
  look(atMillis: number, enqueued: number, buffered: number): Age | undefined {
    const oldest = enqueued - buffered + 1;
    this.#looks.push({ atMillis, enqueued });
    // The last look before it came; those before that one are of no use any more.
    const before = this.#looks.findLastIndex((look) => look.enqueued < oldest);
    if (before > 0) this.#looks = this.#looks.slice(before);
    if (this.#looks.length > maxLooks) this.#looks = this.#looks.filter((_, n) => n % 2 === 0);
    if (buffered === 0) return undefined;
    const [first, second] = this.#looks;
    if (first === undefined) return undefined;
    if (before === -1) return { atLeast: atMillis - first.atMillis, atMost: undefined };
    return {
      atLeast: atMillis - (second?.atMillis ?? atMillis),
      atMost: atMillis - first.atMillis,
    };
  }
}
