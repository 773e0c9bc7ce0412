/** Clients that read, and answer, but next to nothing: 1 KB a second. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

const bytesPerSecond = 1_024;

export const slow: Fault = {
  name: "slow",
  what: "clients that read 1 KB/s and answer, with a receive buffer of 4 KB where the kernel does it",
  by: "",
  isQuick: false,
  setting: {
    way: "break",
    receiveBytes: 4_096,
    // Nobody can tell it from a stall within seconds: a socket holds more than it reads in a minute.
    configuration: { stallTimeoutMillis: 30_000, evictTimeoutMillis: null },
  },
  expects: { spared: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    // By itself where its socket holds little; else the proxy reads so for it.
    if (stage.isByKernel) await stage.victims.ask({ ask: "trickle", bytesPerSecond });
    else stage.way = { bytesPerSecond };
    await pass(8_000);
    if (stage.isByKernel) await stage.victims.ask({ ask: "trickle", bytesPerSecond: null });
    else stage.way = {};
    await stage.restored();
  },
};
