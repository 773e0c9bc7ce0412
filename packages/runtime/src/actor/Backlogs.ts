/**
 * What waits at one connection of channels that have limits of their own: an outbox for each such channel, beside that of
 * the connection, in whose ledger it counts. There is none while a client keeps up.
 *
 * Each bounds what waits of its channel, and its strategy loses of its channel alone. They take turns with the
 * connection's own outbox, so that no channel keeps another waiting for more than a quantum each.
 */
import {
  type Configuration,
  type Elapsed,
  type OfferResult,
  Outbox,
  type RoomMaker,
  type Volume,
} from "@sluice/core";
import { Event } from "@sluice/machines";

/** A channel that has limits. */
export interface Limited {
  readonly name: string;
  readonly configuration: Configuration;
}

export class Backlogs<T> {
  readonly #main: Outbox<T>;
  readonly #now: Elapsed;
  readonly #roomMaker: RoomMaker;
  readonly #outboxes = new Map<string, Outbox<T>>();
  /** Whose turn it is: the connection's own outbox, or that of a channel. */
  #turn = 0;

  /** `main` is the connection's own outbox, by whose time theirs go. */
  constructor(main: Outbox<T>, now: Elapsed, roomMaker: RoomMaker) {
    this.#main = main;
    this.#now = now;
    this.#roomMaker = roomMaker;
  }

  /** What is held in all of them. */
  get held(): Volume {
    let messages = 0;
    let bytes = 0;
    for (const outbox of this.#outboxes.values()) {
      messages += outbox.length;
      bytes += outbox.bytes;
    }
    return { messages, bytes };
  }

  get isEmpty(): boolean {
    for (const outbox of this.#outboxes.values()) if (outbox.length > 0) return false;
    return true;
  }

  offer({ name, configuration }: Limited, message: T, bytes: number): OfferResult {
    // One that closes takes nothing more, whatever it still holds.
    if (!this.#main.isOpen) return this.#main.offer(message, bytes);
    const known = this.#outboxes.get(name);
    const outbox = known ?? this.#made(configuration);
    if (known === undefined) this.#outboxes.set(name, outbox);
    return outbox.offer(message, bytes);
  }

  /** The outbox that is next to be written from. */
  next(): Outbox<T> {
    const all = [this.#main, ...this.#outboxes.values()].filter(({ length }) => length > 0);
    return all[this.#turn++ % all.length] ?? this.#main;
  }

  /** The connection is over: nothing of what is left will be delivered. */
  discard(): void {
    for (const outbox of this.#outboxes.values()) outbox.signal(Event.disconnected);
  }

  /** Lets go of those that hold nothing. */
  sweep(): void {
    for (const [name, { length }] of this.#outboxes) if (length === 0) this.#outboxes.delete(name);
  }

  #made(configuration: Configuration): Outbox<T> {
    const own = { configuration, beside: this.#main, now: this.#now, roomMaker: this.#roomMaker };
    return new Outbox<T>({ ...own, sizeOf: sizeIsGiven });
  }
}

function sizeIsGiven(): never {
  throw new TypeError("the size of a message for many is known");
}
