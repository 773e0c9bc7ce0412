/** Handlers that close, send, offer, publish and subscribe, whoever is calling, while clients talk all the time. */
import { frame } from "../clients/frame.js";
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

export const reentrant: Fault = {
  name: "reentrant",
  what: "every handler closes, sends, offers, publishes and subscribes",
  by: "server",
  isQuick: true,
  setting: { isReentrant: true, messagesPerSecond: 100, messageBytes: 1_024 },
  expects: { costsHealthy: true },
  async strike(stage) {
    stage.strikes();
    const talk = Buffer.concat([
      frame({ payload: "hello" }),
      frame({ opcode: 9, payload: "ping" }),
      frame({ opcode: 10, payload: "pong" }),
    ]).toString("base64");
    for (let round = 0; round < 100; round++) {
      const writes = Array.from({ length: stage.setting.victims }, (_, client) => ({
        client,
        base64: talk,
        after: "stay" as const,
      }));
      await stage.victims.ask({ ask: "write", writes });
      await pass(30);
    }
  },
};
