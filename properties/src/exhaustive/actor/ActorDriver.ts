/**
 * The shipping actor on a scripted transport, a flusher that is turned by hand and a clock that is moved by
 * hand: all of it runs inside the calls of the driver, so that a path can be played again and again.
 *
 * In a trace, `drain` lets the peer take a message and the transport tells of it, or not if it is silent; a
 * drain of 0 messages is one turn of the flusher.
 */
import type { Configuration, OfferResult, Waiter } from "@sluice/core";
import { isOpen } from "@sluice/machines";
import { Actor, type ReceiptStatistics } from "@sluice/runtime";
import { ManualClock, ManualFlusher } from "@sluice/runtime/testing";
import { Clock, Context, Effect, Scope } from "effect";
import type { Message } from "../../laws/Transition.js";
import type { Operation } from "../../Operation.js";
import type { Ending } from "../../System.js";
import { Driver, type Move, type SeenPicture } from "../Driver.js";
import { WatchedTransport } from "./WatchedTransport.js";

/** An actor, and what surrounds it, at a quiet moment. */
export interface ActorPicture extends SeenPicture {
  readonly isPressured: boolean;
  /** Bytes that the transport holds; -1 is room for one that has not come. */
  readonly heldBytes: number;
  readonly refusals: number;
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
  readonly receipts: SeenReceipts;
}

/** What the actor says of its client, and what the client knows. */
export interface SeenReceipts extends Pick<ReceiptStatistics, "status" | "acknowledged"> {
  /** Handed over and not acknowledged, in messages. */
  readonly inFlight: number;
  /** Whether nothing more is handed over before an answer. */
  readonly isShut: boolean;
  readonly silentMillis: number;
  /** How many messages were handed over before each ping that has not been answered. */
  readonly unanswered: ReadonlyArray<number>;
  /** How many messages the client has received. */
  readonly received: number;
}

export class ActorDriver extends Driver<ActorPicture> {
  readonly outbox: Actor<Message>["outbox"];
  readonly #clock = new ManualClock();
  readonly #transport: WatchedTransport;
  readonly #flusher = new ManualFlusher({ bytes: 64, messages: 2 });
  readonly #actor: Actor<Message>;
  #closeByMillis = Number.POSITIVE_INFINITY;
  /** What the outbox holds, by the answers that it gave. */
  #held: ReadonlyArray<Message> = [];
  #taken: Array<Message> = [];
  #accepted = 0;
  #toldOfEnd = 0;
  #finalized = 0;

  constructor(configuration: Configuration, refuses: boolean, isPinged = false) {
    super(configuration);
    this.#transport = new WatchedTransport(() => this.#clock.millis, refuses, isPinged);
    this.#actor = new Actor<Message>({
      id: "explored",
      transport: this.#transport,
      flusher: this.#flusher,
      sizeOf: ({ bytes }) => bytes,
      configuration,
      context: Context.make(Clock.Clock, this.#clock),
      listener: this.listener,
    });
    this.outbox = this.#actor.outbox;
    this.#actor.receipts.ask();
    this.#actor.ending.onClosed(() => this.#toldOfEnd++);
    Effect.runSync(
      Scope.addFinalizer(
        this.#actor.ending.scope,
        Effect.sync(() => this.#finalized++),
      ),
    );
  }

  override perform(move: Move): void {
    this.#taken = [];
    super.perform(move);
    const { accepted } = this.#transport;
    while (this.#accepted < accepted.length) {
      this.noteDelivered(accepted[this.#accepted++] as Message);
    }
    const all = [...this.#held, ...this.#taken];
    this.#held = all.slice(all.length - this.outbox.length);
  }

  picture(): ActorPicture {
    const now = this.#clock.millis;
    const { due } = this.#clock;
    const transport = this.#transport;
    const seen = this.seen({ held: this.#held, line: this.line(), recent: null });
    return Object.assign(seen, {
      millisToDeadline: due[0] ?? Number.POSITIVE_INFINITY,
      misuse: [...transport.violations],
      isPressured: this.#actor.isPressured,
      heldBytes: transport.heldBytes,
      refusals: this.#actor.pump.refusals,
      isTransportClosed: transport.isClosed,
      inLine: this.#flusher.size,
      timers: due,
      toldOfEnd: this.#toldOfEnd,
      finalized: this.#finalized,
      lookedMillis: now - transport.lookedMillis,
      stuckMillis: now - transport.progressMillis,
      receipts: this.#receipts(),
    });
  }

  #receipts(): SeenReceipts {
    const { receipts } = this.#actor;
    const { status, acknowledged } = receipts.statistics();
    const { accepted, unanswered, received } = this.#transport;
    return {
      status,
      acknowledged,
      inFlight: accepted.length - acknowledged.messages,
      isShut: receipts.isShut,
      silentMillis: receipts.silentMillis,
      unanswered: unanswered.map(({ messages }) => messages),
      received,
    };
  }

  protected get nowMillis(): number {
    return this.#clock.millis;
  }

  protected get closeMillis(): number {
    if (this.outbox.state !== "closing") return Number.POSITIVE_INFINITY;
    return this.#closeByMillis - this.#clock.millis;
  }

  protected offer(message: Message): OfferResult {
    const result = this.#actor.offer(message);
    // What is offered passes those that wait.
    if (result._tag === "Accepted") this.#taken.unshift(message);
    return result;
  }

  protected send(message: Message, settle: (result: OfferResult) => void) {
    return this.#actor.send(message, (result) => {
      if (result._tag === "Accepted") this.#taken.push(message);
      settle(result);
    });
  }

  protected cancel(waiter: Waiter<Message>): void {
    this.#actor.cancel(waiter);
  }

  protected drain({ count, silently }: Extract<Operation, { op: "drain" }>): void {
    if (count === 0) this.#flusher.flush();
    if (count === 0 || this.#transport.isClosed) return;
    this.#transport.takeOne();
    if (silently !== true) this.#actor.drained();
  }

  protected advance(millis: number): void {
    this.#clock.advance(millis, () => this.noteBlocked());
  }

  protected override pong({ to }: Extract<Operation, { op: "pong" }>): void {
    if (this.#transport.isClosed) return;
    const payload = to === "none" ? "sluice 0" : this.#transport.answer(to);
    if (payload !== undefined) this.#actor.pong(Buffer.from(payload));
  }

  protected assess(): void {
    this.#actor.assess();
  }

  protected close(how: Ending): void {
    if (how === "evict") this.#actor.evict();
    else if (how === "close") {
      if (isOpen(this.outbox.state)) {
        this.#closeByMillis = this.#clock.millis + this.configuration.closeTimeoutMillis;
      }
      this.#actor.close();
    } else if (!this.#transport.isClosed) {
      this.#transport.disconnect();
      this.#actor.disconnected();
    }
  }
}
