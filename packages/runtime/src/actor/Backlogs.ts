/**
 * What waits at one connection beside its own outbox, in whose ledger it counts: an outbox for each lane that is used, for
 * each channel that has limits of its own, and for what a snapshot is made of. There is none while a client keeps up.
 *
 * Each bounds what waits of it, and its strategy loses of it alone. Which is written from next says `Precedence`. There are
 * so many for channels at the most: what is of more channels waits in the connection's own outbox, within its bounds.
 */
import type { Configuration, LaneName, Outbox, StepListener, Volume, Waiter } from "@sluice/core";
import { Event } from "@sluice/machines";
import type { Lanes, Limited } from "./Lanes.js";
import { Precedence } from "./Precedence.js";

/** Of an outbox that somebody has for himself: nothing is written from it yet, or it is, or it is let go when empty. */
type Standing = "held back" | "written" | "left";

export class Backlogs<T> {
  readonly #main: Outbox<T>;
  readonly #limits: Lanes;
  readonly #channels = new Map<string, Outbox<T>>();
  readonly #lanes = new Map<LaneName, Outbox<T>>();
  readonly #private = new Map<Outbox<T>, Standing>();
  readonly #precedence: Precedence<T>;
  /** There were more channels than there may be: what is of others waits in the connection's own, until that is empty. */
  #isOver = false;
  readonly #listener: StepListener;

  /** `main` is the connection's own outbox; `lanes` are the limits of the others. `overflowed` hears that one disconnects. */
  constructor(main: Outbox<T>, lanes: Lanes, overflowed: () => void) {
    this.#main = main;
    this.#listener = { onStep: (event) => event === Event.evict && overflowed() };
    this.#limits = lanes;
    this.#precedence = new Precedence(main);
  }

  /** Each that is written from, with an order of its own. */
  get queues(): Iterable<Outbox<T>> {
    return this.#written();
  }

  /** Whether lanes are used: then what goes next may change with every message. */
  get hasLanes(): boolean {
    return this.#lanes.size > 0;
  }

  /** What is held in all of them, and what waits for room in them. */
  get held(): Volume & { readonly waiting: Volume } {
    let [messages, bytes, waiting, waitingBytes] = [0, 0, 0, 0];
    for (const outbox of this.#all()) {
      messages += outbox.length;
      bytes += outbox.bytes;
      waiting += outbox.waitingVolume.messages;
      waitingBytes += outbox.waitingVolume.bytes;
    }
    return { messages, bytes, waiting: { messages: waiting, bytes: waitingBytes } };
  }

  /** What is held in each lane. */
  get lanes(): Readonly<Record<LaneName, Volume>> {
    const held = (name: LaneName) => {
      const { length: messages = 0, bytes = 0 } = this.#lanes.get(name) ?? {};
      return { messages, bytes };
    };
    return { control: held("control"), bulk: held("bulk") };
  }

