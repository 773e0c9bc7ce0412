/** Clients that lie about what they have received, and clients that say nothing of it. */
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

/** It answers pings that it has not read, while it reads nothing: nobody believes it. */
const forged: Fault = {
  name: "pongs-forged",
  what: "clients that read nothing and answer pings that they guess",
  by: "client",
  isQuick: true,
  setting: { pongs: "forged" },
  expects: { reported: true, evicted: true },
  async strike(stage) {
    stage.strikes();
    for (let round = 0; round < 10; round++) {
      await stage.victims.ask({ ask: "pause" });
      await pass(600);
    }
    await stage.victims.ask({ ask: "resume" });
    await pass(300);
  },
};

/** It reads everything: its socket tells of it, and it is not blamed. */
const withheld: Fault = {
  name: "pongs-withheld",
  what: "clients that read everything and answer no ping",
  by: "client",
  isQuick: false,
  setting: { pongs: "withheld" },
  expects: { spared: true, recovers: true },
  async strike(stage) {
    stage.strikes();
    await pass(5_000);
    await stage.restored();
  },
};

export const pongs: ReadonlyArray<Fault> = [forged, withheld];
