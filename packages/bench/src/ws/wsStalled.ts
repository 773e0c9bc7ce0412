/**
 * What clients that never read cost a server of `ws`: a feed is broadcast to 300 of them and to one that reads all of
 * it, by a server alone and by one with Sluice, each in a process of its own.
 */
import { RawClient } from "@sluice/runtime/testing";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { type FeedRequest, feed } from "./feed.js";

const megabyte = 1024 * 1024;

const { stalled, seconds, messagesPerSecond, messageBytes } = feed;

export const wsStalled: Part = {
  name: "ws-stalled",
  figures: {
    "ws-stalled": `\`ws\`: growth of memory with ${stalled} clients that never read and one that gets every message, ${seconds} s at ${messagesPerSecond} messages of ${messageBytes} B/s`,
  },
  run,
};

async function run() {
  const sluice = await grown("sluice");
  if (sluice.received !== sluice.sent || !sluice.isInOrder) {
    const order = sluice.isInOrder ? "in order" : "out of order";
    throw new Error(`the reader has ${sluice.received} of ${sluice.sent} messages, ${order}`);
  }
  const alone = await grown("alone");
  return [
    figure({
      id: "ws-stalled",
      unit: "MB",
      ours: [sluice.bytes / megabyte],
      peers: { "ws alone": [alone.bytes / megabyte] },
      goals: [{ atMost: 80 }],
    }),
  ];
}

async function grown(kind: "sluice" | "alone") {
  const server = new Child<FeedRequest>(new URL("./FeedProcess.js", import.meta.url), [kind]);
  const ask = (request: FeedRequest) => server.ask<number>(request);
  const port = await ask("port");
  const clients: Array<RawClient> = [];
  for (let at = 0; at < feed.stalled; at++) {
    const client = await RawClient.open(port);
    client.pause();
    clients.push(client);
  }
  const reader = await RawClient.open(port);
  const before = await ask("resident");
  const sent = await ask("run");
  while (reader.received.length < sent) {
    const had = reader.received.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    if (reader.received.length === had) break;
  }
  const bytes = (await ask("resident")) - before;
  const isInOrder = reader.texts.every((text, at) => Number.parseInt(text, 10) === at);
  for (const client of [...clients, reader]) client.vanish();
  await server.stop();
  return { bytes, sent, received: reader.received.length, isInOrder };
}
