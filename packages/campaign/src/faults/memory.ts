/** Little memory: a small heap, a small budget for all that are behind, and most clients do not read. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

const maxTotalBytes = 2 * 1024 * 1024;
const heapMegabytes = 96;

export const memory: Fault = {
  name: "memory",
  what: `a heap of ${heapMegabytes} MB, maxTotalBytes of 2 MiB, all victims stopped for 6 s`,
  by: "limit",
  isQuick: true,
  setting: {
    maxTotalBytes,
    messagesPerSecond: 250,
    configuration: { evictTimeoutMillis: null, maxBytes: 4 * 1024 * 1024 },
    node: [`--max-old-space-size=${heapMegabytes}`],
  },
  expects: { reported: true, spared: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    stage.victims.kill("SIGSTOP");
    let most = 0;
    for (let looks = 0; looks < 24; looks++) {
      await pass(250);
      most = Math.max(most, (await stage.look()).budgetBytes);
    }
    stage.victims.kill("SIGCONT");
    await stage.restored();
    // Between two turns it may be over by an eighth.
    const bound = maxTotalBytes * 1.125;
    if (most > bound) stage.problems.push(`outboxes held ${most} bytes, of at most ${bound}`);
  },
};
