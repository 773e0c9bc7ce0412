/** An outbox with what an actor adds to it: a clock, timers, and the end of an orderly close. */
import type { Configuration, Outbox, OutboxOptions, StepListener } from "@sluice/core";
import { Event, isOpen } from "@sluice/machines";
import type { Ending } from "../System.js";

/** What is checked: an outbox, as far as it can be used from outside. */
export type OutboxSubject<T> = Pick<
  Outbox<T>,
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
  | "state"
  | "stateId"
  | "delayMillis"
>;

const endings: Readonly<Record<Ending, number>> = {
  close: Event.close,
  evict: Event.evict,
  disconnect: Event.disconnected,
};

export class ClockedOutbox<T extends { readonly bytes: number }> {
  readonly options: OutboxOptions<T>;
  outbox: OutboxSubject<T>;
  /** Time that has passed; a clock that is set back does not lower it. */
  elapsedMillis = 0;
  nowMillis = 0;
  #closeByMillis = Number.POSITIVE_INFINITY;

  constructor(
    make: (options: OutboxOptions<T>) => OutboxSubject<T>,
    configuration: Configuration,
    listener: StepListener,
  ) {
    this.options = {
      configuration,
      listener,
      sizeOf: ({ bytes }) => bytes,
      now: () => this.nowMillis,
    };
    this.outbox = make(this.options);
  }

  /** The transport takes up to so many messages, one after another. */
  drain(count: number, transport: (message: T) => void): void {
    const { outbox } = this;
    for (let taken = 0; taken < count && outbox.length > 0; taken++) {
      transport(outbox.peek() as T);
      outbox.delivered();
    }
    this.#finishClosing();
  }

  /** From deadline to deadline: timers have whole milliseconds, as the actor's have, and are never early. */
  advance(millis: number, onWake?: () => void): void {
    let leftMillis = millis;
    let idle = 0;
    do {
      const wait = Math.min(leftMillis, Math.ceil(this.millisToDeadline()));
      idle = wait === 0 ? idle + 1 : 0;
      // A deadline of which nothing comes is for the rules to see.
      const passed = idle > 2 ? leftMillis : wait;
      this.jump(passed);
      leftMillis -= passed;
      this.outbox.advance();
      if (this.closeMillis <= 0) this.outbox.signal(Event.deadline);
      onWake?.();
    } while (leftMillis > 0);
  }

  /** The clock is set, and no timer goes off. */
  jump(millis: number): void {
    this.nowMillis += millis;
    this.elapsedMillis += Math.max(0, millis);
  }

  close(how: Ending): void {
    const { outbox } = this;
    if (how === "close" && isOpen(outbox.state)) {
      this.#closeByMillis = this.nowMillis + this.options.configuration.closeTimeoutMillis;
    }
    outbox.signal(endings[how]);
    this.#finishClosing();
  }

  /** Until an orderly close is given up; `Infinity` when there is none. */
  get closeMillis(): number {
    if (this.outbox.state !== "closing") return Number.POSITIVE_INFINITY;
    return this.#closeByMillis - this.nowMillis;
  }

  millisToDeadline(): number {
    return Math.min(this.outbox.millisToDeadline(), Math.max(0, this.closeMillis));
  }

  #finishClosing(): void {
    const { outbox } = this;
    if (outbox.length === 0 && outbox.state === "closing") outbox.signal(Event.flushed);
  }
}