  /** How many keys have a message that waits in them. */
  get keys(): number {
    let keys = 0;
    for (const outbox of this.#all()) keys += outbox.keys;
    return keys;
  }

  /** Whether there is nothing to write. */
  get isEmpty(): boolean {
    for (const outbox of this.#written()) if (outbox.length > 0) return false;
    return true;
  }

  /** Whether something waits that is not to be written yet. */
  get holdsBack(): boolean {
    for (const [outbox, standing] of this.#private) {
      if (standing === "held back" && outbox.length > 0) return true;
    }
    return false;
  }

  /** Whether somebody waits for room in them, or has one for himself. */
  get isBusy(): boolean {
    if (this.#private.size > 0) return true;
    for (const outbox of this.#all()) if (outbox.waiting > 0) return true;
    return false;
  }

  /** Where the next message of a channel waits. One that closes takes nothing more, whatever it still holds. */
  outboxOf(channel: Limited): Outbox<T> {
    if (!this.#main.isOpen) return this.#main;
    const outbox = this.#channels.get(channel.name) ?? this.#opened(channel);
    // Its limits may have been changed since.
    const { configuration } = channel;
    const isOwn = outbox !== this.#main;
    if (isOwn && outbox.configuration !== configuration) outbox.reconfigure(configuration);
    return outbox;
  }

  /** Where the next message of a lane waits. */
  lane(name: LaneName): Outbox<T> {
    if (!this.#main.isOpen) return this.#main;
    const lane = this.#lanes.get(name) ?? this.#beside(this.#limits[name].configuration);
    this.#lanes.set(name, lane);
    this.#precedence[name] = lane;
    if (name === "control") this.#precedence.controlComes();
    return lane;
  }

  /** The outbox that is next to be written from. */
  next(): Outbox<T> {
    return this.#precedence.next() ?? this.#main;
  }

  /** So many of its messages may go in a row: then it is another's turn. */
  most(outbox: Outbox<T>): number {
    return this.#precedence.most(outbox);
  }

  /** So many messages have been written from it: the others are before it. */
  served(outbox: Outbox<T>, count: number): void {
    this.#precedence.served(outbox, count);
  }

  /** They wait for more than their turn. */
  fallBehind(): void {
    for (const outbox of this.#all()) outbox.account?.fallBehind();
  }

  /** What has expired leaves. */
  expire(): void {
    for (const outbox of this.#all()) outbox.expire();
  }

  /** Nothing new is taken: whoever waits is refused, and what they hold is flushed, but for what is held back. */
  close(): void {
    for (const outbox of this.#written()) outbox.signal(Event.close);
    for (const [outbox, standing] of this.#private) if (standing === "held back") drop(outbox);
  }

  /** The connection is over: nothing of what is left will be delivered. */
  discard(): void {
    for (const outbox of this.#all()) outbox.signal(Event.disconnected);
  }

  /** Lets go of those that hold nothing, and that nobody waits for. */
  sweep(): void {
    this.expire();
    for (const outboxes of [this.#channels, this.#lanes] as ReadonlyArray<Map<string, Outbox<T>>>) {
      for (const [name, outbox] of outboxes) {
        if (outbox.length > 0 || outbox.waiting > 0) continue;
        outboxes.delete(name);
        this.#precedence.remove(outbox);
      }
    }
    for (const [outbox, standing] of this.#private) {
      if (standing === "left" && outbox.length === 0) this.#letGo(outbox);
    }
  }

  // ── Outboxes that somebody has for himself ──────────────────────────────────────────────────────────

  /** One that is not written from yet. The connection must be open. */
  heldBack(configuration: Configuration): Outbox<T> {
    const outbox = this.#beside(configuration);
    this.#private.set(outbox, "held back");
    return outbox;
  }

  /** From now on it takes turns with the others. */
  stand(outbox: Outbox<T>): void {
    this.#private.set(outbox, "written");
    this.#precedence.stand(outbox);
  }

  /** Nothing more comes to it: what it holds goes out, if it is written from, or else is dropped. */
  leave(outbox: Outbox<T>): void {
    if (this.#private.get(outbox) === "held back") drop(outbox);
    if (outbox.length === 0) this.#letGo(outbox);
    else this.#private.set(outbox, "left");
  }

  /** Nothing more comes of it. */
  drop(outbox: Outbox<T>): void {
    drop(outbox);
    this.#letGo(outbox);
  }

  #letGo(outbox: Outbox<T>): void {
    this.#private.delete(outbox);
    this.#precedence.remove(outbox);
  }

  // ── Senders ─────────────────────────────────────────────────────────────────────────────────────────

  /** Takes a sender back: true if it waited in one of them. */
  cancel(waiter: Waiter<T>): boolean {
    for (const outbox of this.#all()) if (outbox.cancel(waiter)) return true;
    return false;
  }

  /** Time has passed. */
  advance(): void {
    for (const outbox of this.#all()) outbox.advance();
  }

  millisToDeadline(): number {
    let millis = Number.POSITIVE_INFINITY;
    for (const outbox of this.#all()) millis = Math.min(millis, outbox.millisToDeadline());
    return millis;
  }

  #beside(configuration: Configuration): Outbox<T> {
    return this.#main.beside(configuration, this.#listener);
  }

  *#all(): Generator<Outbox<T>> {
    yield* this.#lanes.values();
    yield* this.#channels.values();
    yield* this.#private.keys();
  }

  *#written(): Generator<Outbox<T>> {
    for (const outbox of this.#all()) {
      if (this.#private.get(outbox) !== "held back") yield outbox;
    }
  }

  /** That of a channel which has none. */
  #opened(channel: Limited): Outbox<T> {
    // What is of a channel stays in its order: it does not go past what is of it in the connection's own.
    this.#isOver &&= this.#main.length > 0;
    this.#isOver ||= this.#channels.size >= channel.most;
    if (this.#isOver) return this.#main;
    const outbox = this.#beside(channel.configuration);
    this.#channels.set(channel.name, outbox);
    this.#precedence.stand(outbox);
    return outbox;
  }
}

/** What it holds counts as closed. */
function drop(outbox: Outbox<unknown>): void {
  outbox.signal(Event.disconnected);
}
