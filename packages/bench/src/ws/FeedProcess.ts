/** The process of a `ws` server that broadcasts a feed, bare or with Sluice, whoever reads it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Sluice } from "@sluice/ws";
import { WebSocketServer } from "ws";
import { collectGarbage } from "../rounds.js";
import { type FeedAnswer, type FeedRequest, feed } from "./feed.js";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
const send = process.argv[2] === "sluice" ? withSluice() : alone();

process.on("message", async (request: FeedRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: FeedRequest): Promise<FeedAnswer> {
  switch (request) {
    case "port":
      if (server.address() === null) await once(server, "listening");
      return (server.address() as AddressInfo).port;
    case "resident":
      collectGarbage();
      return process.memoryUsage.rss();
    case "run":
      return run();
    default:
      return request satisfies never;
  }
}

/** Sends what is due by the clock, every 10 ms. Answers how many messages that were. */
async function run(): Promise<number> {
  const startMillis = performance.now();
  const all = (feed.seconds * feed.messagesPerSecond) | 0;
  let sent = 0;
  while (sent < all) {
    const due = ((performance.now() - startMillis) / 1000) * feed.messagesPerSecond;
    while (sent < Math.min(due, all)) send(`${sent++} `.padEnd(feed.messageBytes, "."));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return sent;
}

function withSluice(): (message: string) => void {
  const sluice = new Sluice();
  sluice.wrap(server);
  return (message) => void sluice.broadcast(message);
}

function alone(): (message: string) => void {
  return (message) => {
    for (const socket of server.clients) socket.send(message);
  };
}
