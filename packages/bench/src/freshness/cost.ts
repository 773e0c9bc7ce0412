/** What receipts cost clients that read as fast as they can: a flood to one of them, and a fan-out to a hundred. */
import { App } from "uWebSockets.js";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { figure } from "../Figure.js";
import { Arena } from "../flush/Arena.js";
import { type Runner, ratesOf, rateUnit } from "../flush/Laps.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { listen } from "../sockets/listen.js";
import { Readers } from "../sockets/Readers.js";

const rounds = 30;
export const cost: Part = {
  name: "freshness-receipts",
  figures: {
    "freshness-receipts-flood":
      "50,000 messages of 1,024 B to one client that reads as fast as it can, with receipts",
    "freshness-receipts-fanout":
      "broadcast, 100 connections × 10 messages × 128 B per tick, from outboxes alone, with receipts",
  },
  run: async () => [
    costOf("freshness-receipts-flood", await flood(), 0.9),
    costOf("freshness-receipts-fanout", await fanOut(), 0.95),
  ],
};

function costOf(id: string, [ours = [], without = []]: Rates, atLeast: number) {
  const of = "that without receipts";
  return figure({ id, unit: rateUnit, ours, peers: { [of]: without }, goals: [{ atLeast, of }] });
}

type Rates = ReadonlyArray<ReadonlyArray<number>>;

const floodMessages = 50_000;

/** As much as one client takes, by a producer that waits when it must; until the client has all of it. */
async function flood(): Promise<Rates> {
  const app = App();
  const readers = new Readers();
  const lanes = [true, false].map((isPinged) => {
    const sluice = new Sluice();
    const path = isPinged ? "/on" : "/off";
    app.ws(path, sluice.wrap({ sendPingsAutomatically: isPinged }));
    return { path, sluice, sentBytes: 0 };
  });
  const { port, stop } = await listen(app);
  for (const { path } of lanes) await readers.connect(port, path, 1);
  const frame = Frame.text("x".repeat(1_024));
  const rates = await interleaved(lanes, rounds, async (lane) => {
    const [connection] = lane.sluice.connections as Iterable<UwsConnection>;
    const start = performance.now();
    for (let left = floodMessages; left > 0; left--) await connection?.send(frame);
    lane.sentBytes += floodMessages * (frame.byteLength + 4);
    await readers.received(lane.path, lane.sentBytes);
    return floodMessages / 1_000 / (performance.now() - start);
  });
  readers.stop();
  stop();
  return rates;
}

const connections = 100;
const messages = 10;
const messageBytes = 128;

async function fanOut(): Promise<Rates> {
  const arena = new Arena();
  const runners = [broadcast(arena, true), broadcast(arena, false)];
  await arena.open(connections);
  const laps = await interleaved(runners, rounds, (runner) => arena.lap(runner));
  arena.close();
  return laps.map(ratesOf);
}

function broadcast(arena: Arena, isPinged: boolean): Runner {
  const frame = Frame.text("x".repeat(messageBytes));
  const sluice = new Sluice();
  const route = isPinged ? "/on" : "/off";
  arena.route(route, (behavior) => sluice.wrap({ ...behavior, sendPingsAutomatically: isPinged }));
  const tick = () => {
    for (let index = 0; index < messages; index++) sluice.broadcast(frame);
  };
  const messagesPerTick = connections * messages;
  // A frame of 126 to 65,535 bytes has a header of 4.
  const bytesPerTick = messagesPerTick * (messageBytes + 4);
  return { name: route, route, tick, messagesPerTick, bytesPerTick, ticks: 100 };
}
