/**
 * What it costs to be looked at: a broadcast while a page is open, metrics are scraped and one connection is in
 * the inspector, against the same broadcast of the same server while nobody looks.
 */
import { Frame, Sluice } from "@sluice/uws";
import { figure } from "../Figure.js";
import { Arena } from "../flush/Arena.js";
import { type Runner, ratesOf, rateUnit, reportCosts } from "../flush/Laps.js";
import { checkNothingLost } from "../flush/nothingLost.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Onlookers } from "./Onlookers.js";

const connections = 100;
const messages = 10;
const messageBytes = 128;
const rounds = 12;
/** About two seconds: what is done once a second happens in every lap. */
const ticks = 5_000;

export const observed: Part = {
  name: "observed",
  figures: {
    observed:
      "broadcast while a page is open, metrics are scraped every second and one connection is in the inspector",
  },
  run,
};

async function run() {
  const arena = new Arena();
  // Nothing may be dropped: a lap may be ahead of its readers.
  const sluice = new Sluice({ configuration: { maxMessages: 65_536, maxBytes: 2 ** 27 } });
  const frame = Frame.text("x".repeat(messageBytes));
  arena.route("/sluice", (behavior) => sluice.wrap(behavior));
  const onlookers = new Onlookers(sluice, arena);
  await arena.open(connections);
  const runner: Runner = {
    name: "Sluice, broadcast",
    route: "/sluice",
    tick: () => {
      for (let index = 0; index < messages; index++) sluice.broadcast(frame);
    },
    messagesPerTick: connections * messages,
    bytesPerTick: connections * messages * (messageBytes + 4),
    ticks,
  };
  const laps = await interleaved([false, true], rounds, async (isObserved) => {
    if (isObserved) await onlookers.come();
    const lap = await arena.lap(runner);
    if (isObserved) await onlookers.go();
    return lap;
  });
  checkNothingLost(sluice);
  await onlookers.leave();
  arena.close();
  const [alone = [], watched = []] = laps;
  reportCosts({ observed: watched, "nobody looks": alone });
  return [
    figure({
      id: "observed",
      unit: rateUnit,
      ours: ratesOf(watched),
      peers: { "that with nobody looking": ratesOf(alone) },
      goals: [{ atLeast: 0.97, of: "that with nobody looking" }],
    }),
  ];
}
