/** Clients that end in the midst of a frame, by a FIN or a reset. */
import { frame } from "../clients/frame.js";
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

export const cut: Fault = {
  name: "cut",
  what: "clients end in the midst of a frame, half by FIN and half by RST",
  by: "client",
  isQuick: true,
  expects: { gone: true },
  async strike(stage) {
    stage.strikes();
    const half = frame({ payload: Buffer.alloc(1_000) })
      .subarray(0, 500)
      .toString("base64");
    const writes = Array.from({ length: stage.setting.victims }, (_, client) => ({
      client,
      base64: half,
      after: client % 2 === 0 ? ("fin" as const) : ("rst" as const),
    }));
    await stage.victims.ask({ ask: "write", writes });
    await pass(2_000);
  },
};
