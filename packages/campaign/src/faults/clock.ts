/** The wall clock of the server is stepped, forth and back, while some clients do not read. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

const hour = 3_600_000;
const steps = [hour, -2 * hour, 48 * hour, -47 * hour, 5_000, -5_000];

export const clock: Fault = {
  name: "clock",
  what: "the wall clock is stepped by hours and days, forth and back (Date in the server)",
  by: "server",
  isQuick: true,
  expects: { spared: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    for (const stepMillis of steps) {
      await stage.server.ask({ ask: "clock", stepMillis });
      await pass(500);
    }
    await stage.restored();
  },
};
