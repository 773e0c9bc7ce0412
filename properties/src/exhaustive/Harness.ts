/**
 * An outbox under a driver that can do what an actor does to one, on a clock of its own, and that sees
 * everything. A state is reached again by playing its path again: 1 to 3 µs for a dozen moves, against 30 to 40 µs
 * for restoring a snapshot, which is checked.
 */
import type {
  Configuration,
  ConnectionState,
  Health,
  OfferResult,
  Outbox,
  OutboxOptions,
  OutboxSnapshot,
  Statistics,
  Waiter,
} from "@sluice/core";
import { Event, isOpen } from "@sluice/machines";
import type { Operation } from "../Operation.js";

/** A message: its place among those of its trace, its size, and whether it is told from the others. */
export interface Message {
  readonly id: number;
  readonly bytes: number;
  readonly isMarked: boolean;
}

/** What is checked: an outbox, as far as it can be used from outside. */
export type Subject = Pick<
  Outbox<Message>,
  | "offer"
  | "send"
  | "cancel"
  | "peek"
  | "delivered"
  | "advance"
  | "millisToDeadline"
  | "signal"
  | "assess"
  | "stats"
  | "snapshot"
  | "length"
  | "bytes"
  | "waiting"
  | "state"
  | "stateId"
  | "delayMillis"
>;

/** Makes one: `(options) => new Outbox(options)`, or something that is wrong on purpose. */
export type MakeSubject = (options: OutboxOptions<Message>) => Subject;

/** One letter of the alphabet. */
export interface Move {
  readonly operation: Operation;
  /** Whether the message that it offers or sends is told from the others. */
  readonly isMarked: boolean;
}

/** Somebody was told what became of a message. */
export interface Answer {
  readonly message: Message;
  readonly by: "offer" | "send";
  readonly result: OfferResult;
  /** How long it waited, how long it was told to, and how long it was blocked, in milliseconds. */
  readonly waitedMillis: number;
  readonly toldMillis: number;
  readonly blockedMillis: number | undefined;
}

/** A step of the chart. */
export interface Step {
  readonly event: number;
  readonly from: number;
  readonly to: number;
}

/** What can be seen inside a callback. */
export interface Glimpse {
  readonly messages: number;
  readonly bytes: number;
  readonly waiting: number;
}

/** A sender in line. */
export interface Sender {
  readonly message: Message;
  readonly blocked: boolean;
  /** By the outbox's own account. */
  readonly millisLeft: number;
  readonly rung: number;
  /** By the driver's account: until its delay is over, or, once blocked, until its deadline. */
  readonly owedMillis: number;
}

/** An outbox at a quiet moment. */
export interface Picture {
  readonly row: number;
  readonly state: ConnectionState;
  readonly health: Health;
  readonly stats: Statistics;
  /** Oldest first. */
  readonly held: ReadonlyArray<Message>;
  readonly head: Message | undefined;
  /** First come first. */
  readonly line: ReadonlyArray<Sender>;
  readonly recent: OutboxSnapshot<Message>["recent"];
  readonly millisToDeadline: number;
  /** Marked messages so far. */
  readonly marked: number;
  /** What became of marked messages, as far as anybody was told: a word for each, in order. */
  readonly fates: string;
  /** Until the driver gives up an orderly close, in milliseconds; `Infinity` when there is none. */
  readonly closeMillis: number;
}

interface Waiting {
  readonly message: Message;
  readonly waiter: Waiter<Message>;
  readonly toldMillis: number;
  readonly sinceMillis: number;
  blockedMillis: number | undefined;
}

export class Harness {
  readonly subject: Subject;
  readonly #configuration: Configuration;

  // What was seen since `begin`; before it nothing is written down.
  readonly answers: Array<Answer> = [];
  readonly delivered: Array<Message> = [];
  readonly steps: Array<Step> = [];
  readonly glimpses: Array<Glimpse> = [];
  newcomer: Message | undefined;

  #isWatched = false;
  #clockMillis = 0;
  #closeByMillis = Number.POSITIVE_INFINITY;
  #made = 0;
  #marked = 0;
  #fates = "";
  #line: Array<Waiting> = [];

