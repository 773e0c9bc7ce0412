/**
 * One connection from its opening to the end of the run, in virtual time: the shipping actor, outbox, machine and
 * receipts, on a way to its client that is simulated. Nothing of it waits; all of it follows from the client.
 */
import { type Health, imbalance } from "@sluice/core";
import { Actor } from "@sluice/runtime";
import { ManualClock, ManualFlusher } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import { configurations, feed, ticksPerMilli } from "./feed.js";
import { Link } from "./Link.js";
import type { Client } from "./mix.js";
import type { Tally } from "./Tally.js";

const endMillis = feed.seconds * 1_000;
const sizeOf = () => feed.messageBytes;

export class Session {
  readonly #tally: Tally;
  readonly #cell: number;
  readonly #clock = new ManualClock();
  readonly #flusher = new ManualFlusher();
  readonly #link: Link;
  readonly #actor: Actor<number>;
  readonly #settle = () => this.#flusher.settle();
  readonly #sent = () => {
    this.#isWaiting = false;
  };
  readonly #waits: boolean;
  #isWaiting = false;
  #arrived = 0;
  #skipped = 0;
  #feedsAtMillis: number;
  #looksAtMillis: number;

  constructor(client: Client, tally: Tally) {
    this.#tally = tally;
    this.#cell = tally.cellOf(client);
    this.#waits = client.strategy === "block";
    const now = () => this.#clock.millis;
    this.#link = new Link(client, now, (message, atMillis) => this.#arrives(message, atMillis));
    this.#actor = new Actor<number>({
      id: "simulated",
      transport: this.#link,
      flusher: this.#flusher,
      sizeOf,
      configuration: configurations[client.strategy],
      context: Context.make(Clock.Clock, this.#clock),
      makesRoom: true,
    });
    this.#clock.millis = client.opensAtMillis;
    this.#feedsAtMillis = Math.ceil(client.opensAtMillis / feed.everyMillis) * feed.everyMillis;
    this.#looksAtMillis = client.opensAtMillis + 1_000;
  }

  /** Runs to the end. @throws {Error} when its counts do not balance. */
  run(): void {
    // As a server does when a connection opens.
    this.#actor.receipts.ask();
    while (!this.#link.isEnded && this.#step());
    const statistics = this.#actor.outbox.stats();
    const { messages, bytes } = imbalance(statistics);
    if (messages !== 0 || bytes !== 0) throw new Error(`${messages} messages are unaccounted for`);
    this.#tally.ended(this.#cell, statistics, {
      arrived: this.#arrived,
      skipped: this.#skipped,
      disconnected: this.#link.isEnded ? 1 : 0,
    });
    this.#actor.disconnected();
  }

  /** What is next; false when that is after the end. */
  #step(): boolean {
    const { answersAtMillis, drainsAtMillis } = this.#link;
    const own = Math.min(answersAtMillis, drainsAtMillis, this.#feedsAtMillis, this.#looksAtMillis);
    const clock = this.#clock;
    const toWake = clock.sleepers === 0 ? Number.POSITIVE_INFINITY : (clock.due[0] as number);
    const next = Math.min(own, clock.millis + toWake);
    if (next > endMillis) return false;
    clock.advance(Math.max(0, next - clock.millis));
    if (own <= next) this.#happens(next);
    this.#settle();
    return true;
  }

  #happens(nowMillis: number): void {
    const link = this.#link;
    if (link.answersAtMillis <= nowMillis) {
      this.#actor.pong(Buffer.from(link.answer(), "latin1"));
    } else if (link.drainsAtMillis <= nowMillis) {
      link.drainsAtMillis = Number.POSITIVE_INFINITY;
      this.#actor.drained();
    } else if (this.#feedsAtMillis <= nowMillis) {
      this.#feedsAtMillis += feed.everyMillis;
      this.#send(Math.round(nowMillis * ticksPerMilli));
    } else {
      this.#looksAtMillis += 1_000;
      this.#look(nowMillis);
    }
  }

  /** A producer that may wait has one message under way, and makes no other until that is settled. */
  #send(message: number): void {
    if (!this.#waits) this.#actor.offer(message);
    else if (this.#isWaiting) this.#skipped++;
    else {
      this.#isWaiting = true;
      this.#actor.send(message, this.#sent);
    }
  }

  /** As a server looks at everyone, once a second. */
  #look(nowMillis: number): Health {
    this.#tally.holds(this.#cell, nowMillis, this.#actor.outbox.bytes);
    if (this.#actor.receipts.askInTime()) this.#actor.pump.standInLine();
    return this.#actor.assess();
  }

  #arrives(message: number, atMillis: number): void {
    if (atMillis > endMillis) return;
    this.#arrived++;
    if (atMillis < feed.agesFromMillis) return;
    this.#tally.age(this.#cell, atMillis * ticksPerMilli - message);
  }
}
