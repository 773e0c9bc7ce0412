/** The process of a server that sends to all its connections at a rate, and tells what that costs it in processor time. */
import { App } from "uWebSockets.js";
import { setTimeout as passed } from "node:timers/promises";
import { Frame, Sluice } from "@sluice/uws";
import { listen } from "../sockets/listen.js";
import { type GrowthRequest, messageBytes, perTick, type Way } from "./protocol.js";

const app = App();
const way = process.argv[2] as Way;
const sluice = new Sluice(way === "topics" ? { app } : {});
app.ws("/", sluice.wrap());
const listening = listen(app);
const frame = Frame.text("x".repeat(messageBytes));

process.on("message", async (request: GrowthRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: GrowthRequest): Promise<unknown> {
  switch (request.ask) {
    case "port":
      return (await listening).port;
    case "joined":
      return app.numSubscribers("sluice");
    case "run":
      return run(request);
    default:
      return request satisfies never;
  }
}

/** Answers the processor time in microseconds, of all threads, in user and system mode. */
async function run({ ticks, everyMillis }: GrowthRequest & { ask: "run" }): Promise<number> {
  const before = process.cpuUsage();
  for (let tick = 0; tick < ticks; tick++) {
    for (let left = perTick; left > 0; left--) sluice.broadcast(frame);
    await passed(everyMillis);
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
