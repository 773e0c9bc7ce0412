/** A buffer with flow control applied to it, for any message type and any way of draining. */
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
} from "./configuration/Configuration.js";
import { ConfigurationError } from "./configuration/ConfigurationError.js";
import type { Statistics } from "./ledger/Statistics.js";
import type { OfferResult } from "./OfferResult.js";
import { Outbox } from "./Outbox.js";
import { aFunction, checkOptions } from "./problems/Rules.js";
import { type Inspect, speaks } from "./problems/Spoken.js";

/** The time that a sender lives in: a monotonic clock and a timer, both in milliseconds. */
export interface Timer {
  readonly now: () => number;
  /** Calls `wake` once after `millis`, unless the function that it returns is called first. */
  readonly after: (millis: number, wake: () => void) => () => void;
}

/**
 * A buffer whose `send` waits as the fill demands and whose `drain` makes room again.
 *
 * @example
 * ```ts
 * import { configuration, FlowControlledSender } from "@sluice/core";
 *
 * const sender = new FlowControlledSender<string>({
 *   configuration: configuration({ maxMessages: 100 }),
 *   timer: {
 *     now: () => performance.now(),
 *     after: (millis, wake) => {
 *       const handle = setTimeout(wake, millis);
 *       return () => clearTimeout(handle);
 *     },
 *   },
 * });
 * await sender.send("hello"); // => { _tag: "Accepted", evicted: 0 }
 * sender.drain(10); // => ["hello"]
 * ```
 */
export class FlowControlledSender<T> {
  readonly #outbox: Outbox<T>;
  readonly #timer: Timer;
  #stopTimer: (() => void) | undefined;

  /**
   * Without `sizeOf` messages have no size, and `maxMessages` alone bounds the buffer.
   *
   * @throws {ConfigurationError} when the configuration or another option is not valid.
   */
  constructor(options: {
    readonly configuration: ConfigurationOptions | Configuration;
    readonly timer: Timer;
    readonly sizeOf?: ((message: T) => number) | undefined;
  }) {
    checkOptions(options, "FlowControlledSender", {
      configuration: [() => true, "is validated by itself"],
      timer: [isTimer, timerRule],
      sizeOf: aFunction,
    });
    // Not to be left out.
    if (options.timer === undefined) {
      const problems = [{ field: "timer", value: undefined, rule: timerRule }];
      throw new ConfigurationError({ problems });
    }
    this.#timer = options.timer;
    this.#outbox = new Outbox<T>({
      configuration: configuration(options.configuration),
      sizeOf: options.sizeOf ?? (() => 0),
      now: options.timer.now,
    });
  }

  /** Waits as the fill demands, then buffers the message; resolves to what became of it. */
  send(message: T): Promise<OfferResult> {
    return new Promise((resolve) => {
      const waiter = this.#outbox.send(message, resolve);
      if (waiter !== undefined) this.#arm();
    });
  }

  /**
   * Removes and returns up to `count` messages, oldest first, and lets waiting senders in. `Infinity` is all.
   *
   * @throws {RangeError} when `count` is not a number from 0.
   */
  drain(count: number): Array<T> {
    if (typeof count !== "number" || !(count >= 0)) {
      throw new RangeError(`count (${String(count)}) must be a number from 0`);
    }
    const drained: Array<T> = [];
    while (drained.length < count && this.#outbox.length > 0) {
      drained.push(this.#outbox.take() as T);
    }
    if (drained.length > 0) this.#arm();
    return drained;
  }

  /** Messages buffered. */
  get bufferSize(): number {
    return this.#outbox.length;
  }

  get stats(): Statistics {
    return this.#outbox.stats();
  }

  /** Whether fewer than 10 % of recent messages were lost. */
  get isHealthy(): boolean {
    return this.#outbox.assess() === "healthy";
  }

  /** What it is like, for `JSON.stringify`. */
  toJSON(): object {
    return this.stats;
  }

  [speaks](_depth: number, options: object, inspect: Inspect): string {
    return `FlowControlledSender ${inspect(this.stats, options)}`;
  }

  #arm(): void {
    this.#stopTimer?.();
    const millis = this.#outbox.millisToDeadline();
    this.#stopTimer = Number.isFinite(millis)
      ? this.#timer.after(millis, () => {
          this.#stopTimer = undefined;
          this.#outbox.advance();
          this.#arm();
        })
      : undefined;
  }
}

const timerRule = "must have the functions now and after";

function isTimer(value: unknown): boolean {
  const { now, after } = Object(value) as Partial<Timer>;
  return typeof now === "function" && typeof after === "function";
}
