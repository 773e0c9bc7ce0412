/**
 * An actor whose every yield point is in a test's hands: what the peer reads and whether anybody tells of it,
 * each turn of the flusher, each sender's fiber, and the clock. It checks the laws after each step.
 */
import {
  type ConfigurationOptions,
  imbalance,
  type OfferResult,
  rejected,
  total,
} from "@sluice/core";
import { Actor, Connection, PlainConnection, type SendError } from "@sluice/runtime";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context, Effect, Exit, type Fiber, Option, Scope } from "effect";

export interface Message {
  readonly number: number;
  readonly bytes: number;
}

export type Step =
  | { readonly do: "send"; readonly bytes: number }
  | { readonly do: "offer"; readonly bytes: number }
  /** The nth sender, from 0; no matter if there is none, or it no longer waits. */
  | { readonly do: "interrupt"; readonly sender: number }
  /** The flusher turns, and the sender is interrupted before it can be told of what that did. */
  | { readonly do: "flush and interrupt"; readonly sender: number }
  /** The peer reads so many bytes, and perhaps somebody tells of it. */
  | { readonly do: "read"; readonly bytes: number; readonly told: boolean }
  | { readonly do: "flush" }
  | { readonly do: "tick"; readonly millis: number }
  | { readonly do: "close" | "evict" | "disconnect" };

interface Sender {
  readonly number: number;
  readonly fiber: Fiber.Fiber<unknown, SendError>;
  result: OfferResult | undefined;
}

export class Rig {
  readonly clock = new ManualClock();
  readonly flusher = new ManualFlusher({ bytes: 64, messages: 2 });
  readonly transport = new ScriptedTransport<Message>({ sizeOf: ({ bytes }) => bytes, room: 4 });
  readonly actor: Actor<Message>;
  readonly plain: PlainConnection<Message>;
  readonly senders: Array<Sender> = [];
  /** Messages that must never be accepted by the transport. */
  readonly out = new Set<number>();
  /** Where it has been: a run that never got anywhere interesting proves nothing. */
  readonly seen = new Set<string>();

  readonly #fork: ReturnType<typeof Effect.runForkWith<never>>;
  readonly #connection: Connection<Message>;
  /** Interrupted when they had been let in: wholly in. */
  readonly #in = new Set<number>();
  #messages = 0;
  #finalized = 0;
  #toldOfEnd = 0;

