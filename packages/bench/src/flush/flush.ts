/**
 * The flush: a broadcast through Sluice against uWebSockets.js used by hand, corked as well as can be, and
 * naively. All three send the same bytes to as many connections of the same server.
 */
import { Frame, Sluice } from "@sluice/uws";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Arena } from "./Arena.js";
import { corkedTick } from "./corkedTick.js";
import { type Runner, ratesOf, rateUnit, reportCosts } from "./Laps.js";
import { checkNothingLost } from "./nothingLost.js";

const connections = 100;
const messages = 10;
const messageBytes = 128;
const rounds = 40;

/** Of all messages of a tick. A frame of 126 to 65,535 bytes has a header of 4. */
const perTick = {
  messagesPerTick: connections * messages,
  bytesPerTick: connections * messages * (messageBytes + 4),
};

export const flush: Part = {
  name: "flush",
  figures: {
    flush: `broadcast, ${connections} connections × ${messages} messages × ${messageBytes} B per tick, from outboxes alone`,
  },
  run,
};

async function run() {
  const arena = new Arena();
  const frame = Frame.text("x".repeat(messageBytes));
  const sluice = new Sluice();
  const runners = [
    broadcast(arena, sluice, frame),
    corked(arena, frame.data),
    naive(arena, frame.data),
  ];
  await arena.open(connections);
  const laps = await interleaved(runners, rounds, (runner) => arena.lap(runner));
  checkNothingLost(sluice);
  arena.close();
  const [ours = [], byHand = [], naively = []] = laps;
  reportCosts({ ours, corked: byHand, naive: naively });
  return [
    figure({
      id: "flush",
      unit: rateUnit,
      ours: ratesOf(ours),
      peers: { corked: ratesOf(byHand), naive: ratesOf(naively) },
      goals: [
        { atLeast: 0.85, of: "corked" },
        { atLeast: 6, of: "naive" },
      ],
    }),
  ];
}

function broadcast(arena: Arena, sluice: Sluice, frame: Frame): Runner {
  arena.route("/sluice", (behavior) => sluice.wrap(behavior));
  const tick = () => {
    for (let index = 0; index < messages; index++) sluice.broadcast(frame);
  };
  return { name: "Sluice, broadcast", route: "/sluice", tick, ...perTick, ticks: 100 };
}

function corked(arena: Arena, data: Frame["data"]): Runner {
  const sockets = arena.route("/corked", (behavior) => behavior);
  const tick = corkedTick(sockets, messages, data, false);
  return { name: "uWebSockets.js, corked by hand", route: "/corked", tick, ...perTick, ticks: 100 };
}

function naive(arena: Arena, data: Frame["data"]): Runner {
  const sockets = arena.route("/naive", (behavior) => behavior);
  const tick = () => {
    for (const socket of sockets) {
      for (let index = 0; index < messages; index++) socket.send(data, false, false);
    }
  };
  return { name: "uWebSockets.js, naive", route: "/naive", tick, ...perTick, ticks: 20 };
}
