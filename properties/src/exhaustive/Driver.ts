/**
 * Does to a system what a trace says, and sees everything of it. A state is reached again by playing its path again:
 * 1 to 3 µs for a dozen moves, against 30 to 40 µs for restoring a snapshot, which is checked.
 */
import {
  type Configuration,
  type Health,
  type OfferResult,
  Outbox,
  type OutboxSnapshot,
  type Statistics,
  type Waiter,
} from "@sluice/core";
import type { Answer, Message, Picture, Sender, Sight, Step } from "../laws/Transition.js";
import type { Operation } from "../Operation.js";
import type { Ending } from "../System.js";
import { ClockedOutbox, type OutboxSubject } from "../systems/ClockedOutbox.js";

/** What is checked: an outbox, as far as it can be used from outside. */
export type Subject = OutboxSubject<Message>;

type Reading = Pick<
  Subject,
  "stats" | "peek" | "millisToDeadline" | "state" | "stateId" | "delayMillis"
>;

/** Makes one: `(options) => new Outbox(options)`, or something that is wrong on purpose. */
export type MakeSubject = (...options: ConstructorParameters<typeof Outbox<Message>>) => Subject;

export const shipping: MakeSubject = (options) => new Outbox(options);

/** One letter of the alphabet. */
export interface Move {
  readonly operation: Operation;
  /** Whether the message that it offers or sends is told from the others. */
  readonly isMarked: boolean;
}

/** A sender in line, and what its outbox says of it. */
export interface SeenSender extends Sender {
  readonly blocked: boolean;
  readonly millisLeft: number;
}

/** A system at a quiet moment, with all that decides what can happen later. */
export interface SeenPicture extends Picture {
  readonly health: Health;
  readonly line: ReadonlyArray<SeenSender>;
  readonly recent: OutboxSnapshot<Message>["recent"];
  /** Marked messages so far. */
  readonly marked: number;
  /** What became of marked messages, as far as anybody was told: a word for each, in order. */
  readonly fates: string;
  /** Until an orderly close is given up, in milliseconds; `Infinity` when there is none. */
  readonly closeMillis: number;
}

interface Waiting {
  readonly message: Message;
  readonly waiter: Waiter<Message>;
  readonly toldMillis: number;
  readonly sinceMillis: number;
  blockedMillis: number | undefined;
}

export abstract class Driver<P extends SeenPicture = SeenPicture> implements Sight {
  // What was seen since `begin`; before it nothing is written down.
  readonly newcomers: Array<Message> = [];
  readonly answers: Array<Answer> = [];
  readonly delivered: Array<Message> = [];
  readonly steps: Array<Step> = [];
  readonly glimpses: Array<Statistics> = [];

  protected readonly configuration: Configuration;
  protected readonly listener = {
    onStep: (event: number, from: number, to: number) => {
      if (!this.#isWatched) return;
      this.steps.push({ event, from, to });
      this.glimpses.push(this.outbox.stats());
    },
  };
  #isWatched = false;
  #made = 0;
  #marked = 0;
  #fates = "";
  #line: Array<Waiting> = [];

  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }

  /** As far as it is looked at. */
  abstract readonly outbox: Reading;
  abstract picture(): P;
  protected abstract readonly nowMillis: number;
  protected abstract readonly closeMillis: number;
  protected abstract offer(message: Message): OfferResult;
  protected abstract send(
    message: Message,
    settle: (result: OfferResult) => void,
  ): Waiter<Message> | undefined;
  protected abstract cancel(waiter: Waiter<Message>): void;
  protected abstract drain(operation: Extract<Operation, { op: "drain" }>): void;
  protected abstract advance(millis: number): void;
  protected abstract assess(): void;
  /** Only an actor has a client that answers. */
  protected pong(_: Extract<Operation, { op: "pong" }>): void {}
  protected abstract close(how: Ending): void;

  /** From now on what happens is looked at. */
  begin(): void {
    this.#isWatched = true;
  }

