import { once } from "node:events";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import { DemoClient } from "../src/clients/DemoClient.js";
import { DemoClients } from "../src/clients/DemoClients.js";
import { guestHeader } from "../src/clients/GuestHeader.js";
import { habits } from "../src/clients/Habit.js";
import { Database, running } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
}, 60_000);
afterAll(() => database.close());

const patience = { timeout: 30_000, interval: 20 };

test("no client of the demonstration is ever closed for being slow", {
  timeout: 60_000,
}, async () => {
  const { server } = await running({ database });
  // All but the one that its own strategy disconnects.
  const lasting = habits.filter(({ name }) => name !== "feed-impatient");
  const clients = DemoClients.start(server, lasting);
  await vi.waitUntil(() => server.book.size === lasting.length, patience);
  for (const connection of server.book.find(() => true)) {
    expect(connection.configuration).toMatchObject({
      evictTimeoutMillis: null,
      blockTimeoutMillis: 86_400_000,
    });
  }
  clients.finish();
  await server.drain();
  await clients.receipts();
});

test("who only takes the name of one, or shows another secret, is closed as ever", async () => {
  const { server, connect } = await running({ database });
  for (const path of ["/feed", "/query"]) {
    await connect(`${path}?client=feed-stalled`);
    await connect(`${path}?client=feed-stalled`, { [guestHeader]: "x".repeat(36) });
  }
  const all = server.book.find(() => true).map(({ configuration }) => configuration);
  expect(all.map(({ evictTimeoutMillis }) => evictTimeoutMillis)).toEqual(Array(4).fill(60_000));
});

test("a client that reads nothing goes on saying that it is there", async () => {
  const listener = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => listener.close());
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  const habit = { name: "stalled", path: "/feed", bytesPerSecond: 0 };
  const host = { url: `ws://127.0.0.1:${port}`, guestSecret: "s", signMillis: 5 };
  const client = new DemoClient(habit, host, () => {});
  const [socket] = await once(listener, "connection");
  socket.send(JSON.stringify({ seq: 0 }));
  for (let sign = 0; sign < 3; sign++) await once(socket, "pong");
  const finished = client.finish();
  socket.close();
  await finished;
});
