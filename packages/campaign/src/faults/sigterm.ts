/** The server is told to end while everyone is being sent to: all are closed in order, and have what was delivered. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

export const sigterm: Fault = {
  name: "sigterm",
  what: "SIGTERM under load, half of the clients through a narrow way",
  by: "signal",
  isQuick: true,
  setting: { way: "shape" },
  expects: { costsHealthy: true, closed: true },
  async strike(stage) {
    stage.way = { bytesPerSecond: 512 * 1024 };
    await pass(1_000);
    stage.strikes();
    stage.server.kill("SIGTERM");
    await pass(7_000);
    stage.way = {};
  },
};
