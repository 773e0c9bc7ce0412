/**
 * The shipping actor on a scripted transport, a flusher that is turned by hand and a clock that is moved by
 * hand: all of it runs inside the calls of the driver, so that a path can be played again and again.
 *
 * In a trace, `drain` lets the peer take a message and the transport tells of it, or not if it is silent; a
 * drain of 0 messages is one turn of the flusher.
 */
import type { Configuration, OfferResult, Waiter } from "@sluice/core";
import { states } from "@sluice/machines";
import { Actor } from "@sluice/runtime";
import { ManualFlusher } from "@sluice/runtime/testing";
import { Clock, Context, Effect, Scope } from "effect";
import {
  type Answer,
  type Glimpse,
  type Message,
  type Move,
  messageOf,
  type Picture,
  type Sender,
  type Step,
} from "../Harness.js";
import { ManualClock } from "./ManualClock.js";
import { WatchedTransport } from "./WatchedTransport.js";

/** An actor, and what surrounds it, at a quiet moment. */
export interface ActorPicture extends Picture {
  readonly isPressured: boolean;
  /** Bytes that the transport holds; -1 is room for one that has not come. */
  readonly heldBytes: number;
  readonly refusals: number;
  readonly violations: ReadonlyArray<string>;
  readonly isTransportClosed: boolean;
  /** Connections in the flusher's line: 0 or 1, or there is one twice. */
  readonly inLine: number;
  /** When timers go off, in milliseconds from now. */
  readonly timers: ReadonlyArray<number>;
  readonly toldOfEnd: number;
  readonly finalized: number;
  /** Since the actor looked at the transport, and since it saw progress, in milliseconds. */
  readonly lookedMillis: number;
  readonly stuckMillis: number;
}

interface Waiting {
  readonly message: Message;
  readonly waiter: Waiter<Message>;
  readonly toldMillis: number;
  readonly sinceMillis: number;
  blockedMillis: number | undefined;
}

export class ActorHarness {
  readonly answers: Array<Answer> = [];
  readonly delivered: Array<Message> = [];
  readonly steps: Array<Step> = [];
  readonly glimpses: Array<Glimpse> = [];
  newcomer: Message | undefined;

  readonly #configuration: Configuration;
  readonly #clock = new ManualClock();
  readonly #transport: WatchedTransport;
  readonly #flusher = new ManualFlusher({ bytes: 64, messages: 2 });
  readonly #actor: Actor<Message>;
  #isWatched = false;
  #closeByMillis = Number.POSITIVE_INFINITY;
  #made = 0;
  #marked = 0;
  #fates = "";
  #line: Array<Waiting> = [];
  /** What the outbox holds, by the answers that it gave. */
  #held: ReadonlyArray<Message> = [];
  #taken: Array<Message> = [];
  #accepted = 0;
  #toldOfEnd = 0;
  #finalized = 0;

