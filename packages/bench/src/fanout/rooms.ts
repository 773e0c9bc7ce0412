/** A thousand connections in a hundred rooms, each in three: a message to each room in a tick. */
import { Frame, Sluice } from "@sluice/uws";
import { figure } from "../Figure.js";
import { Arena } from "../flush/Arena.js";
import { type Runner, ratesOf, rateUnit } from "../flush/Laps.js";
import { checkNothingLost } from "../flush/nothingLost.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { everyoneKeepsUp } from "./everyoneKeepsUp.js";

const connections = 1_000;
const rooms = 100;
const each = 3;
const messageBytes = 128;
const rounds = 15;

export const fanoutRooms: Part = {
  name: "fanout-rooms",
  figures: {
    "fanout-rooms": `a message to each of ${rooms} rooms per tick, ${connections.toLocaleString("en")} connections, each in ${each}`,
  },
  run,
};

async function run() {
  const arena = new Arena();
  const { app } = arena;
  const frame = Frame.text("x".repeat(messageBytes));
  const { data } = frame;
  const sluice = new Sluice({ app });
  let [ours, theirs] = [0, 0];
  arena.route("/sluice", (behavior) =>
    sluice.wrap({
      ...behavior,
      open: (socket) => {
        behavior.open?.(socket);
        for (const room of roomsOf(ours++)) sluice.of(socket).subscribe(`rooms.${room}`);
      },
    }),
  );
  arena.route("/publish", (behavior) => ({
    ...behavior,
    open: (socket) => {
      behavior.open?.(socket);
      for (const room of roomsOf(theirs++)) socket.subscribe(`rooms/${room}`);
    },
  }));
  const runners = [
    runner("/sluice", (room) => sluice.publish(`rooms.${room}`, frame)),
    runner("/publish", (room) => app.publish(`rooms/${room}`, data, false, false)),
  ];
  await arena.open(connections);
  await arena.lap(runners[0] as Runner);
  await everyoneKeepsUp(app, connections);
  const laps = await interleaved(runners, rounds, (one) => arena.lap(one));
  checkNothingLost(sluice);
  arena.close();
  return [
    figure({
      id: "fanout-rooms",
      unit: rateUnit,
      ours: ratesOf(laps[0] ?? []),
      peers: { publish: ratesOf(laps[1] ?? []) },
      goals: [{ atLeast: 0.9, of: "publish" }],
    }),
  ];
}

const roomsOf = (at: number) => Array.from({ length: each }, (_, n) => (at + n * 37) % rooms);

function runner(route: string, send: (room: number) => unknown): Runner {
  const tick = () => {
    for (let room = 0; room < rooms; room++) send(room);
  };
  const messagesPerTick = connections * each;
  // A frame of 126 to 65,535 bytes has a header of 4.
  const bytesPerTick = messagesPerTick * (messageBytes + 4);
  return { name: route, route, tick, messagesPerTick, bytesPerTick, ticks: 20 };
}
