/**
 * What it costs to be looked at: a broadcast while a page is open, metrics are scraped and one connection is in
 * the inspector, against the same broadcast of the same server while nobody looks.
 */
import { Frame, Sluice } from "@sluice/uws";
import { Arena } from "../flush/Arena.js";
import type { Lap, Runner } from "../flush/Laps.js";
import { heading, row, target } from "../Report.js";
import { interleaved } from "../rounds.js";
import { ratio, spread } from "../Spread.js";
import { Onlookers } from "./Onlookers.js";

const connections = 100;
const messages = 10;
const messageBytes = 128;
const rounds = 12;
/** About two seconds: what is done once a second happens in every lap. */
const ticks = 5_000;

/** Prints the figures; answers whether the target is met. */
export async function observed(): Promise<boolean> {
  heading(`Being looked at: ${connections} connections, ${rounds} rounds of ${ticks} ticks`);
  const arena = new Arena();
  const sluice = new Sluice();
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
  await onlookers.leave();
  arena.close();
  return compare(laps);
}

function compare([alone = [], watched = []]: ReadonlyArray<ReadonlyArray<Lap>>): boolean {
  const unit = { name: "M msg/s", scale: 1e6 };
  row("nobody looks", spread(rates(alone)), unit);
  row("page, metrics and one inspected connection", spread(rates(watched)), unit);
  const share = ratio(rates(watched), rates(alone));
  const isMet = target("observed / alone", share, { name: "×" }, { atLeast: 0.97 });
  row("  by processor time", ratio(costs(alone), costs(watched)), { name: "×" });
  return isMet;
}

const rates = (laps: ReadonlyArray<Lap>) => laps.map(({ messagesPerSecond }) => messagesPerSecond);
const costs = (laps: ReadonlyArray<Lap>) =>
  laps.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage);
