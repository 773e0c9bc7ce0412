/** What a process holds at the end of a round, when everybody has left: figures that may not grow from round to round. */
import { readdirSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import type { AnySluice } from "../server/adapters.js";

/** Figures by name. Those that end in `Bytes` are of memory; the others are counts. */
export type Sight = Readonly<Record<string, number>>;

export async function sightOf(sluice: AnySluice): Promise<Sight> {
  // What was let go of in one turn is collected in a later one.
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  const { used_heap_size, external_memory, malloced_memory } = getHeapStatistics();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((kind) => kind === "Timeout" || kind === "Immediate").length;
  return {
    heapBytes: used_heap_size,
    externalBytes: external_memory,
    mallocedBytes: malloced_memory,
    connections: sluice.connections.size + sluice.lingering,
    budgeted: sluice.budget?.bytes ?? 0,
    handles: resources.length - timers,
    timers,
    // Sockets of uWebSockets.js are no resources of Node.
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
  };
}
