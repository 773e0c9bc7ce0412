/** The thread in which the demonstration clients live: what the server does cannot slow them, nor they it. */
import { parentPort, workerData } from "node:worker_threads";
import type { Command } from "./Command.js";
import { DemoClient, type Host } from "./DemoClient.js";

const port = parentPort;
if (port === null) throw new Error("DemoThread runs as a worker thread");

const clients = new Map<string, DemoClient>();

port.on("message", async (command: Command) => {
  switch (command.type) {
    case "add": {
      const { habit } = command;
      const host = workerData as Host;
      clients.set(habit.name, new DemoClient(habit, host, (receipt) => port.postMessage(receipt)));
      break;
    }
    case "read":
      clients.get(command.name)?.read(command.bytesPerSecond);
      break;
    case "move":
      clients.get(command.name)?.move(command.path);
      break;
    case "leave":
      await clients.get(command.name)?.finish();
      clients.delete(command.name);
      break;
    case "finish":
      await Promise.all(Array.from(clients.values(), (client) => client.finish()));
      port.close();
      break;
    default:
      command satisfies never;
  }
});
