/** Clients that read, and answer, but next to nothing: 1 KB a second. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

export const slow: Fault = {
  name: "slow",
  what: "clients that read 1 KB/s and answer",
  by: "proxy",
  isQuick: false,
  setting: {
    isProxied: true,
    // Nobody can tell it from a stall within seconds: a socket holds more than it reads in a minute.
    configuration: { stallTimeoutMillis: 30_000, evictTimeoutMillis: null },
  },
  expects: { spared: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    stage.way = { bytesPerSecond: 1_024 };
    await pass(8_000);
    stage.way = {};
    await stage.restored();
  },
};
