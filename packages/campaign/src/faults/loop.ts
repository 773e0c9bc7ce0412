/** The event loop of the server stands still: that is nobody's fault but its own, and nobody is closed for it. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

const pauses = [50, 250, 1_000, 5_000];

export const loop: Fault = {
  name: "loop",
  what: "the event loop of the server stands still for 50 ms, 250 ms, 1 s and 5 s",
  by: "server",
  isQuick: true,
  expects: { spared: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    for (const millis of pauses) {
      await stage.server.ask({ ask: "block", millis });
      await pass(500);
    }
    await stage.restored();
  },
};
