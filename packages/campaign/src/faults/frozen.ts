/** Processes of clients that are stopped, and go on: once for a while, once for longer than a client may be stalled. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

export const frozen: Fault = {
  name: "frozen",
  what: "clients stopped for 2 s, then for 8 s (SIGSTOP, SIGCONT)",
  by: "signal",
  isQuick: true,
  expects: { reported: true, evicted: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    stage.victims.kill("SIGSTOP");
    await pass(2_000);
    stage.victims.kill("SIGCONT");
    await stage.restored();
    stage.strikes();
    stage.victims.kill("SIGSTOP");
    await pass(8_000);
    stage.victims.kill("SIGCONT");
  },
};
