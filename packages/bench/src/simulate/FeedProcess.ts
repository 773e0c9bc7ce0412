/** The process of a real server of the feed: a route of its own for each class of clients under each strategy. */

import { App } from "uWebSockets.js";
import { setTimeout as passed } from "node:timers/promises";
import { overflowStrategies } from "@sluice/core";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { monotonicMillis } from "../scale/protocol.js";
import { listen } from "../sockets/listen.js";
import { configurations, feed } from "./feed.js";
import { mix } from "./mix.js";
import type { FeedReport, FeedRequest } from "./real.js";
import { Tally } from "./Tally.js";

const app = App();
const tally = new Tally(mix);
const skipped = new WeakMap<UwsConnection, number>();
const waiting = new WeakSet<UwsConnection>();
const routes = overflowStrategies.flatMap((strategy) =>
  mix.map((_, kind) => {
    const cell = tally.cellOf({ strategy, kind });
    const sluice = new Sluice({ configuration: configurations[strategy] });
    const close = (connection: UwsConnection) => ended(cell, connection, 1);
    const behavior = sluice.wrap({
      maxBackpressure: 2 ** 30,
      close: (socket) => close(sluice.of(socket)),
    });
    app.ws(`/${cell}`, behavior);
    return { cell, sluice, strategy };
  }),
);
const { port } = await listen(app);
let isOver = false;

process.on("message", async (request: FeedRequest) => {
  process.send?.(request.ask === "port" ? port : await run(request.startMillis));
});
process.on("disconnect", () => process.exit());

async function run(startMillis: number): Promise<FeedReport> {
  for (let at = 0; at < feed.seconds * 1_000; at += feed.everyMillis) {
    await passed(Math.max(0, startMillis + at - monotonicMillis()));
    for (const route of routes) {
      if (route.strategy === "block") for (const one of route.sluice.connections) void produce(one);
      else route.sluice.broadcast(message());
    }
    if (at % 1_000 === 0) note(at / 1_000);
  }
  await passed(Math.max(0, startMillis + feed.seconds * 1_000 - monotonicMillis()));
  isOver = true;
  for (const { cell, sluice } of routes)
    for (const one of sluice.connections) tallied(cell, one, 0);
  return { counts: tally.counts, heldBytes: tally.heldBytes.map((held) => [...held]) };
}

/** It says when it was made. */
function message(): Frame {
  const bytes = Buffer.alloc(feed.messageBytes);
  bytes.writeDoubleLE(monotonicMillis());
  return Frame.binary(bytes);
}

/** A producer that waits has one message under way, and makes no other until that is settled. */
async function produce(connection: UwsConnection): Promise<void> {
  if (waiting.has(connection)) {
    skipped.set(connection, (skipped.get(connection) ?? 0) + 1);
    return;
  }
  waiting.add(connection);
  try {
    await connection.send(message());
  } catch {
    // It has waited for too long, or has closed.
  } finally {
    waiting.delete(connection);
  }
}

function note(second: number): void {
  for (const { sluice, strategy } of routes) {
    const held = tally.heldBytes[overflowStrategies.indexOf(strategy)] as Float64Array;
    for (const connection of sluice.connections) {
      held[second] = (held[second] ?? 0) + connection.stats().buffered.bytes;
    }
  }
}

function ended(cell: number, connection: UwsConnection, disconnected: number): void {
  if (!isOver) tallied(cell, connection, disconnected);
}

function tallied(cell: number, connection: UwsConnection, disconnected: number): void {
  const own = { arrived: 0, skipped: skipped.get(connection) ?? 0, disconnected };
  tally.ended(cell, connection.stats(), own);
}