  constructor(make: MakeSubject, configuration: Configuration) {
    this.#configuration = configuration;
    this.subject = make({
      configuration,
      sizeOf,
      now: () => this.#clockMillis,
      listener: {
        onStep: (event, from, to) => {
          if (!this.#isWatched) return;
          this.steps.push({ event, from, to });
          this.#glimpse();
        },
      },
    });
  }

  /** From now on what happens is looked at. */
  begin(): void {
    this.#isWatched = true;
  }

  perform({ operation, isMarked }: Move): void {
    const { subject } = this;
    switch (operation.op) {
      case "offer": {
        const message = this.#arrive(operation.bytes, isMarked);
        const result = subject.offer(message);
        this.#noteFate(message, result);
        if (this.#isWatched) this.answers.push({ ...unwaited, message, by: "offer", result });
        break;
      }
      case "send":
        this.#send(this.#arrive(operation.bytes, isMarked));
        break;
      case "drain":
        this.#drain(operation.count);
        break;
      case "advance":
        this.#advance(operation.millis);
        break;
      case "cancel": {
        const sender = this.#line[operation.waiter % this.#line.length];
        if (sender !== undefined) subject.cancel(sender.waiter);
        break;
      }
      case "assess":
        subject.assess();
        break;
      case "close":
        if (this.#isOpen) {
          this.#closeByMillis = this.#clockMillis + this.#configuration.closeTimeoutMillis;
        }
        subject.signal(Event.close);
        break;
      case "evict":
        subject.signal(Event.evict);
        break;
      case "disconnect":
        subject.signal(Event.disconnected);
        break;
      default:
        throw new Error(`${operation.op} is not in the alphabet`);
    }
    this.#finishClosing();
    if (this.#line.length > 0) this.#noteBlocked();
  }

  picture(): Picture {
    const { subject } = this;
    const snapshot = subject.snapshot();
    const { state } = snapshot;
    return {
      row: subject.stateId,
      state,
      health: snapshot.health,
      stats: subject.stats(),
      held: snapshot.buffered.map(({ message }) => message),
      head: subject.peek(),
      line:
        snapshot.waiting.length === 0
          ? nobody
          : snapshot.waiting.map((sender) => ({
              ...sender,
              owedMillis: this.#owed(sender.message),
            })),
      recent: snapshot.recent,
      millisToDeadline: subject.millisToDeadline(),
      marked: this.#marked,
      fates: this.#fates,
      closeMillis: state === "closing" ? this.#closeByMillis - this.#clockMillis : Infinity,
    };
  }

  #send(message: Message): void {
    const toldMillis = this.subject.delayMillis;
    const sinceMillis = this.#clockMillis;
    let settled = false;
    const waiter = this.subject.send(message, (result) => {
      settled = true;
      this.#settled(message, result, { toldMillis, sinceMillis });
    });
    if (waiter === undefined || settled) return;
    this.#line.push({ message, waiter, toldMillis, sinceMillis, blockedMillis: undefined });
  }

  #settled(
    message: Message,
    result: OfferResult,
    begun: Pick<Waiting, "toldMillis" | "sinceMillis">,
  ) {
    const waiting = this.#line.find((sender) => sender.message === message);
    this.#line = this.#line.filter((sender) => sender !== waiting);
    this.#noteFate(message, result);
    if (!this.#isWatched) return;
    const since = waiting?.blockedMillis;
    this.answers.push({
      message,
      by: "send",
      result,
      waitedMillis: this.#clockMillis - begun.sinceMillis,
      toldMillis: begun.toldMillis,
      blockedMillis: since === undefined ? undefined : this.#clockMillis - since,
    });
    this.#glimpse();
  }

  #drain(count: number): void {
    const { subject } = this;
    for (let taken = 0; taken < count && subject.length > 0; taken++) {
      const message = subject.peek() as Message;
      if (message.isMarked) this.#fates += " delivered";
      if (this.#isWatched) this.delivered.push(message);
      subject.delivered();
    }
  }

  /** From deadline to deadline, in whole milliseconds, as the actor's timer. */
  #advance(millis: number): void {
    let leftMillis = millis;
    let idle = 0;
    do {
      const deadline = Math.ceil(Math.min(this.subject.millisToDeadline(), this.#untilClose()));
      const wait = Math.min(leftMillis, deadline);
      idle = wait === 0 ? idle + 1 : 0;
      this.#clockMillis += wait;
      leftMillis -= wait;
      this.subject.advance();
      if (this.#untilClose() === 0) this.subject.signal(Event.deadline);
      this.#noteBlocked();
      // A deadline of which nothing comes is for the rules to see.
      if (idle > 2) {
        this.#clockMillis += leftMillis;
        return;
      }
    } while (leftMillis > 0);
  }

  #untilClose(): number {
    return this.subject.state === "closing"
      ? Math.max(0, this.#closeByMillis - this.#clockMillis)
      : Number.POSITIVE_INFINITY;
  }

  #finishClosing(): void {
    if (this.#closeByMillis === Number.POSITIVE_INFINITY) return;
    const { subject } = this;
    if (subject.length === 0 && subject.state === "closing") {
      subject.signal(Event.flushed);
    }
  }

  #noteFate({ isMarked }: Message, result: OfferResult): void {
    if (isMarked && result._tag === "Rejected") this.#fates += ` ${result.reason}`;
  }

  #noteBlocked(): void {
    for (const sender of this.#line) {
      if (sender.waiter.blocked) sender.blockedMillis ??= this.#clockMillis;
    }
  }

  /** What a sender is still owed, at least -1: how long it has been overdue makes no difference. */
  #owed(message: Message): number {
    const sender = this.#line.find((waiting) => waiting.message === message);
    if (sender === undefined) return Number.NaN;
    const { blockedMillis } = sender;
    const due =
      blockedMillis === undefined
        ? sender.sinceMillis + sender.toldMillis
        : blockedMillis + this.#configuration.blockTimeoutMillis;
    return Math.max(-1, due - this.#clockMillis);
  }

  #arrive(bytes: number, isMarked: boolean): Message {
    if (isMarked) this.#marked++;
    const message = messageOf(this.#made++, bytes, isMarked);
    if (this.#isWatched) this.newcomer = message;
    return message;
  }

  #glimpse(): void {
    const { subject } = this;
    const { length: messages, bytes, waiting } = subject;
    this.glimpses.push({ messages, bytes, waiting });
  }

  get #isOpen(): boolean {
    return isOpen(this.subject.state);
  }
}

const nobody: ReadonlyArray<Sender> = [];
const sizeOf = ({ bytes }: Message) => bytes;
const unwaited = { waitedMillis: 0, toldMillis: 0, blockedMillis: undefined };

/** One object for a message, however often its trace is played: then pictures can be compared. */
export function messageOf(id: number, bytes: number, isMarked: boolean): Message {
  messages[id] ??= [];
  const ofId = messages[id] as Array<Message>;
  const at = bytes * 2 + (isMarked ? 1 : 0);
  ofId[at] ??= { id, bytes, isMarked };
  return ofId[at];
}

const messages: Array<Array<Message>> = [];
