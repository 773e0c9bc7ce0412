/**
 * How late the event loop is: measured only while somebody asks. It begins with the first question and ends when
 * nobody has asked for five minutes.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** Delays in seconds: quantiles since the last question, count and sum since the beginning. */
export interface Delays {
  readonly quantiles: ReadonlyArray<readonly [quantile: number, seconds: number | undefined]>;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

/** A timer of so many milliseconds is set again and again; how late it comes is the delay. Node's default. */
const resolutionMillis = 10;
const idleMillis = 5 * 60_000;
const quantiles = [0.5, 0.9, 0.99, 1];

export class EventLoopDelay {
  #monitor: IntervalHistogram | undefined;
  #idle: NodeJS.Timeout | undefined;
  #count = 0;
  #sum = 0;

  /** Who asks begins a new window for the quantiles: with two who ask, each sees what the other has left. */
  read(): Delays {
    const monitor = this.#run();
    const { count } = monitor;
    const seen = count > 0;
    this.#count += count;
    if (seen) this.#sum += count * seconds(monitor.mean);
    const delays: Delays = {
      quantiles: quantiles.map((q) => [q, seen ? seconds(monitor.percentile(q * 100)) : undefined]),
      count: this.#count,
      min: seen ? seconds(monitor.min) : 0,
      max: seen ? seconds(monitor.max) : 0,
      sum: this.#sum,
    };
    if (seen) monitor.reset();
    return delays;
  }

  /** Stops measuring; the next question begins anew. */
  stop(): void {
    clearTimeout(this.#idle);
    this.#monitor?.disable();
    this.#monitor = undefined;
    this.#idle = undefined;
  }

  #run(): IntervalHistogram {
    this.#idle ??= setTimeout(() => this.stop(), idleMillis).unref();
    this.#idle.refresh();
    if (this.#monitor === undefined) {
      this.#monitor = monitorEventLoopDelay({ resolution: resolutionMillis });
      this.#monitor.enable();
    }
    return this.#monitor;
  }
}

/** The monitor counts from one timer to the next, in nanoseconds: what is beyond its own period is delay. */
function seconds(nanos: number): number {
  return Math.max(0, nanos / 1e9 - resolutionMillis / 1e3);
}
