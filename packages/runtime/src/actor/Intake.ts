/** How messages come into a connection: each into the outbox in which it waits, its own or one beside that. */
import {
  configuration,
  type Elapsed,
  type Label,
  type OfferResult,
  Outbox,
  type RoomMaker,
  type StepListener,
  TopicGaps,
  type Waiter,
} from "@sluice/core";
import type { ActorOptions } from "./ActorOptions.js";
import { Backlogs } from "./Backlogs.js";
import { elapsed } from "./Clock.js";
import { defaultLanes, type Lanes, type Limited } from "./Lanes.js";
import { Named } from "./Named.js";
import type { Pump } from "./Pump.js";
import type { Reading } from "./Reading.js";
import type { Rung } from "./Rung.js";
import { type Settle, sendTo, takeIn } from "./Sending.js";

export abstract class Intake<T> extends Named implements RoomMaker, StepListener {
  /** @internal Its own outbox. */
  readonly own: Outbox<T>;
  protected readonly elapsed: Elapsed;
  /** @internal What is to be told of what was lost of topics, if it is. */
  readonly gaps: TopicGaps | undefined;
  abstract readonly pump: Pump<T>;
  /** @internal What it reads in the place of its outbox, while it keeps up. */
  reading: Reading | undefined;
  readonly #lanes: Lanes;

  /** @throws {ConfigurationError} */
  constructor(options: ActorOptions<T>) {
    super(options);
    const { vigil, rest: past, sizeOf, budget } = options;
    this.#lanes = options.lanes ?? defaultLanes;
    this.elapsed = options.elapsed ?? elapsed(vigil, this.context);
    const given = { configuration: configuration(options.configuration), now: this.elapsed };
    const room = options.makesRoom && { roomMaker: this };
    const { gapWire } = options;
    this.gaps = gapWire && (past?.gaps ?? new TopicGaps(gapWire));
    const all = { ...given, ...room, sizeOf, listener: this, past, budget, gaps: this.gaps };
    const failed = (error: unknown) => this.#unmerged(error);
    this.own = new Outbox<T>({ ...all, failed });
  }

  /** Takes or refuses a message at once. Its size in bytes may be given where it is known already. */
  offer(message: T, bytes?: number): OfferResult {
    if (this.reading !== undefined) this.reading.leave();
    const result = this.own.offer(message, bytes);
    if (!this.pump.isInLine) {
      this.pump.standInLine();
      this.pump.watchers?.taken(result);
    }
    return result;
  }

  /** The same for a message that has a label, in its lane. */
  offerLabelled(message: T, label: Label<T>, bytes?: number): OfferResult {
    this.reading?.leave();
    return takeIn(this.pump, this.#outboxFor(label), message, bytes, label);
  }

  /** The same for a message for many, whose channel may have limits of its own: see `Backlogs`. Its lane goes before these. */
  take(message: T, bytes: number, channel: Limited | undefined, label?: Label<T>): OfferResult {
    if (label === undefined && channel === undefined) return this.offer(message, bytes);
    const isApart = channel !== undefined && label?.lane === undefined;
    const outbox = isApart ? this.backlogs.outboxOf(channel) : this.#outboxFor(label);
    return this.takeInto(outbox, message, bytes, label);
  }

  /**
   * @internal Takes it into one of its outboxes. What its `merge` throws is of this connection alone: the newer message takes
   * the place of the older one then.
   */
  takeInto(outbox: Outbox<T>, message: T, bytes: number, label?: Label<T>): OfferResult {
    this.reading?.leave();
    try {
      return takeIn(this.pump, outbox, message, bytes, label);
    } catch (error) {
      if (label?.merge === undefined) throw error;
      this.#unmerged(error);
      return takeIn(this.pump, outbox, message, bytes, label.unmerged);
    }
  }

  /** Starts a send: see `Outbox.send`. `settle` may be called before this returns, and hears whether it waited. */
  send(message: T, settle: Settle, label?: Label<T>): Waiter<T> | undefined {
    this.reading?.leave();
    const waiter = sendTo(this.#outboxFor(label), this.pump, message, settle, label);
    if (waiter !== undefined) this.watchdog.arm();
    return waiter;
  }

  /** It may let in another whose delay is over. */
  cancel(waiter: Waiter<T>): void {
    if (this.own.cancel(waiter) || this.pump.backlogs?.cancel(waiter)) this.pump.standInLine();
  }

  /** Where a message waits: in that of its lane. */
  #outboxFor(label: Label<T> | undefined): Outbox<T> {
    return label?.lane === undefined ? this.own : this.backlogs.lane(label.lane);
  }

  #unmerged(error: unknown): void {
    this.report("messages of a key could not be merged", error);
  }

  /** @internal What waits beside its own outbox. */
  get backlogs(): Backlogs<T> {
    const overflowed = () => this.evict({}, "overflow");
    this.pump.backlogs ??= new Backlogs(this.own, this.#lanes, overflowed);
    return this.pump.backlogs;
  }

  /** Something may be due earlier than before. */
  protected abstract readonly watchdog: { arm(): void };
  abstract evict(options: object, rung: Rung): void;
  abstract makeRoom(): boolean;
  abstract onStep(event: number, from: number, to: number, mask: number): void;
}
