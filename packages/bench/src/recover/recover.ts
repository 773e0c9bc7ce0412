/**
 * A client that has not read for a while reads again: how long it takes until its connection is normal and its outbox
 * empty, while the feed goes on. What it received is in order, and all that was delivered.
 */
import { App } from "uWebSockets.js";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { monotonicMillis } from "../scale/protocol.js";
import { listen } from "../sockets/listen.js";
import type { ClientLedger, ClientRequest } from "./protocol.js";

const messagesPerSecond = 1_500;
const messageBytes = 1_024;
/** It has missed so many when it reads again. */
const missed = 1_000;
const rounds = 7;

export const recover: Part = {
  name: "recover",
  figures: {
    recover: `from when a client reads again that has missed ${missed.toLocaleString("en")} messages, until it is normal and its outbox empty, at ${messagesPerSecond.toLocaleString("en")} messages of ${messageBytes} B/s`,
  },
  run,
};

async function run() {
  const app = App();
  const sluice = new Sluice({ configuration: { overflow: "drop-oldest" } });
  app.ws("/*", sluice.wrap());
  const { port, stop } = await listen(app);
  const client = new Child<ClientRequest>(new URL("./ClientProcess.js", import.meta.url));
  await client.ask({ ask: "connect", port });
  const [connection] = sluice.connections;
  if (connection === undefined) throw new Error("nobody is connected");
  const feeding = startFeed(sluice);
  const [millis = []] = await interleaved([connection], rounds, (one) => recovery(one, client));
  clearInterval(feeding);
  await check(connection, client);
  await client.stop();
  stop();
  return [figure({ id: "recover", unit: "ms", ours: millis })];
}

function startFeed(sluice: Sluice): NodeJS.Timeout {
  const startMillis = monotonicMillis();
  let sent = 0;
  return setInterval(() => {
    const due = ((monotonicMillis() - startMillis) * messagesPerSecond) / 1_000;
    for (; sent < due; sent++) {
      const message = Buffer.alloc(messageBytes);
      message.writeDoubleLE(sent);
      sluice.broadcast(Frame.binary(message));
    }
  }, 2);
}

async function recovery(connection: UwsConnection, client: Child<ClientRequest>): Promise<number> {
  const dropped = () => connection.stats().dropped.evicted.messages;
  const before = dropped();
  await client.ask({ ask: "stall" });
  await until(() => dropped() - before >= missed);
  let atMillis = 0;
  const whole = until(() => isWhole(connection)).then(() => {
    atMillis = monotonicMillis();
  });
  const resumedMillis = await client.ask<number>({ ask: "resume" });
  await whole;
  return atMillis - resumedMillis;
}

function isWhole(connection: UwsConnection): boolean {
  return connection.state === "normal" && connection.stats().buffered.messages === 0;
}

async function check(connection: UwsConnection, client: Child<ClientRequest>): Promise<void> {
  const { delivered } = connection.stats();
  await until(() => isWhole(connection));
  for (let patience = 100; patience > 0; patience--) {
    const { messages, isInOrder } = await client.ask<ClientLedger>({ ask: "ledger" });
    if (!isInOrder) throw new Error("the client received messages out of order");
    if (messages === delivered.messages) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the client has not received the ${delivered.messages} messages delivered to it`);
}

/** Looks in every turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
