/** Clients that come and go, ten thousand of them, in every manner. */
import type { Churned } from "../clients/protocol.js";
import type { Fault } from "../Fault.js";

const count = 10_000;

export const churn: Fault = {
  name: "churn",
  what: "10,000 clients come and go: in order, by FIN, by RST, in the midst of their handshake",
  by: "client",
  isQuick: false,
  setting: { messagesPerSecond: 100 },
  expects: { spared: true },
  async strike(stage) {
    stage.strikes();
    const { where } = stage;
    const { refused } = await stage.victims.ask<Churned>({
      ask: "churn",
      where,
      count,
      atOnce: 50,
    });
    if (refused > 0) stage.problems.push(`${refused} of ${count} clients could not connect`);
  },
};
