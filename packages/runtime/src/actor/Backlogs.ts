/**
 * What waits at one connection of channels that have limits of their own: an outbox for each such channel, beside that of
 * the connection, in whose ledger it counts. There is none while a client keeps up.
 *
 * Each bounds what waits of its channel, and its strategy loses of its channel alone. They take turns with the
 * connection's own outbox, so that no channel keeps another waiting for more than a quantum each. There are so many at
 * the most: what is of more channels waits in the connection's own outbox, within its bounds.
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
  /** How many such channels may have what waits apart, at each connection. */
  readonly most: number;
}

export class Backlogs<T> {
  readonly #main: Outbox<T>;
  readonly #now: Elapsed;
  readonly #roomMaker: RoomMaker;
  readonly #outboxes = new Map<string, Outbox<T>>();
  /** The connection's own outbox and those of channels, in the order in which their turns come. */
  readonly #line: Set<Outbox<T>>;
  /** Which of them came last to the end of the line. */
  #last: Outbox<T>;
  /** There were more channels than there may be: what is of others waits in the connection's own, until that is empty. */
  #isOver = false;

  /** `main` is the connection's own outbox, by whose time theirs go. */
  constructor(main: Outbox<T>, now: Elapsed, roomMaker: RoomMaker) {
    this.#main = main;
    this.#line = new Set([main]);
    this.#last = main;
    this.#now = now;
    this.#roomMaker = roomMaker;
  }

  /** Each with an order of its own. */
  get queues(): Iterable<Outbox<T>> {
    return this.#outboxes.values();
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

  offer(channel: Limited, message: T, bytes: number): OfferResult {
    // One that closes takes nothing more, whatever it still holds.
    if (!this.#main.isOpen) return this.#main.offer(message, bytes);
    return this.outboxOf(channel).offer(message, bytes);
  }

  /** Where the next message of a channel waits. */
  outboxOf(channel: Limited): Outbox<T> {
    return this.#outboxes.get(channel.name) ?? this.#opened(channel);
  }

  /** The outbox that is next to be written from. */
  next(): Outbox<T> {
    for (const outbox of this.#line) if (outbox.length > 0) return outbox;
    return this.#main;
  }

  /** It has been written from: the others are before it. */
  served(outbox: Outbox<T>): void {
    // So it is message after message of a turn.
    if (outbox === this.#last) return;
    this.#line.delete(outbox);
    this.#stand(outbox);
  }

  /** They wait for more than their turn. */
  fallBehind(): void {
    for (const outbox of this.#outboxes.values()) outbox.account?.fallBehind();
  }

  /** The connection is over: nothing of what is left will be delivered. */
  discard(): void {
    for (const outbox of this.#outboxes.values()) outbox.signal(Event.disconnected);
  }

  /** Lets go of those that hold nothing. */
  sweep(): void {
    for (const [name, outbox] of this.#outboxes) {
      if (outbox.length > 0) continue;
      this.#outboxes.delete(name);
      this.#line.delete(outbox);
    }
  }

  /** That of a channel which has none. */
  #opened({ name, configuration, most }: Limited): Outbox<T> {
    // What is of a channel stays in its order: it does not go past what is of it in the connection's own.
    this.#isOver &&= this.#main.length > 0;
    this.#isOver ||= this.#outboxes.size >= most;
    if (this.#isOver) return this.#main;
    const outbox = new Outbox<T>({
      configuration,
      sizeOf: sizeIsGiven,
      now: this.#now,
      roomMaker: this.#roomMaker,
      beside: this.#main,
    });
    this.#outboxes.set(name, outbox);
    this.#stand(outbox);
    return outbox;
  }

  /** At the end of the line. */
  #stand(outbox: Outbox<T>): void {
    this.#line.add(outbox);
    this.#last = outbox;
  }
}

function sizeIsGiven(): never {
  throw new TypeError("the size of a message for many is known");
}