  constructor(configuration: ConfigurationOptions) {
    const context = Context.make(Clock.Clock, this.clock) as Context.Context<never>;
    this.#fork = Effect.runForkWith(context);
    this.actor = new Actor<Message>({
      transport: this.transport,
      flusher: this.flusher,
      sizeOf: ({ bytes }) => bytes,
      configuration,
      context,
    });
    this.#connection = new Connection(this.actor);
    this.plain = new PlainConnection(this.actor);
    const finalize = Effect.sync(() => this.#finalized++);
    this.#fork(Scope.addFinalizer(this.#connection.scope, finalize));
    this.actor.ending.onClosed(({ by }) => {
      this.#toldOfEnd++;
      this.seen.add(`closed by ${by}`);
    });
  }

  message(bytes: number): Message {
    return { number: this.#messages++, bytes };
  }

  async play(step: Step): Promise<void> {
    switch (step.do) {
      case "send":
        this.#send(this.message(step.bytes));
        break;
      case "offer": {
        const message = this.message(step.bytes);
        if (this.actor.offer(message)._tag === "Rejected") this.out.add(message.number);
        break;
      }
      case "interrupt":
        this.#interrupt(step.sender);
        break;
      case "flush and interrupt":
        this.flusher.flush();
        this.#interrupt(step.sender, true);
        break;
      case "read":
        if (this.transport.isClosed) break;
        this.transport.drain(step.bytes);
        if (step.told) this.actor.drained();
        if (step.told && this.actor.outbox.state !== "closed") {
          law("R24 · a drain is heard", this.actor.isPressured === this.#isHolding);
        }
        break;
      case "flush":
        this.flusher.flush();
        law("R21 · out of line under pressure", !this.actor.isPressured || this.flusher.size === 0);
        break;
      case "tick":
        await this.clock.pass(step.millis);
        break;
      case "close":
        this.actor.close();
        break;
      case "evict":
        this.actor.evict();
        break;
      case "disconnect":
        if (this.transport.isClosed) break;
        this.transport.disconnect();
        this.actor.disconnected();
        break;
      default:
        step satisfies never;
    }
    // Senders are told in a microtask of their own.
    await Promise.resolve();
    this.check();
  }

  /** What holds at any moment. */
  check(): void {
    const { actor, clock, transport } = this;
    const stats = actor.outbox.stats();
    const { buffered, waiting } = stats;
    const { maxMessages, maxBytes, maxWaiters } = actor.outbox.configuration;
    this.seen.add(stats.state);
    if (actor.isPressured) this.seen.add(`${stats.state} under pressure`);
    if (stats.rejected.timeout.messages > 0) this.seen.add("timed out");
    if (stats.rejected.interrupted.messages > 0) this.seen.add("interrupted");
    const left = imbalance(stats);
    law("R1, R2", left.messages === 0 && left.bytes === 0);
    law("R3", buffered.messages <= maxMessages && buffered.bytes <= maxBytes);
    law("R4", waiting.messages <= maxWaiters);
    law(`R21 · ${transport.violations[0]}`, transport.violations.length === 0);
    law("R19 · at most one fiber for time", clock.sleepers <= 1);
    law("R23 · a timer for who waits", waiting.messages === 0 || clock.sleepers === 1);
    law("R25 · a watchdog under pressure", !actor.isPressured || clock.sleepers === 1);
    const mustWait = buffered.messages === 0 || actor.isPressured;
    law("R24 · in line with what can be written", mustWait || this.flusher.size === 1);
  }

  /** The peer reads on and nobody tells of it: in time all is delivered, and everybody has been told. */
  async recover(): Promise<void> {
    const { watchdogMillis } = this.actor.outbox.configuration;
    // A round for each message, at the most; and one for each sender that only waits for time.
    for (let round = 0; round <= this.#messages && this.actor.outbox.state !== "closed"; round++) {
      this.transport.drain();
      await this.play({ do: "tick", millis: watchdogMillis });
      this.flusher.settle();
    }
    await this.play({ do: "tick", millis: 10_000 });
    this.flusher.settle();
    await this.play({ do: "tick", millis: watchdogMillis });
    law("R23, R24 · nobody waits", this.actor.outbox.stats().waiting.messages === 0);
    law("R25 · nothing is left", this.actor.outbox.stats().buffered.messages === 0);
    if (this.actor.outbox.state === "normal") this.seen.add("recovered");
    this.#checkSenders();
  }

  /** The peer goes, if it has not: nothing is left. */
  async end(): Promise<void> {
    if (this.actor.outbox.state === "closed") this.flusher.settle();
    await this.play({ do: "disconnect" });
    this.flusher.settle();
    const stats = this.actor.outbox.stats();
    law("R17 · closed", stats.state === "closed");
    law("R1 · nothing is left", stats.buffered.messages + stats.waiting.messages === 0);
    law("R20 · no fiber sleeps", this.clock.sleepers === 0);
    law("R20 · not in line", this.flusher.size === 0);
    law("R20 · finalizers run once", this.#finalized === 1);
    law("R20 · told of the end once", this.#toldOfEnd === 1);
    this.#checkSenders();
    this.#checkDelivered();
  }

  #checkDelivered(): void {
    const accepted = this.transport.accepted.map(({ number }) => number);
    law("R5 · nothing twice", new Set(accepted).size === accepted.length);
    law(
      "R11 · what was delivered",
      this.actor.outbox.stats().delivered.messages === accepted.length,
    );
    law("R5, R9, R19 · wholly out", !accepted.some((number) => this.out.has(number)));
    const sends = new Set(this.senders.map(({ number }) => number));
    const dropped = total(this.actor.outbox.stats().dropped).messages;
    const missing = [...this.#in].filter((number) => !accepted.includes(number));
    law("R19 · wholly in: delivered, or counted as dropped", missing.length <= dropped);
    law("R6 · offers in order", isRising(accepted.filter((number) => !sends.has(number))));
    law("R6 · sends in order", isRising(accepted.filter((number) => sends.has(number))));
  }

  /** The transport holds bytes: it is under pressure, whatever the actor knows of that. */
  get #isHolding(): boolean {
    return !this.transport.isClosed && this.transport.bufferedBytes() > 0;
  }

  /** Whoever has not been told waits, and is out; unless it has been let in and will only be told. */
  #interrupt(at: number, mayBeIn = false): void {
    const sender = this.senders[at];
    if (sender === undefined || sender.result !== undefined) return;
    const before = this.actor.outbox.stats().rejected.interrupted.messages;
    sender.fiber.interruptUnsafe();
    const isOut = this.actor.outbox.stats().rejected.interrupted.messages === before + 1;
    law("R19 · out of the line", isOut || mayBeIn);
    if (isOut) this.out.add(sender.number);
    else {
      this.#in.add(sender.number);
      this.seen.add("interrupted when let in");
    }
  }

  #send(message: Message): void {
    const { number } = message;
    const fiber = this.#fork(this.#connection.send(message));
    const sender: Sender = { number, fiber, result: undefined };
    this.senders.push(sender);
    fiber.addObserver((exit) => {
      sender.result = resultOf(exit);
      if (sender.result._tag === "Rejected" && sender.result.reason !== "interrupted") {
        this.out.add(number);
      }
    });
  }

  #checkSenders(): void {
    law(
      "R23 · everybody is told",
      this.senders.every(({ result }) => result !== undefined),
    );
  }
}

const isRising = (numbers: ReadonlyArray<number>) =>
  numbers.every((number, place) => number > (numbers[place - 1] ?? -1));

/** A law by its number. (`expect` takes ten times as long as what it looks at.) */
function law(name: string, holds: boolean): void {
  if (!holds) throw new Error(name);
}

function resultOf(exit: Exit.Exit<unknown, SendError>): OfferResult {
  if (Exit.isSuccess(exit)) return exit.value as OfferResult;
  if (Exit.hasInterrupts(exit)) return rejected.interrupted;
  return rejected[Option.getOrThrow(Exit.findErrorOption(exit)).reason];
}
