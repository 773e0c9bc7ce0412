/**
 * One connection that keeps up. Its outbox is empty, its socket holds nothing and its window is open, so what is
 * published for many goes to it past its outbox. How much that was is counted when somebody wants to know.
 *
 * Whatever is meant for it alone, and whatever makes it fall behind, sends it back to its outbox: there is put what was
 * published in this turn and has not been handed over, in its order, so that no message is lost, doubled or overtaken.
 */
import { type Label, type Volume, watermarksOf } from "@sluice/core";
import type { Actor } from "../actor/Actor.js";
import { defaultQuantum, roundsPerTurn } from "../actor/Flusher.js";
import type { Reading } from "../actor/Reading.js";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import type { Topics } from "../adapter/Topics.js";
import type { Cohort } from "./Cohort.js";

/** What was published to a cohort. */
export interface Entry {
  readonly cohort: Cohort;
  readonly frame: Frame;
  readonly except: Reader | undefined;
  readonly label: Label<Message> | undefined;
}

/** The turn that it reads. */
interface Turn {
  /** What was published in it, in order. */
  readonly entries: ReadonlyArray<Entry>;
  /** From which entry on nothing has gone to a reader; undefined while that is going out to all at once. */
  isOpenFrom(reader: Reader): number | undefined;
  left(reader: Reader): void;
  /** It is to leave when that has gone out. */
  wantsOut(reader: Reader): void;
}

/** What the flush hands over to one connection in a turn: no more than that goes past its outbox between two looks. */
const turnBytes = roundsPerTurn * defaultQuantum.bytes;

const nothing: Volume = { messages: 0, bytes: 0 };

/** What a reader is made of. */
export interface ReaderOptions {
  readonly actor: Actor<Message>;
  readonly transport: SocketTransport;
  readonly topics: Topics;
  readonly cohorts: ReadonlyArray<Cohort>;
  readonly turn: Turn;
}

export class Reader implements Reading {
  readonly actor: Actor<Message>;
  readonly transport: SocketTransport;
  readonly topics: Topics;
  readonly cohorts: ReadonlyArray<Cohort>;
  /** The turn in which it was written to last. */
  turn = 0;
  readonly #turn: Turn;
  /** What its cohorts had handed over and it has been counted for, in all, and at the latest look. */
  #countedMessages = 0;
  #countedBytes = 0;
  #lookedBytes = 0;
  /** Messages of this turn that it is the exception of. */
  #exceptMessages = 0;
  #exceptBytes = 0;
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  #roomBytes = 0;
  #isDone = false;

  constructor({ actor, transport, topics, cohorts, turn }: ReaderOptions) {
    this.actor = actor;
    this.transport = transport;
    this.topics = topics;
    this.cohorts = cohorts;
    this.#turn = turn;
    const { upMessages, upBytes } = watermarksOf(actor.outbox.configuration);
    // Below the first mark: in its outbox they would change nothing either.
    this.#mostMessages = (upMessages[0] ?? 1) - 1;
    const native = topics.limitBytes / 2 - transport.traits.overheadBytes * this.#mostMessages;
    this.#mostBytes = Math.min((upBytes[0] ?? 1) - 1, turnBytes, Math.max(0, native));
    this.#countedMessages = this.#sum("messages");
    this.#countedBytes = this.#sum("bytes");
    actor.reading = this;
    for (const cohort of cohorts) cohort.add(this);
    this.#measure();
  }

  // ── What it is given ────────────────────────────────────────────────────────────────────────────────

