/** How the process is: its memory, and how late its event loop comes round. Measures only while it is on. */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { processMemory } from "@sluice/runtime/metrics";
import type { Vitals } from "./Protocol.js";

/** How often the event loop is timed; the histogram holds this much more than the delay. */
const resolutionMillis = 10;

export class VitalSigns {
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMillis });

  start(): void {
    this.#loop.reset();
    this.#loop.enable();
  }

  stop(): void {
    this.#loop.disable();
  }

  /** Since the last time. */
  take(): Vitals {
    const loop = this.#loop;
    const loopDelayMillis = {
      median: delayMillis(loop.percentile(50)),
      p99: delayMillis(loop.percentile(99)),
      max: delayMillis(loop.max),
    };
    loop.reset();
    return { rssBytes: processMemory().rss, loopDelayMillis };
  }
}

function delayMillis(nanos: number): number {
  return Math.round(Math.max(0, nanos / 1e6 - resolutionMillis) * 100) / 100;
}
