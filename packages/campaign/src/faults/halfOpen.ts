/** A way that is dead: nothing comes through any more, and the clients end without anybody hearing of it. */
import type { ClientEntries } from "../clients/protocol.js";
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

export const halfOpen: Fault = {
  name: "half-open",
  what: "nothing comes through any more, and the clients are killed (SIGKILL)",
  by: "",
  isQuick: true,
  setting: { way: "break" },
  expects: { reported: true, evicted: true },
  async strike(stage) {
    stage.strikes();
    stage.way = { isDead: true };
    // What had come through is read.
    await pass(300);
    stage.lastWords = await stage.victims.ask<ClientEntries>({ ask: "entries" });
    stage.victims.kill("SIGKILL");
    await pass(5_500);
  },
};
