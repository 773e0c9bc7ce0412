/**
 * The flush: a broadcast through Sluice against uWebSockets.js used by hand, corked as well as can be, and
 * naively. All three send the same bytes to connections of the same server.
 */
import { Frame, Sluice } from "@sluice/uws";
import { heading, row, significant, target } from "../Report.js";
import { interleaved } from "../rounds.js";
import { ratio, spread } from "../Spread.js";
import { Arena, type Lap, type Runner } from "./Arena.js";
import { corkedTick } from "./corkedTick.js";

const connections = 100;
const messages = 10;
const messageBytes = 128;
const rounds = 60;

/** A frame of 126 to 65,535 bytes has a header of 4. */
const frameBytes = messageBytes + 4;

/** Prints the figures; answers whether every target is met. */
export async function flush(): Promise<boolean> {
  heading(
    `Flush: ${connections} connections × ${messages} messages × ${messageBytes} B per tick, ${rounds} rounds`,
  );
  const arena = new Arena();
  const sluice = new Sluice();
  const frame = Frame.text("x".repeat(messageBytes));
  const corkedSockets = arena.route("/corked", (behavior) => behavior);
  const naiveSockets = arena.route("/naive", (behavior) => behavior);
  arena.route("/sluice", (behavior) => sluice.wrap(behavior));
  await arena.open(connections);
  const perTick = {
    messagesPerTick: connections * messages,
    bytesPerTick: connections * messages * frameBytes,
  };
  const runners: ReadonlyArray<Runner> = [
    {
      name: "Sluice, broadcast",
      route: "/sluice",
      tick: () => {
        for (let index = 0; index < messages; index++) sluice.broadcast(frame);
      },
      ...perTick,
      ticks: 50,
    },
    {
      name: "uWebSockets.js, corked by hand",
      route: "/corked",
      tick: corkedTick(corkedSockets, messages, frame.data, false),
      ...perTick,
      ticks: 50,
    },
    {
      name: "uWebSockets.js, naive",
      route: "/naive",
      tick: () => {
        for (const socket of naiveSockets) {
          for (let index = 0; index < messages; index++) socket.send(frame.data, false, false);
        }
      },
      ...perTick,
      ticks: 20,
    },
  ];
  const laps = await interleaved(runners, rounds, (runner) => arena.lap(runner));
  const lost = [...sluice.connections].map((connection) => connection.stats());
  arena.close();
  for (const { delivered, offered } of lost) {
    if (delivered.messages !== offered.messages) {
      throw new Error(`Sluice delivered ${delivered.messages} of ${offered.messages} messages`);
    }
  }
  const [ours = [], byHand = [], naive = []] = laps;
  for (const [index, { name }] of runners.entries()) {
    const of = laps[index] ?? [];
    const cost = significant(spread(costs(of)).median);
    row(name, spread(rates(of)), millions, `${cost} ns of processor time each`);
  }
  const againstCorked = target("Sluice / corked", ratio(rates(ours), rates(byHand)), times, {
    atLeast: 0.85,
  });
  const againstNaive = target("Sluice / naive", ratio(rates(ours), rates(naive)), times, {
    atLeast: 6,
  });
  return againstCorked && againstNaive;
}

const millions = { name: "M msg/s", scale: 1e6 };
const times = { name: "×" };
const rates = (laps: ReadonlyArray<Lap>) => laps.map(({ messagesPerSecond }) => messagesPerSecond);
const costs = (laps: ReadonlyArray<Lap>) =>
  laps.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage);
