/**
 * The decisions of flow control for a caller that has a buffer of its own: may I send, how long should I
 * wait, what do I do when it is full, is this consumer healthy.
 */
import type { ConnectionState } from "@sluice/machines";
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  watermarksOf,
} from "./configuration/Configuration.js";
import { type OverflowRule, overflowRules } from "./configuration/OverflowStrategy.js";
import { delayMillis } from "./flow/Delay.js";
import { Elapsed } from "./flow/Elapsed.js";
import { Flow } from "./flow/Flow.js";
import { dropRate, healthOf } from "./ledger/DropRate.js";
import { type Recommendation, recommend } from "./ledger/Recommendation.js";
import { Tally, type Volume } from "./ledger/Volume.js";
import type { Problem } from "./problems/Problem.js";
import { ProblemsError } from "./problems/ProblemsError.js";
import { kindOf } from "./problems/Shown.js";

/** How full the caller's buffer is: finite numbers from 0. Without `bytes`, messages alone decide. */
export interface BufferLevel {
  readonly messages: number;
  readonly bytes?: number | undefined;
}

/** A level that is none: nothing is decided on it, and nothing has changed. */
export class BufferLevelError extends ProblemsError<"BufferLevelError"> {
  constructor({ problems }: { readonly problems: ReadonlyArray<Problem> }) {
    super("BufferLevelError", problems, "level");
  }
}

/** What to do with a message that finds the buffer full. */
export interface FullDecision extends OverflowRule {
  /** How long to wait for room before giving up, in milliseconds; 0 when the strategy does not wait. */
  readonly waitMillis: number;
}

/** What a controller has been told. */
export interface ControllerStatistics {
  readonly state: ConnectionState;
  readonly sent: Volume;
  readonly dropped: Volume;
  /** Dropped as a share of sent and dropped, 0 to 1. */
  readonly dropRate: number;
  readonly throttleEvents: number;
  readonly pauseEvents: number;
  /** Time in paused and dropping, in milliseconds. */
  readonly pausedMillis: number;
}

/**
 * Flow control without a buffer.
 *
 * @example
 * ```ts
 * import { configuration, FlowController } from "@sluice/core";
 *
 * const controller = new FlowController(
 *   configuration({ maxMessages: 10, maxDelayMillis: 100 }),
 *   () => performance.now(),
 * );
 * controller.calculateDelay({ messages: 8 }); // => 50
 * controller.canSend({ messages: 9 }); // => false
 * ```
 */
export class FlowController {
  readonly configuration: Configuration;
  readonly #elapsed: Elapsed;
  #flow: Flow;
  #sent = new Tally();
  #dropped = new Tally();

  /**
   * `now` gives milliseconds; it is read when the state changes.
   *
   * @throws {ConfigurationError} when the configuration is not valid.
   * @throws {TypeError} when `now` is not a function.
   */
  constructor(settings: ConfigurationOptions | Configuration, now: () => number) {
    if (typeof now !== "function") {
      throw new TypeError(`now must be a function that gives milliseconds, not ${kindOf(now)}`);
    }
    this.configuration = configuration(settings);
    this.#elapsed = new Elapsed(now);
    this.#flow = this.#newFlow();
  }

  /** The state at the last level seen. */
  get state(): ConnectionState {
    return this.#flow.state;
  }

  /**
   * Whether a message may be sent at this level: neither paused nor dropping.
   *
   * @throws {BufferLevelError} as all that is given a level, when that is not one.
   */
  canSend(level: BufferLevel): boolean {
    this.#see(level);
    return this.#flow.rung < 2;
  }