  get pending(): Volume {
    const messages = this.#sum("pendingMessages") - this.#exceptMessages;
    if (messages === 0) return nothing;
    return { messages, bytes: this.#sum("pendingBytes") - this.#exceptBytes };
  }

  get apart(): Volume {
    let [messages, bytes] = [0, 0];
    if (this.cohorts.every(({ limits }) => limits === undefined)) return nothing;
    for (const entry of this.#turn.entries) {
      if (entry.cohort.limits === undefined || !this.reads(entry)) continue;
      messages++;
      bytes += entry.frame.byteLength;
    }
    return { messages, bytes };
  }

  settle(): void {
    const messages = this.#sum("messages") - this.#countedMessages;
    if (messages === 0) return;
    const bytes = this.#sum("bytes") - this.#countedBytes;
    this.#countedMessages += messages;
    this.#countedBytes += bytes;
    this.actor.pump.passed(messages, bytes);
  }

  /** A message of this turn is for all others of its cohort. */
  skip({ byteLength }: Frame): void {
    this.#exceptMessages++;
    this.#exceptBytes += byteLength;
  }

  /** All of this turn has been handed over. */
  turnEnds(): void {
    this.#countedMessages += this.#exceptMessages;
    this.#countedBytes += this.#exceptBytes;
    this.#exceptMessages = 0;
    this.#exceptBytes = 0;
  }

  /** Whether an entry is for it. */
  reads({ cohort, except }: Entry): boolean {
    return except !== this && this.cohorts.includes(cohort);
  }

  // ── Its room ────────────────────────────────────────────────────────────────────────────────────────

  /** Whether a message more is within its room, which from then on is asked for every message. */
  hasRoom(bytes: number): boolean {
    for (const cohort of this.cohorts) cohort.narrow();
    if (this.pending.messages >= this.#mostMessages) return false;
    const unseen = this.#sum("bytes") + this.#sum("pendingBytes") - this.#lookedBytes;
    return unseen + bytes <= this.#roomBytes;
  }

  /** Whether its socket holds nothing: it may, of what its owner sent past Sluice, and then it is behind. */
  get isClear(): boolean {
    try {
      return this.transport.bufferedBytes() === 0;
    } catch (defect) {
      // It leaves: its turn is that of all.
      this.actor.failed(defect);
      return false;
    }
  }

  /** Asks the client what it has received, if it is time to. */
  ask(): void {
    const { receipts } = this.actor;
    if (receipts.isDue) receipts.ask();
  }

  /** Looks whether it keeps up; `asks` is whether its client is asked what it has received, if it is time to. */
  look(asks = true): void {
    this.settle();
    if (this.actor.pump.keepsUp(asks)) this.#measure();
    else this.leaveBefore(0);
  }

  #measure(): void {
    this.#lookedBytes = this.#sum("bytes");
    this.#roomBytes = Math.min(this.#mostBytes, this.actor.receipts.roomBytes);
    const share = this.cohorts.length;
    for (const cohort of this.cohorts) {
      const bytes = this.#roomBytes - this.pending.bytes;
      cohort.limit(Math.floor(this.#mostMessages / share), Math.floor(bytes / share));
    }
  }

  // ── Its end ─────────────────────────────────────────────────────────────────────────────────────────

  leave(): void {
    const from = this.#turn.isOpenFrom(this);
    // What was published is on its way, whoever leaves now.
    if (from === undefined) this.#turn.wantsOut(this);
    else this.leaveBefore(from);
  }

  /** Back to its outbox, with what was published in this turn from an entry on. */
  leaveBefore(at: number): void {
    if (this.#isDone) return;
    this.settle();
    const mine = this.#turn.entries.filter((entry) => this.reads(entry));
    const left = this.#turn.entries.slice(at).filter((entry) => this.reads(entry));
    for (const { frame } of mine.slice(0, mine.length - left.length)) {
      this.actor.pump.passed(1, frame.byteLength);
    }
    this.#end();
    for (const { cohort, frame, label } of left) {
      this.actor.take(frame, frame.byteLength, cohort.limits, label);
    }
  }

  #end(): void {
    this.#isDone = true;
    this.actor.reading = undefined;
    for (const cohort of this.cohorts) cohort.remove(this);
    this.#turn.left(this);
  }

  #sum(what: "messages" | "bytes" | "pendingMessages" | "pendingBytes"): number {
    let sum = 0;
    for (const cohort of this.cohorts) sum += cohort[what];
    return sum;
  }
}
