/** A server for demonstration, with real clients in a thread of their own. */
import { onTestFinished } from "vitest";
import { DemoClients } from "../../src/clients/DemoClients.js";
import type { Habit } from "../../src/clients/Habit.js";
import type { Database } from "../../src/query/Database.js";
import { Server } from "../../src/Server.js";

/** Starts one that ends with the test; without habits of your own it has clients of every kind. */
export async function demonstration(database: Database, first?: ReadonlyArray<Habit>) {
  const server = await Server.start({ database });
  const clients = DemoClients.start(server, first);
  onTestFinished(async () => {
    clients.finish();
    await server.stop();
    await clients.receipts();
  });
  server.page.demonstrate(clients);
  return { server, clients };
}
