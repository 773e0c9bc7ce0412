/** The run of the simulation with real sockets: the same feed, the same clients by their numbers, a real server. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Child } from "../Child.js";
import { monotonicMillis } from "../scale/protocol.js";
import { feed } from "./feed.js";
import type { Mix } from "./mix.js";
import { type Counts, Tally } from "./Tally.js";

export type FeedRequest =
  | { readonly ask: "port" }
  | { readonly ask: "run"; readonly startMillis: number };

/** What the server has counted. */
export interface FeedReport {
  readonly counts: ReadonlyArray<Counts>;
  readonly heldBytes: ReadonlyArray<ReadonlyArray<number>>;
}

export interface PacedOrder {
  readonly port: number;
  readonly mix: Mix;
  readonly seed: number;
  readonly connections: number;
}

/** Takes as long as the feed. */
export async function real(given: Omit<PacedOrder, "port">): Promise<Tally> {
  const server = new Child<FeedRequest>(new URL("./FeedProcess.js", import.meta.url));
  const port = await server.ask<number>({ ask: "port" });
  const order: PacedOrder = { ...given, port };
  const clients = new Worker(new URL("./PacedClients.js", import.meta.url), { workerData: order });
  await once(clients, "message");
  const startMillis = monotonicMillis() + 1_000;
  clients.postMessage(startMillis);
  const patience = (feed.seconds + 60) * 1_000;
  const [report, [theirs]] = await Promise.all([
    server.ask<FeedReport>({ ask: "run", startMillis }, patience),
    once(clients, "message"),
  ]);
  clients.postMessage("end");
  await once(clients, "exit");
  await server.stop();
  const tally = new Tally(given.mix);
  tally.add({ ...report, ages: (theirs as Tally).ages });
  for (const [cell, { arrived }] of (theirs as Tally).counts.entries()) {
    const counts = tally.counts[cell];
    if (counts !== undefined) counts.arrived = arrived;
  }
  return tally;
}
