/**
 * The flush over `ws`: a broadcast through Sluice, and an offer for each connection, against a loop of `ws.send` as
 * everyone writes it, and against the same loop with each socket's stream corked by hand. All send the same bytes to as many connections of the same process.
 */
import type { Duplex } from "node:stream";
import { Sluice } from "@sluice/ws";
import type { Lap, Runner } from "../flush/Laps.js";
import { heading, row, significant, target } from "../Report.js";
import { interleaved } from "../rounds.js";
import { ratio, spread } from "../Spread.js";
import { WsArena } from "./WsArena.js";

const connections = 100;
const messages = 10;
const messageBytes = 128;
const rounds = 30;
const text = "x".repeat(messageBytes);

/** Of all messages of a tick. A frame of 126 to 65,535 bytes has a header of 4. */
const common = {
  messagesPerTick: connections * messages,
  bytesPerTick: connections * messages * (messageBytes + 4),
  ticks: 20,
};

const times = { name: "×" };

/** Prints the figures; answers whether every target is met. */
export async function wsFlush(): Promise<boolean> {
  heading(
    `Flush over ws: ${connections} connections × ${messages} messages × ${messageBytes} B per tick, ${rounds} rounds`,
  );
  const arena = new WsArena();
  const bytes = Buffer.from(text);
  const runners = [
    broadcast(arena),
    offers(arena),
    naive(arena, text),
    naive(arena, bytes),
    corked(arena, bytes),
  ];
  await arena.open(connections);
  const laps = await interleaved(runners, rounds, (runner) => arena.lap(runner));
  arena.close();
  for (const [index, { name }] of runners.entries()) {
    const cost = significant(spread(costs(laps[index] ?? [])).median);
    const unit = { name: "M msg/s", scale: 1e6 };
    row(name, spread(rates(laps[index] ?? [])), unit, `${cost} ns of processor time each`);
  }
  return compare(laps);
}

/** For a loop of strings, and for one of bytes that are encoded once. */
function compare(laps: ReadonlyArray<ReadonlyArray<Lap>>): boolean {
  const [byBroadcast = [], byOffer = [], strings = [], bytes = [], byHand = []] = laps;
  const compared = [
    ["Sluice, broadcast / loop of bytes", byBroadcast, bytes, 3],
    ["Sluice, an offer each / loop of strings", byOffer, strings, 3],
    ["Sluice, broadcast / corked by hand", byBroadcast, byHand, 0.85],
  ] as const;
  return compared
    .map(([name, ours, theirs, atLeast]) => {
      const isMet = target(name, ratio(rates(ours), rates(theirs)), times, { atLeast });
      row("  by processor time", ratio(costs(theirs), costs(ours)), times);
      return isMet;
    })
    .every((isMet) => isMet);
}

const rates = (laps: ReadonlyArray<Lap>) => laps.map(({ messagesPerSecond }) => messagesPerSecond);
const costs = (laps: ReadonlyArray<Lap>) =>
  laps.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage);

function broadcast(arena: WsArena): Runner {
  const sluice = new Sluice();
  sluice.wrap(arena.route("/broadcast"), { idleTimeout: 0 });
  const tick = () => {
    for (let index = 0; index < messages; index++) sluice.broadcast(text);
  };
  return { name: "Sluice, broadcast", route: "/broadcast", tick, ...common };
}

function offers(arena: WsArena): Runner {
  const sluice = new Sluice();
  sluice.wrap(arena.route("/offer"), { idleTimeout: 0 });
  const tick = () => {
    for (const connection of sluice.connections) {
      for (let index = 0; index < messages; index++) connection.offer(text);
    }
  };
  return { name: "Sluice, an offer each", route: "/offer", tick, ...common };
}

function naive(arena: WsArena, data: string | Buffer): Runner {
  const kind = typeof data === "string" ? "strings" : "bytes";
  const server = arena.route(`/${kind}`);
  const options = { binary: false };
  const tick = () => {
    for (const socket of server.clients) {
      for (let index = 0; index < messages; index++) socket.send(data, options);
    }
  };
  return { name: `ws, a loop of ${kind}`, route: `/${kind}`, tick, ...common };
}

/** As good as `ws` gets: one write for the messages of a tick. The stream is in no typings. */
function corked(arena: WsArena, data: Buffer): Runner {
  const server = arena.route("/corked");
  const options = { binary: false };
  const tick = () => {
    for (const socket of server.clients) {
      const { _socket: stream } = socket as unknown as { readonly _socket: Duplex };
      stream.cork();
      for (let index = 0; index < messages; index++) socket.send(data, options);
      stream.uncork();
    }
  };
  return { name: "ws, corked by hand", route: "/corked", tick, ...common };
}
