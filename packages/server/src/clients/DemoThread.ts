/** The thread in which the demonstration clients live: what the server does cannot slow them, nor they it. */
import { parentPort, workerData } from "node:worker_threads";
import { DemoClient } from "./DemoClient.js";
import { habits } from "./Habit.js";

const port = parentPort;
if (port === null) throw new Error("DemoThread runs as a worker thread");

const clients = habits.map(
  (habit) => new DemoClient(habit, workerData as string, (receipt) => port.postMessage(receipt)),
);

port.once("message", async () => {
  await Promise.all(clients.map((client) => client.finish()));
  port.close();
});
