/**
 * The flush: a broadcast through Sluice against uWebSockets.js used by hand, corked as well as can be, and
 * naively. All three send the same bytes to as many connections of the same server.
 */
import { Frame, Sluice } from "@sluice/uws";
import { heading, row, significant, target } from "../Report.js";
import { interleaved } from "../rounds.js";
import { ratio, spread } from "../Spread.js";
import { Arena } from "./Arena.js";
import { corkedTick } from "./corkedTick.js";
import type { Lap, Runner } from "./Laps.js";

const connections = 100;
const messages = 10;
const messageBytes = 128;
const rounds = 40;

/** Of all messages of a tick. A frame of 126 to 65,535 bytes has a header of 4. */
const perTick = {
  messagesPerTick: connections * messages,
  bytesPerTick: connections * messages * (messageBytes + 4),
};

/** Prints the figures; answers whether every target is met. */
export async function flush(): Promise<boolean> {
  heading(
    `Flush: ${connections} connections × ${messages} messages × ${messageBytes} B per tick, ${rounds} rounds`,
  );
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
  for (const [index, { name }] of runners.entries()) {
    const cost = significant(spread(costs(laps[index] ?? [])).median);
    const note = `${cost} ns of processor time each`;
    row(name, spread(rates(laps[index] ?? [])), { name: "M msg/s", scale: 1e6 }, note);
  }
  return compare(laps);
}

function compare([ours = [], byHand = [], naively = []]: ReadonlyArray<ReadonlyArray<Lap>>) {
  const times = { name: "×" };
  const metByHand = target("Sluice / corked", ratio(rates(ours), rates(byHand)), times, {
    atLeast: 0.85,
  });
  row("  by processor time", ratio(costs(byHand), costs(ours)), times);
  const metNaively = target("Sluice / naive", ratio(rates(ours), rates(naively)), times, {
    atLeast: 6,
  });
  row("  by processor time", ratio(costs(naively), costs(ours)), times);
  return metByHand && metNaively;
}

const rates = (laps: ReadonlyArray<Lap>) => laps.map(({ messagesPerSecond }) => messagesPerSecond);
const costs = (laps: ReadonlyArray<Lap>) =>
  laps.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage);

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

/** What was dropped was not sent, and must not count as if it had been. */
function checkNothingLost(sluice: Sluice): void {
  for (const connection of sluice.connections) {
    const { delivered, offered } = connection.stats();
    if (delivered.messages === offered.messages) continue;
    throw new Error(`Sluice delivered ${delivered.messages} of ${offered.messages} messages`);
  }
}
