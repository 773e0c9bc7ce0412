/** A simulation in as many threads as the machine has cores; the parts of the clients add up. */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Simulation } from "./simulation.js";
import { Tally } from "./Tally.js";

/** What was found, and the most memory that the process had for it, in bytes. */
export interface Million {
  readonly tally: Tally;
  readonly residentBytes: number;
}

/** The tally is that of `simulation`, however many threads there are. */
export async function million(whole: Simulation): Promise<Million> {
  const threads = Math.min(availableParallelism(), whole.to - whole.from);
  const share = Math.ceil((whole.to - whole.from) / threads);
  const tally = new Tally(whole.mix);
  let residentBytes = 0;
  const looking = setInterval(() => {
    residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
  }, 100);
  await Promise.all(
    Array.from({ length: threads }, async (_, at) => {
      const from = whole.from + at * share;
      const part: Simulation = { ...whole, from, to: Math.min(whole.to, from + share) };
      const thread = new Worker(new URL("./SimulationThread.js", import.meta.url), {
        workerData: part,
      });
      const [found] = await once(thread, "message");
      tally.add(found as Tally);
    }),
  );
  clearInterval(looking);
  return { tally, residentBytes };
}
