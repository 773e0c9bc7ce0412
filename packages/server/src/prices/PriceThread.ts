/** The thread in which the clients of the market live: what the server does cannot slow them, nor they it. */
import { parentPort, workerData } from "node:worker_threads";
import { PriceClient, type PriceHabit } from "./PriceClient.js";

const port = parentPort;
if (port === null) throw new Error("PriceThread runs as a worker thread");

/** What the thread is told when it begins. */
export interface PriceThreadData {
  readonly url: string;
  readonly habits: ReadonlyArray<PriceHabit>;
}

const { url, habits } = workerData as PriceThreadData;
let left = habits.length;
const clients = habits.map(
  (habit) =>
    new PriceClient(url, habit, (report) => {
      port.postMessage(report);
      if (--left === 0) port.close();
    }),
);

// The market has closed: whoever has stopped reading reads the rest.
port.on("message", () => {
  for (const [at, client] of clients.entries())
    if (habits[at]?.bytesPerSecond === 0) client.devour();
});