  perform({ operation, isMarked }: Move): void {
    switch (operation.op) {
      case "offer": {
        const message = this.#arrive(operation.bytes, isMarked);
        const result = this.offer(message);
        this.#noteFate(message, result);
        if (this.#isWatched) this.answers.push({ ...unwaited, message, by: "offer", result });
        break;
      }
      case "send":
        this.#send(this.#arrive(operation.bytes, isMarked));
        break;
      case "drain":
        this.drain(operation);
        break;
      case "advance":
        this.advance(operation.millis);
        break;
      case "cancel": {
        const sender = this.#line[operation.waiter % this.#line.length];
        if (sender !== undefined) this.cancel(sender.waiter);
        break;
      }
      case "pong":
        this.pong(operation);
        break;
      case "assess":
        this.assess();
        break;
      case "close":
      case "evict":
      case "disconnect":
        this.close(operation.op);
        break;
      default:
        throw new Error(`${operation.op} is not in the alphabet`);
    }
    this.noteBlocked();
  }

  /** What every system shows of its outbox, and what is known of it otherwise. */
  protected seen(known: Pick<SeenPicture, "held" | "line" | "recent">): SeenPicture {
    const { outbox } = this;
    const stats = outbox.stats();
    return {
      held: known.held,
      line: known.line,
      recent: known.recent,
      row: outbox.stateId,
      state: stats.state,
      health: stats.health,
      stats,
      head: outbox.peek(),
      millisToDeadline: outbox.millisToDeadline(),
      misuse: none,
      marked: this.#marked,
      fates: this.#fates,
      closeMillis: this.closeMillis,
    };
  }

  /** Who has not been told yet, in the order in which they came. */
  protected line(): ReadonlyArray<SeenSender> {
    return this.#line.map(({ message, waiter: { blocked, dueMillis, rung } }) => {
      const millisLeft = Math.max(0, dueMillis - this.nowMillis);
      return { message, blocked, rung, millisLeft, owedMillis: this.owed(message) };
    });
  }

  protected noteDelivered(message: Message): void {
    if (message.isMarked) this.#fates += " delivered";
    if (this.#isWatched) this.delivered.push(message);
  }

  protected noteBlocked(): void {
    for (const sender of this.#line) {
      if (sender.waiter.blocked) sender.blockedMillis ??= this.nowMillis;
    }
  }

  #send(message: Message): void {
    const toldMillis = this.outbox.delayMillis;
    const sinceMillis = this.nowMillis;
    let isSettled = false;
    const waiter = this.send(message, (result) => {
      isSettled = true;
      const waiting = this.#line.find((sender) => sender.message === message);
      this.#line = this.#line.filter((sender) => sender !== waiting);
      this.#noteFate(message, result);
      if (!this.#isWatched) return;
      const now = this.nowMillis;
      const since = waiting?.blockedMillis;
      this.answers.push({
        message,
        by: "send",
        result,
        waitedMillis: now - sinceMillis,
        toldMillis,
        blockedMillis: since === undefined ? undefined : now - since,
      });
      this.glimpses.push(this.outbox.stats());
    });
    if (waiter === undefined || isSettled) return;
    this.#line.push({ message, waiter, toldMillis, sinceMillis, blockedMillis: undefined });
  }

  #noteFate({ isMarked }: Message, result: OfferResult): void {
    if (isMarked && result._tag === "Rejected") this.#fates += ` ${result.reason}`;
  }

  /** Until the delay is over, or, once blocked, until the deadline; at least -1: how long it has been makes no difference. */
  protected owed(message: Message): number {
    const sender = this.#line.find((waiting) => waiting.message === message);
    if (sender === undefined) return Number.NaN;
    const { blockedMillis, sinceMillis, toldMillis } = sender;
    const due =
      blockedMillis === undefined
        ? sinceMillis + toldMillis
        : blockedMillis + this.configuration.blockTimeoutMillis;
    return Math.max(-1, due - this.nowMillis);
  }

  #arrive(bytes: number, isMarked: boolean): Message {
    if (isMarked) this.#marked++;
    const message = messageOf(this.#made++, bytes, isMarked);
    if (this.#isWatched) this.newcomers.push(message);
    return message;
  }
}

/** The driver of an outbox alone. */
export class OutboxDriver extends Driver {
  readonly outbox: Subject;
  readonly #clocked: ClockedOutbox<Message>;

  constructor(make: MakeSubject, configuration: Configuration) {
    super(configuration);
    this.#clocked = new ClockedOutbox(make, configuration, this.listener);
    this.outbox = this.#clocked.outbox;
  }

  picture(): SeenPicture {
    const { buffered, waiting, recent } = this.outbox.snapshot();
    const held = buffered.map(({ message }) => message);
    const line = waiting.map(({ message, blocked, rung, millisLeft }) => {
      return { message, blocked, rung, millisLeft, owedMillis: this.owed(message) };
    });
    return this.seen({ held, line, recent });
  }

  protected get nowMillis(): number {
    return this.#clocked.nowMillis;
  }

  protected get closeMillis(): number {
    return this.#clocked.closeMillis;
  }

  protected offer(message: Message): OfferResult {
    return this.outbox.offer(message);
  }

  protected send(message: Message, settle: (result: OfferResult) => void) {
    return this.outbox.send(message, settle);
  }

  protected cancel(waiter: Waiter<Message>): void {
    this.outbox.cancel(waiter);
  }

  protected drain({ count }: { readonly count: number }): void {
    this.#clocked.drain(count, (message) => this.noteDelivered(message));
  }

  protected advance(millis: number): void {
    this.#clocked.advance(millis, () => this.noteBlocked());
  }

  protected assess(): void {
    this.outbox.assess();
  }

  protected close(how: Ending): void {
    this.#clocked.close(how);
  }
}

const none: ReadonlyArray<string> = [];
const unwaited = { waitedMillis: 0, toldMillis: 0, blockedMillis: undefined };

/** One object for a message, however often its trace is played: then pictures can be compared. */
function messageOf(id: number, bytes: number, isMarked: boolean): Message {
  messages[id] ??= [];
  const ofId = messages[id] as Array<Message>;
  const at = bytes * 2 + (isMarked ? 1 : 0);
  ofId[at] ??= { id, bytes, isMarked };
  return ofId[at];
}

const messages: Array<Array<Message>> = [];