  constructor(configuration: Configuration, refuses: boolean) {
    this.#configuration = configuration;
    this.#transport = new WatchedTransport(() => this.#clock.millis, refuses);
    this.#actor = new Actor<Message>({
      id: "explored",
      transport: this.#transport,
      flusher: this.#flusher,
      sizeOf: ({ bytes }) => bytes,
      configuration,
      context: Context.make(Clock.Clock, this.#clock),
      listener: {
        onStep: (event, from, to) => {
          if (!this.#isWatched) return;
          this.steps.push({ event, from, to });
          this.#glimpse();
        },
      },
    });
    this.#actor.onClosed(() => this.#toldOfEnd++);
    Effect.runSync(
      Scope.addFinalizer(
        this.#actor.scope,
        Effect.sync(() => this.#finalized++),
      ),
    );
  }

  /** From now on what happens is looked at. */
  begin(): void {
    this.#isWatched = true;
  }

  perform(move: Move): void {
    this.#taken = [];
    this.#act(move);
    this.#noteBlocked();
    this.#noteDeliveries();
  }

  #act({ operation, isMarked }: Move): void {
    const actor = this.#actor;
    switch (operation.op) {
      case "offer": {
        const message = this.#arrive(operation.bytes, isMarked);
        const result = actor.offer(message);
        // What is offered passes those that wait.
        if (result._tag === "Accepted") this.#taken.unshift(message);
        this.#noteFate(message, result);
        if (this.#isWatched) {
          this.answers.push({
            message,
            by: "offer",
            result,
            waitedMillis: 0,
            toldMillis: 0,
            blockedMillis: undefined,
          });
        }
        break;
      }
      case "send":
        this.#send(this.#arrive(operation.bytes, isMarked));
        break;
      case "drain":
        if (operation.count === 0) this.#flusher.flush();
        else this.#drain(operation.silently === true);
        break;
      case "advance":
        this.#clock.advance(operation.millis, () => this.#noteBlocked());
        break;
      case "cancel": {
        const sender = this.#line[operation.waiter % this.#line.length];
        if (sender !== undefined) actor.cancel(sender.waiter);
        break;
      }
      case "close":
        if (states[actor.outbox.stateId]?.health !== undefined) {
          this.#closeByMillis = this.#clock.millis + this.#configuration.closeTimeoutMillis;
        }
        actor.close();
        break;
      case "evict":
        actor.evict();
        break;
      case "disconnect":
        if (this.#transport.isClosed) break;
        this.#transport.disconnect();
        actor.disconnected();
        break;
      default:
        throw new Error(`${operation.op} is not in the alphabet`);
    }
  }

  picture(): ActorPicture {
    const actor = this.#actor;
    const stats = actor.outbox.stats();
    const now = this.#clock.millis;
    const { due } = this.#clock;
    const transport = this.#transport;
    return {
      row: actor.outbox.stateId,
      state: stats.state,
      health: stats.health,
      stats,
      held: this.#held,
      head: this.#held[0],
      line: this.#line.map((sender) => this.#senderOf(sender)),
      recent: null,
      millisToDeadline: due[0] ?? Number.POSITIVE_INFINITY,
      marked: this.#marked,
      fates: this.#fates,
      closeMillis: stats.state === "closing" ? this.#closeByMillis - now : Number.POSITIVE_INFINITY,
      isPressured: actor.isPressured,
      heldBytes: transport.heldBytes,
      refusals: actor.pump.refusals,
      violations: [...transport.violations],
      isTransportClosed: transport.isClosed,
      inLine: this.#flusher.size,
      timers: due,
      toldOfEnd: this.#toldOfEnd,
      finalized: this.#finalized,
      lookedMillis: now - transport.lookedMillis,
      stuckMillis: now - transport.progressMillis,
    };
  }

  #drain(isSilent: boolean): void {
    if (this.#transport.isClosed) return;
    this.#transport.takeOne();
    if (!isSilent) this.#actor.drained();
  }

  #send(message: Message): void {
    const toldMillis = this.#actor.outbox.delayMillis;
    const sinceMillis = this.#clock.millis;
    let settled = false;
    const waiter = this.#actor.send(message, (result) => {
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
  ): void {
    const waiting = this.#line.find((sender) => sender.message === message);
    this.#line = this.#line.filter((sender) => sender !== waiting);
    if (result._tag === "Accepted") this.#taken.push(message);
    this.#noteFate(message, result);
    if (!this.#isWatched) return;
    const since = waiting?.blockedMillis;
    this.answers.push({
      message,
      by: "send",
      result,
      waitedMillis: this.#clock.millis - begun.sinceMillis,
      toldMillis: begun.toldMillis,
      blockedMillis: since === undefined ? undefined : this.#clock.millis - since,
    });
    this.#glimpse();
  }

  #senderOf({ message, waiter, toldMillis, sinceMillis, blockedMillis }: Waiting): Sender {
    const now = this.#clock.millis;
    const { blockTimeoutMillis } = this.#configuration;
    const due =
      blockedMillis === undefined ? sinceMillis + toldMillis : blockedMillis + blockTimeoutMillis;
    return {
      message,
      blocked: waiter.blocked,
      millisLeft: Math.max(0, waiter.dueMillis - now),
      rung: waiter.rung,
      owedMillis: Math.max(-1, due - now),
    };
  }

  /** What the transport has taken, and what is left of what was held and of what came. */
  #noteDeliveries(): void {
    const { accepted } = this.#transport;
    const all = [...this.#held, ...this.#taken];
    for (const message of accepted.slice(this.#accepted)) {
      if (message.isMarked) this.#fates += " delivered";
      if (this.#isWatched) this.delivered.push(message);
    }
    this.#accepted = accepted.length;
    this.#held = all.slice(all.length - this.#actor.outbox.stats().buffered.messages);
  }

  #noteBlocked(): void {
    for (const sender of this.#line) {
      if (sender.waiter.blocked) sender.blockedMillis ??= this.#clock.millis;
    }
  }

  #noteFate({ isMarked }: Message, result: OfferResult): void {
    if (isMarked && result._tag === "Rejected") this.#fates += ` ${result.reason}`;
  }

  #arrive(bytes: number, isMarked: boolean): Message {
    if (isMarked) this.#marked++;
    const message = messageOf(this.#made++, bytes, isMarked);
    if (this.#isWatched) this.newcomer = message;
    return message;
  }

  #glimpse(): void {
    const { buffered, waiting } = this.#actor.outbox.stats();
    this.glimpses.push({ ...buffered, waiting: waiting.messages });
  }
}
