/**
 * One connection comes to one channel by a snapshot. Its source is asked for a message when the outbox of the snapshot has
 * room for one below its first mark, and what is published meanwhile is held back in an outbox beside that. When all of the
 * snapshot has been handed over, that outbox is written from, and when it is empty the connection is subscribed like any
 * other: so live messages neither come before the snapshot, nor go past those that were held.
 *
 * What its connection had taken before goes out first.
 */
import { type Configuration, configuration, type Outbox, watermarksOf } from "@sluice/core";
import type { Actor } from "../actor/Actor.js";
import { attempt, quiet } from "../actor/Attempt.js";
import { defaultQuantum, roundsPerTurn } from "../actor/Flusher.js";
import { byteLength, type Message } from "../adapter/Message.js";
import type { Joined } from "./JoinOptions.js";
import { SnapshotError, type SnapshotProblem } from "./SnapshotError.js";
import { isSnapshot, type Snapshot, type SnapshotSource, type Source, sourceOf } from "./Source.js";

export interface JoinParts {
  readonly channel: string;
  readonly actor: Actor<Message>;
  /** The limits of what is held back. */
  readonly limits: Configuration;
  /** Subscribes it. */
  readonly join: () => void;
  /** It is not over, and goes on when something has been handed over. */
  readonly waits: () => void;
  readonly ended: () => void;
  onError(error: unknown, what: string): void;
}

/** Where it is: what was taken before goes out, the source is read, the rest of it goes out, what was held goes out. */
type Phase = "behind" | "reading" | "emptying" | "following" | "over";

const turnBytes = roundsPerTurn * defaultQuantum.bytes;

export class Join {
  readonly done: Promise<Joined>;
  /** What is published from the cut on. */
  readonly held: Outbox<Message>;
  readonly #parts: JoinParts;
  readonly #snapshot: Outbox<Message>;
  /** What had been taken before the cut, by where it waits. */
  readonly #before: ReadonlyMap<Outbox<Message>, number>;
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  #phase: Phase = "behind";
  #source: Source | undefined;
  #isAsking = false;
  /** It has been read, and waits for room. */
  #read: Message | undefined;
  #sent = 0;
  #resolve: (joined: Joined) => void = () => {};
  #reject: (error: SnapshotError) => void = () => {};