  /** How long to wait before sending at this level, in milliseconds: see `delayMillis`. */
  calculateDelay(level: BufferLevel): number {
    return delayMillis(this.configuration, this.#fill(level));
  }

  /**
   * Waits as long as this level asks for, with the caller's own way of waiting: a promise, an Effect, a
   * generator. Undefined when there is nothing to wait for.
   *
   * @example
   * ```ts
   * import { setTimeout as sleep } from "node:timers/promises";
   * import { configuration, FlowController } from "@sluice/core";
   *
   * const controller = new FlowController(configuration(), () => performance.now());
   * await controller.waitIfNeeded({ messages: 8 }, sleep);
   * ```
   */
  waitIfNeeded<A>(level: BufferLevel, sleep: (millis: number) => A): A | undefined {
    if (typeof sleep !== "function") {
      throw new TypeError(`sleep must be a function of milliseconds, not ${kindOf(sleep)}`);
    }
    this.#see(level);
    const delay = this.calculateDelay(level);
    return delay === 0 ? undefined : sleep(delay);
  }

  /** What to do with a message that finds the buffer full. Count what is lost with `recordDropped`. */
  handleBufferFull(): FullDecision {
    const { overflow, blockTimeoutMillis } = this.configuration;
    const rule = overflowRules[overflow];
    if (!rule.waits) this.#flow.overflow();
    return { ...rule, waitMillis: rule.waits ? blockTimeoutMillis : 0 };
  }

  /**
   * A message was sent.
   *
   * @throws {RangeError} when `bytes` is not a finite number from 0.
   */
  recordSent(bytes = 0): void {
    this.#sent.add(amount(bytes));
  }

  /**
   * A message was dropped.
   *
   * @throws {RangeError} when `bytes` is not a finite number from 0.
   */
  recordDropped(bytes = 0): void {
    this.#dropped.add(amount(bytes));
  }

  getStats(): ControllerStatistics {
    return {
      state: this.state,
      sent: this.#sent.snapshot(),
      dropped: this.#dropped.snapshot(),
      dropRate: this.#dropRate,
      throttleEvents: this.#flow.throttleEvents,
      pauseEvents: this.#flow.pauseEvents,
      pausedMillis: this.#flow.pausedMillis,
    };
  }

  /** Starts counting afresh, in state normal. */
  resetStats(): void {
    this.#flow = this.#newFlow();
    this.#sent = new Tally();
    this.#dropped = new Tally();
  }

  /** Whether fewer than 10 % of messages were dropped. */
  isHealthy(): boolean {
    return healthOf(this.#dropRate) === "healthy";
  }

  getRecommendation(level: BufferLevel): Recommendation {
    this.#see(level);
    return recommend({
      state: this.state,
      health: healthOf(this.#dropRate),
      fill: this.#fill(level),
      dropRate: this.#dropRate,
      stalledMillis: 0,
    });
  }

  get #dropRate(): number {
    const dropped = this.#dropped.messages;
    return dropRate(dropped, dropped + this.#sent.messages);
  }

  #fill(level: BufferLevel): number {
    const { messages, bytes } = checked(level);
    const { maxMessages, maxBytes } = this.configuration;
    return Math.min(1, Math.max(messages / maxMessages, bytes / maxBytes));
  }

  #see(level: BufferLevel): void {
    const { messages, bytes } = checked(level);
    this.#flow.rise(messages, bytes);
    this.#flow.fall(messages, bytes);
  }

  #newFlow(): Flow {
    return new Flow(watermarksOf(this.configuration), this.#elapsed, silent);
  }
}

/** A level that has been looked at; its bytes are 0 when they are not given. */
function checked(level: BufferLevel): { readonly messages: number; readonly bytes: number } {
  const { messages, bytes = 0 } = Object(level) as BufferLevel;
  if (isAmount(messages) && isAmount(bytes)) return { messages, bytes };
  const problems = Object.entries({ messages, bytes })
    .filter(([, value]) => !isAmount(value))
    .map(([field, value]) => ({ field, value, rule: amountRule }));
  throw new BufferLevelError({ problems });
}

function amount(bytes: number): number {
  if (isAmount(bytes)) return bytes;
  throw new RangeError(`bytes (${String(bytes)}) ${amountRule}`);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

const amountRule = "must be a finite number from 0";

const silent = { onStep: () => {} };
