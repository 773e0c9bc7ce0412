/**
 * A million connections in virtual time: the shipping outbox, machine, receipts and actor, on ways to clients of many
 * speeds that are simulated; beside it uWebSockets.js alone on the same ways. What is lost and how old messages are, by strategy; and what outboxes hold over time.
 */
import { overflowStrategies } from "@sluice/core";
import { textTable } from "@sluice/properties/text";
import { type Figure, figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { significant } from "../Report.js";
import { feed } from "./feed.js";
import { million } from "./Million.js";
import { mix } from "./mix.js";
import { byClass, byStrategy, type Outcome } from "./Outcome.js";
import { writePlots } from "./plots.js";
import type { Tally } from "./Tally.js";

const peer = "uWebSockets.js alone";
const feedWords = `${feed.messageBytes / 1_000} KB every ${feed.everyMillis} ms for ${feed.seconds} s`;

export const simulate: Part = {
  name: "simulate",
  figures: {
    ...Object.fromEntries(
      overflowStrategies.flatMap((strategy) => [
        [`simulate-lost-${strategy}`, `${strategy}: dropped, rejected or skipped; ${feedWords}`],
        [`simulate-age-${strategy}`, `${strategy}: p99 of the age on arrival, in the second half`],
      ]),
    ),
    "simulate-held":
      "the most that outboxes hold at a time, or user space without them, for each connection",
    "simulate-resident": "resident memory of the process that simulates",
  },
  run: async ({ connections = 1_000_000, seed = 1, out }) => {
    console.log(`  ${connections.toLocaleString("en")} connections, ${feedWords}, seed ${seed}`);
    const startMillis = performance.now();
    const whole = { mix, seed, from: 0, to: connections };
    const { tally, residentBytes } = await million({ ...whole, kind: "sluice" });
    const seconds = (performance.now() - startMillis) / 1_000;
    console.log(`  simulated in ${significant(seconds)} s`);
    for (const line of table([...byStrategy(tally), ...byClass(tally)].filter(isThere)))
      console.log(`  ${line}`);
    const alone = (await million({ ...whole, kind: "bare" })).tally;
    if (out !== undefined) {
      for (const path of writePlots(tally, alone, out)) console.log(`  ${path}`);
    }
    const peers = byStrategy(alone);
    return [
      ...byStrategy(tally).flatMap((ours, at) => strategyFigures(ours, peers[at] as Outcome)),
      figure({
        id: "simulate-held",
        unit: "B",
        ours: [mostHeld(tally) / connections],
        peers: { [peer]: [mostHeld(alone) / connections] },
      }),
      figure({ id: "simulate-resident", unit: "MB", ours: [residentBytes / 2 ** 20] }),
    ];
  },
};

function strategyFigures({ strategy, lost, age }: Outcome, alone: Outcome): ReadonlyArray<Figure> {
  return [
    figure({ id: `simulate-lost-${strategy}`, unit: "%", ours: [lost * 100] }),
    figure({
      id: `simulate-age-${strategy}`,
      unit: "ms",
      ours: [age.p99],
      peers: { [peer]: [alone.age.p99] },
    }),
  ];
}

function table(outcomes: ReadonlyArray<Outcome>): ReadonlyArray<string> {
  const head = ["strategy", "clients", "connections", "made", "lost", "p50", "p99", "disconnected"];
  return textTable(
    head,
    outcomes.map(({ strategy, name, counts, lost, age }) => [
      strategy,
      name,
      counts.connections,
      counts.offered + counts.skipped,
      `${significant(lost * 100)} %`,
      millis(age.p50),
      millis(age.p99),
      counts.disconnected,
    ]),
  );
}

const millis = (value: number) => (Number.isNaN(value) ? "" : `${significant(value)} ms`);

/** Of a few clients, some class has none. */
const isThere = ({ counts }: Outcome) => counts.connections > 0;

/** Of all strategies together. */
function mostHeld(tally: Tally): number {
  const seconds = Array.from({ length: feed.seconds }, (_, second) =>
    tally.heldBytes.reduce((sum, held) => sum + (held[second] ?? 0), 0),
  );
  return Math.max(...seconds);
}
