/** The process of a server with a budget and clients that do not read. */
import { App } from "uWebSockets.js";
import { setImmediate as nextTurn } from "node:timers/promises";
import { total } from "@sluice/core";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { collectGarbage } from "../rounds.js";
import { listen } from "../sockets/listen.js";
import { type BudgetRequest, load, type Use } from "./protocol.js";

interface UserData {
  readonly isHealthy: boolean;
}

const app = App();
const { maxTotalBytes, messageBytes } = load;
const sluice = new Sluice<UserData>({ app, maxTotalBytes });
const stalled: Array<UwsConnection> = [];
const healthy: Array<UwsConnection> = [];
const channel = "feed";
app.ws<UserData>(
  "/*",
  sluice.wrap({
    upgrade: (response, request, context) => {
      const header = (name: string) => request.getHeader(`sec-websocket-${name}`);
      const data = { isHealthy: request.getUrl() === "/healthy" };
      response.upgrade(data, header("key"), header("protocol"), header("extensions"), context);
    },
    open: (socket) => {
      const connection = sluice.of(socket);
      if (!socket.getUserData().isHealthy) return void stalled.push(connection);
      connection.subscribe(channel);
      healthy.push(connection);
    },
  }),
);
const { port } = await listen(app);

process.on("message", async (request: BudgetRequest) =>
  process.send?.(request === "port" ? port : await use()),
);
process.on("disconnect", () => process.exit());

async function use(): Promise<Use> {
  await collectGarbage();
  const before = process.memoryUsage.rss();
  const peak = { resident: before, budget: 0 };
  const start = performance.now();
  let offered = 0;
  let fed = 0;
  for (let passed = 0; passed < load.seconds * 1_000; passed = performance.now() - start) {
    for (const connection of stalled) connection.offer(`${offered++} `.padEnd(messageBytes, "."));
    for (; fed < (passed / 1_000) * load.feedPerSecond; fed++) {
      sluice.publish(channel, Frame.text(`${fed} `.padEnd(messageBytes, ".")));
    }
    await nextTurn();
    peak.resident = Math.max(peak.resident, process.memoryUsage.rss());
    peak.budget = Math.max(peak.budget, sluice.budget?.bytes ?? 0);
  }
  const lost = (connection: UwsConnection) => {
    const { dropped, rejected } = connection.stats();
    return total(dropped).messages + total(rejected).messages;
  };
  return {
    residentBytes: peak.resident - before,
    budgetBytes: peak.budget,
    offered,
    shed: sluice.budget?.shed.messages ?? 0,
    fed: fed * healthy.length,
    lost: healthy.reduce((sum, connection) => sum + lost(connection), 0),
  };
}