  constructor(parts: JoinParts) {
    const { actor, limits } = parts;
    const { backlogs } = actor;
    const written = [actor.own, ...backlogs.queues];
    this.#parts = parts;
    this.#before = new Map(written.map((outbox) => [outbox, outbox.takenHere]));
    // Nothing that was taken makes room, at the budget neither.
    const whole = configuration({ ...actor.configuration, overflow: "drop-newest" });
    this.#snapshot = backlogs.heldBack(whole);
    backlogs.stand(this.#snapshot);
    this.held = backlogs.heldBack(limits);
    const { upMessages, upBytes } = watermarksOf(actor.configuration);
    this.#mostMessages = Math.max(1, (upMessages[0] as number) - 1);
    this.#mostBytes = Math.min((upBytes[0] as number) - 1, turnBytes);
    this.done = quiet(
      new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      }),
    );
  }

  /** The moment of the cut is now: whoever stands in for it is subscribed. */
  begin(source: SnapshotSource): void {
    try {
      const made = typeof source === "function" ? source() : source;
      if (isSnapshot(made)) this.#opens(made);
      else this.#awaits(made, (one) => this.#opens(one));
    } catch (cause) {
      this.#fail("source-failed", cause);
    }
    this.step();
  }

  /** Goes as far as there is room. */
  step(): void {
    if (!this.#parts.actor.own.isOpen) this.end();
    try {
      while (this.#phase !== "over" && !this.#isAsking) if (!this.#goesOn()) return;
    } catch (cause) {
      this.#fail("source-failed", cause);
    }
    // Its connection may close before the source answers.
    if (this.#phase !== "over") this.#waits();
  }

  /** It is given nothing more of this. */
  end(): void {
    if (this.#phase === "over") return;
    const { backlogs, own } = this.#parts.actor;
    // One that closes in order is given what it has taken.
    if (own.isOpen) backlogs.drop(this.#snapshot);
    this.#leave();
    this.#resolve({ isLive: false, sent: this.#sent });
  }

  /** False when it is to wait. */
  #goesOn(): boolean {
    const { actor } = this.#parts;
    if (!actor.own.isOpen) this.end();
    switch (this.#phase) {
      case "over":
        return false;
      case "behind":
        for (const [outbox, taken] of this.#before) {
          if (outbox.departedHere < taken) return this.#waits();
        }
        this.#phase = "reading";
        return true;
      case "reading":
        return this.#read === undefined ? this.#ask() : this.#take(this.#read);
      case "emptying":
        if (this.#snapshot.length > 0) return this.#waits();
        this.#phase = "following";
        actor.backlogs.stand(this.held);
        actor.pump.standInLine();
        return true;
      case "following":
        return this.held.length > 0 ? this.#waits() : this.#joins();
      default:
        return this.#phase satisfies never;
    }
  }

  /** Asks for the next message, if there is room for any. */
  #ask(): boolean {
    const { length, bytes } = this.#snapshot;
    const hasRoom = length < this.#mostMessages && bytes < this.#mostBytes;
    if (length > 0 && !hasRoom) return this.#waits();
    // What the source does may lead here again.
    this.#isAsking = true;
    const next = (this.#source as Source).next();
    this.#isAsking = false;
    if (next instanceof Object && "then" in next) this.#awaits(next, (one) => this.#heard(one));
    else this.#heard(next);
    return true;
  }

  #heard({ done, value }: IteratorResult<unknown>): void {
    if (this.#phase === "over") return;
    if (!done) this.#read = (value ?? null) as Message;
    else [this.#phase, this.#source] = ["emptying", undefined];
  }

  /** Takes a message, when there is room for it. One that is larger than that goes when nothing is before it. */
  #take(message: Message): boolean {
    const { actor } = this.#parts;
    let size: number;
    try {
      size = byteLength(message);
    } catch (cause) {
      return this.#fail("not-a-message", cause);
    }
    const { length, bytes } = this.#snapshot;
    if (length > 0 && bytes + size > this.#mostBytes) return this.#waits();
    this.#read = undefined;
    const result = actor.takeInto(this.#snapshot, message, size);
    if (result._tag === "Accepted") this.#sent++;
    else if (result.reason === "too-large") return this.#fail("too-large");
    return true;
  }

  /** Begins to read. It may be over by now: then nobody reads. */
  #opens(made: unknown): void {
    if (!isSnapshot(made)) {
      this.#fail("no-source");
      return;
    }
    this.#source = sourceOf(made as Snapshot, this.#parts.actor.context);
    if (this.#phase === "over") this.#closeSource();
  }

  #awaits<T>(something: T | PromiseLike<T>, then: (value: T) => void): void {
    this.#isAsking = true;
    const isOver = () => this.#phase === "over";
    Promise.resolve(something)
      .then(
        (value) => {
          this.#isAsking = false;
          then(value);
          this.step();
        },
        (cause) => {
          this.#source = undefined;
          if (!isOver()) this.#fail("source-failed", cause);
        },
      )
      .catch((cause) => this.#fail("source-failed", cause));
  }

  #joins(): false {
    try {
      this.#parts.join();
    } catch (cause) {
      return this.#fail("not-subscribed", cause);
    }
    this.#leave();
    this.#resolve({ isLive: true, sent: this.#sent });
    return false;
  }

  #leave(): void {
    const { actor, ended } = this.#parts;
    this.#phase = "over";
    ended();
    if (actor.own.isOpen) actor.backlogs.drop(this.held);
    else actor.backlogs.leave(this.held);
    actor.backlogs.leave(this.#snapshot);
    this.#closeSource();
  }

  #closeSource(): void {
    const source = this.#source;
    this.#source = undefined;
    const failed = (error: unknown) =>
      this.#parts.onError(error, "the source of a snapshot failed when nobody read on");
    if (source !== undefined) attempt(() => source.close(), failed);
  }

  #fail(reason: SnapshotProblem, cause?: unknown): false {
    if (this.#phase === "over") return false;
    const { channel } = this.#parts;
    const why = cause === undefined ? {} : { cause };
    const error = new SnapshotError({ reason, channel, sent: this.#sent, ...why });
    this.#leave();
    this.#parts.onError(error, "a channel was not joined");
    this.#reject(error);
    return false;
  }

  #waits(): false {
    this.#parts.waits();
    return false;
  }
}
