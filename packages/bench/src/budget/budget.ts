/**
 * What 2,000 clients that never read cost a server with `maxTotalBytes` of 32 MiB, while each is offered messages of its own
 * as fast as the server can make them, and eight others read a feed, of which they lose nothing. V8 collects what was given
 * up when its heap has grown to some four times what lives, unless it is told that it has less: so it is measured both ways.
 */
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { Readers } from "../sockets/Readers.js";
import { type BudgetRequest, load, type Use } from "./protocol.js";

/** What is given to the old objects of V8: those of an idle server with so many connections take a third of it. */
const heapMegabytes = 112;
/** What the process takes besides: actors that are behind, some 12 KB each, what lives otherwise, room for the collector. */
const constantMebibytes = 64;
const budgetMebibytes = load.maxTotalBytes / 2 ** 20;

const count = (number: number) => number.toLocaleString("en");
const stall = `${count(load.stalled)} clients that never read and are each offered messages of their own at full rate, ${budgetMebibytes} MiB for all`;

export const budget: Part = {
  name: "budget",
  figures: {
    "budget-memory": `growth of resident memory by ${stall}, ${load.seconds} s, V8 with ${heapMegabytes} MB`,
    "budget-memory-unlimited": "the same, V8 with as much as it likes",
    "budget-peak": `the most on the budget, ${stall}`,
  },
  run: async () => {
    const limited = await rounds([`--max-old-space-size=${heapMegabytes}`]);
    const unlimited = await rounds([]);
    const goals = [{ atMost: budgetMebibytes + constantMebibytes }];
    const unit = "MiB";
    return [
      figure({ id: "budget-memory", unit, ours: limited.map(resident), goals }),
      figure({ id: "budget-memory-unlimited", unit, ours: unlimited.map(resident) }),
      figure({
        id: "budget-peak",
        unit,
        ours: [...limited, ...unlimited].map(onBudget),
        goals: [{ atMost: budgetMebibytes }],
      }),
    ];
  },
};

const resident = ({ residentBytes }: Use) => residentBytes / 2 ** 20;
const onBudget = ({ budgetBytes }: Use) => budgetBytes / 2 ** 20;

async function rounds(node: ReadonlyArray<string>): Promise<ReadonlyArray<Use>> {
  const found: Array<Use> = [];
  for (let left = 3; left > 0; left--) found.push(await used(node));
  return found;
}

async function used(node: ReadonlyArray<string>): Promise<Use> {
  const server = new Child<BudgetRequest>(new URL("./BudgetProcess.js", import.meta.url), [], {
    node,
  });
  const readers = new Readers();
  try {
    const port = await server.ask<number>("port");
    await readers.connect(port, "/healthy", load.healthy);
    await readers.connect(port, "/stalled", load.stalled, { stalls: true });
    const use = await server.ask<Use>("load");
    if (use.lost > 0) throw new Error(`those who read lost ${use.lost} of ${use.fed} messages`);
    if (use.shed === 0) throw new Error("nothing was given up: the budget was never exceeded");
    return use;
  } finally {
    readers.stop();
    await server.stop();
  }
}
