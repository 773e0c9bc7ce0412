/**
 * The decisions of flow control for a caller that has a buffer of its own: may I send, how long should I
 * wait, what do I do when it is full, is this consumer healthy.
 */
import type { ConnectionState } from "@sluice/machines";
import { type Configuration, watermarksOf } from "./Configuration.js";
import { delayMillis } from "./Delay.js";
import { dropRate, healthOf } from "./DropRate.js";
import { Elapsed } from "./Elapsed.js";
import { Flow } from "./Flow.js";
import { type OverflowRule, overflowRules } from "./OverflowStrategy.js";
import { type Recommendation, recommend } from "./Recommendation.js";
import { Tally, type Volume } from "./Statistics.js";

/** How full the caller's buffer is. Without `bytes`, messages alone decide. */
export interface BufferLevel {
  readonly messages: number;
  readonly bytes?: number;
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

  /** `now` gives milliseconds; it is read when the state changes. */
  constructor(configuration: Configuration, now: () => number) {
    this.configuration = configuration;
    this.#elapsed = new Elapsed(now);
    this.#flow = this.#newFlow();
  }

  /** The state at the last level seen. */
  get state(): ConnectionState {
    return this.#flow.state;
  }

  /** Whether a message may be sent at this level: neither paused nor dropping. */
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

  /** A message was sent. */
  recordSent(bytes = 0): void {
    this.#sent.add(bytes);
  }

  /** A message was dropped. */
  recordDropped(bytes = 0): void {
    this.#dropped.add(bytes);
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

  #fill({ messages, bytes = 0 }: BufferLevel): number {
    const { maxMessages, maxBytes } = this.configuration;
    return Math.min(1, Math.max(messages / maxMessages, bytes / maxBytes));
  }

  #see({ messages, bytes = 0 }: BufferLevel): void {
    this.#flow.rise(messages, bytes);
    this.#flow.fall(messages, bytes);
  }

  #newFlow(): Flow {
    return new Flow(watermarksOf(this.configuration), () => this.#elapsed.millis(), silent);
  }
}

const silent = { onStep: () => {} };
