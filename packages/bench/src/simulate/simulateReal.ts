/**
 * How far the simulation is from real sockets: the same feed to the same clients by their numbers, classes in equal
 * parts, in real time. Real clients read at the pace of their class and answer as late as it; what TCP does on a long
 * way is in neither.
 */
import { textTable } from "@sluice/properties/text";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { significant } from "../Report.js";
import { inEqualParts, mix } from "./mix.js";
import { byClass, type Outcome } from "./Outcome.js";
import { real } from "./real.js";
import { simulation } from "./simulation.js";

/** As many as one process of clients has time for. */
const connections = 600;
const seed = 1;

export const simulateReal: Part = {
  name: "simulate-real",
  figures: {
    "simulate-real-lost": "largest difference in what is lost, of a class under a strategy",
    "simulate-real-lost-mean": "mean difference in what is lost",
    "simulate-real-age":
      "median difference of the median age on arrival, clients that are not fast",
    "simulate-real-disconnected": "difference in who is disconnected, of all connections",
  },
  run: async () => {
    const classes = inEqualParts(mix);
    const found = byClass(await real({ mix: classes, seed, connections }));
    const simulated = byClass(
      simulation({ mix: classes, kind: "sluice", seed, from: 0, to: connections }),
    );
    const pairs = found.map((one, at) => new Pair(one, simulated[at] as Outcome));
    for (const line of table(pairs)) console.log(`  ${line}`);
    const lost = pairs.map((pair) => pair.lostPoints);
    const ages = pairs.flatMap(({ ageShare }) => (Number.isNaN(ageShare) ? [] : [ageShare * 100]));
    const disconnected = pairs.reduce((sum, pair) => sum + pair.disconnected, 0);
    const mean = lost.reduce((sum, one) => sum + one, 0) / lost.length;
    return [
      figure({ id: "simulate-real-lost", unit: "points", ours: [Math.max(...lost)] }),
      figure({ id: "simulate-real-lost-mean", unit: "points", ours: [mean] }),
      figure({ id: "simulate-real-age", unit: "%", ours: ages }),
      figure({
        id: "simulate-real-disconnected",
        unit: "%",
        ours: [(disconnected / connections) * 100],
      }),
    ];
  },
};

class Pair {
  readonly real: Outcome;
  readonly simulated: Outcome;

  constructor(real: Outcome, simulated: Outcome) {
    this.real = real;
    this.simulated = simulated;
  }

  /** In percentage points. */
  get lostPoints(): number {
    return Math.abs(this.real.lost - this.simulated.lost) * 100;
  }

  /** A fast client's age is that of the machine's scheduling, not of a queue. */
  get ageShare(): number {
    const { real, simulated } = this;
    if (real.name === "fast") return Number.NaN;
    return Math.abs(simulated.age.p50 - real.age.p50) / real.age.p50;
  }

  get disconnected(): number {
    return Math.abs(this.real.counts.disconnected - this.simulated.counts.disconnected);
  }
}

function table(pairs: ReadonlyArray<Pair>): ReadonlyArray<string> {
  const head = [
    "strategy",
    "clients",
    "",
    "lost",
    "simulated",
    "p50",
    "simulated",
    "p99",
    "simulated",
  ];
  return textTable(
    head,
    pairs.map(({ real, simulated }) => [
      real.strategy,
      real.name,
      real.counts.connections,
      ...both(real.lost * 100, simulated.lost * 100, "%"),
      ...both(real.age.p50, simulated.age.p50, "ms"),
      ...both(real.age.p99, simulated.age.p99, "ms"),
    ]),
  );
}

const both = (real: number, simulated: number, unit: string) =>
  [real, simulated].map((value) => (Number.isNaN(value) ? "" : `${significant(value)} ${unit}`));
