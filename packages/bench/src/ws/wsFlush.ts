/**
 * The flush over `ws`: a broadcast through Sluice, and an offer for each connection, against a loop of `ws.send` as
 * everyone writes it, and against the same loop with each socket's stream corked by hand. All send the same bytes to as many connections of the same process.
 */
import type { Duplex } from "node:stream";
import { Sluice } from "@sluice/ws";
import { figure } from "../Figure.js";
import { type Runner, ratesOf, rateUnit, reportCosts } from "../flush/Laps.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
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

export const wsFlush: Part = {
  name: "ws-flush",
  figures: {
    "ws-flush-broadcast": `\`ws\`: broadcast, ${connections} connections × ${messages} messages × ${messageBytes} B per tick`,
    "ws-flush-offers": "`ws`: the same by an `offer` to each connection",
  },
  run,
};

async function run() {
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
  const [byBroadcast = [], byOffer = [], strings = [], ofBytes = [], byHand = []] = laps;
  reportCosts({ broadcast: byBroadcast, offers: byOffer, "a loop of bytes": ofBytes });
  return [
    figure({
      id: "ws-flush-broadcast",
      unit: rateUnit,
      ours: ratesOf(byBroadcast),
      peers: { "a loop of bytes": ratesOf(ofBytes), corked: ratesOf(byHand) },
      goals: [
        { atLeast: 3, of: "a loop of bytes" },
        { atLeast: 0.85, of: "corked" },
      ],
    }),
    figure({
      id: "ws-flush-offers",
      unit: rateUnit,
      ours: ratesOf(byOffer),
      peers: { "a loop of strings": ratesOf(strings) },
      goals: [{ atLeast: 3, of: "a loop of strings" }],
    }),
  ];
}

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
