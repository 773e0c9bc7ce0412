import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { DemoClients } from "../src/clients/DemoClients.js";
import { ledger } from "../src/Ledger.js";
import { Server } from "../src/Server.js";
import { Database } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database.close());

const patience = { timeout: 15_000, interval: 20 };

async function stage() {
  const server = await Server.start({ database });
  onTestFinished(() => server.stop());
  const clients = DemoClients.start(server, []);
  const open = () => server.book.open();
  const one = (client: string) => open().find((report) => report.client === client);
  return { server, clients, open, one };
}

test("what the controls do is felt, and the ledger balances all the same", {
  timeout: 60_000,
}, async () => {
  const { server, clients, open, one } = await stage();
  clients.addClients({ kind: "stalled", strategy: "drop-oldest", count: 2 });
  clients.addClients({ kind: "fast", strategy: "drop-all", count: 1 });
  await vi.waitUntil(() => one("stalled-1")?.state === "dropping", patience);
  clients.setSpeed("stalled-1", null);
  await vi.waitUntil(() => one("stalled-1")?.state === "normal", patience);
  clients.setStrategy("stalled-2", "drop-newest");
  await vi.waitUntil(() => one("stalled-2.2")?.policy === "drop-newest", patience);
  clients.setFeedRate(100);
  expect(server.feed.rate).toBe(100);
  clients.removeClient("fast-3");
  await vi.waitUntil(() => open().length === 2, patience);
  expect(clients.clients).toMatchObject([
    { name: "stalled-1", strategy: "drop-oldest", bytesPerSecond: null },
    { name: "stalled-2", strategy: "drop-newest", bytesPerSecond: 0 },
  ]);
  clients.finish();
  await server.drain();
  const { lines, balances } = ledger(server.book, await clients.receipts());
  expect(balances, lines.join("\n")).toBe(true);
  expect(server.book.closed()).toHaveLength(4);
});

test("what cannot be done is refused with the value and the rule", async () => {
  const { server, clients } = await stage();
  expect(() => clients.setSpeed("nobody", 0)).toThrow("client (nobody) must be one of");
  expect(() => clients.removeClient("nobody")).toThrow("client (nobody) must be one of");
  expect(() => clients.addClients({ kind: "fast", strategy: "block", count: 201 })).toThrow(
    "clients (201) must be at most 200",
  );
  clients.finish();
  await server.drain();
  await clients.receipts();
});
