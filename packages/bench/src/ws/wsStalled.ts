/**
 * What clients that never read cost a server of `ws`: a feed is broadcast to 300 of them and to one that reads all of
 * it, by a server alone and by one with Sluice, each in a process of its own.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { RawClient } from "@sluice/runtime/testing";
import { heading, row, target } from "../Report.js";
import { type FeedRequest, feed } from "./feed.js";

const megabyte = 1024 * 1024;
const inMegabytes = { name: "MB", scale: megabyte };

/** Prints the figures; answers whether the target is met. */
export async function wsStalled(): Promise<boolean> {
  const { stalled, seconds, messagesPerSecond, messageBytes } = feed;
  heading(
    `Stalled over ws: ${stalled} clients that never read and one that does, ${seconds} s of ${messageBytes} B at ${messagesPerSecond} messages/s`,
  );
  const sluice = await grown("sluice");
  const isMet = target("Sluice, growth of memory", figure(sluice.bytes), inMegabytes, {
    below: 80 * megabyte,
  });
  const whole = `the reader has ${sluice.received} of ${sluice.sent} messages, ${sluice.isInOrder ? "in order" : "OUT OF ORDER"}`;
  console.log(`  ${whole}`);
  const alone = await grown("alone");
  row("ws alone, growth of memory", figure(alone.bytes), inMegabytes);
  return isMet && sluice.received === sluice.sent && sluice.isInOrder;
}

const figure = (bytes: number) => ({ median: bytes, min: bytes, max: bytes });

async function grown(kind: "sluice" | "alone") {
  const server = fork(new URL("./FeedProcess.js", import.meta.url), [kind], {
    execArgv: ["--expose-gc"],
  });
  const ask = async (request: FeedRequest): Promise<number> => {
    server.send(request);
    const [answer] = await once(server, "message");
    return answer;
  };
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
  while (reader.received.length < sent && server.connected) {
    const had = reader.received.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    if (reader.received.length === had) break;
  }
  const bytes = (await ask("resident")) - before;
  const isInOrder = reader.texts.every((text, at) => Number.parseInt(text, 10) === at);
  for (const client of [...clients, reader]) client.vanish();
  server.disconnect();
  return { bytes, sent, received: reader.received.length, isInOrder };
}
