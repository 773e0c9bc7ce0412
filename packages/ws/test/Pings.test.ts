/** Pings and pongs on `ws`: those of Sluice are its own, those of the user are the user's. */
import { once } from "node:events";
import { expect, test } from "vitest";
import { peer, serve, until } from "./server.js";

test("a ping of the user's is answered to the user, and changes no receipt", async () => {
  const served = await serve();
  await peer(`ws://127.0.0.1:${served.port}`);
  await until(() => served.sluice.connections.size === 1);
  const [connection] = served.sluice.connections;
  const [server] = served.server.clients;
  if (server === undefined || connection === undefined) throw new Error("nobody is there");
  await until(() => connection.stats().receipts.status === "answered");
  const pongs: Array<string> = [];
  server.on("pong", (payload) => pongs.push(payload.toString()));
  server.ping("mine");
  await until(() => pongs.includes("mine"));
  await connection.send("x");
  // The next one of ours acknowledges what stands before it.
  await until(() => connection.stats().receipts.acknowledged.messages === 1);
});

test("a ping of the client's is answered, and reaches the user's listener", async () => {
  const served = await serve();
  const heard: Array<string> = [];
  served.server.on("connection", (socket) => {
    socket.on("ping", (payload) => heard.push(payload.toString()));
  });
  const { socket } = await peer(`ws://127.0.0.1:${served.port}`);
  socket.ping("are you there?");
  const [payload] = (await once(socket, "pong")) as [Buffer];
  expect([payload.toString(), heard]).toEqual(["are you there?", ["are you there?"]]);
});

test("pongs that nobody asked for, whatever they say, acknowledge nothing", async () => {
  const served = await serve();
  const { socket } = await peer(`ws://127.0.0.1:${served.port}`);
  await until(() => served.sluice.connections.size === 1);
  const [connection] = served.sluice.connections;
  const [server] = served.server.clients;
  if (server === undefined || connection === undefined) throw new Error("nobody is there");
  await until(() => connection.stats().receipts.status === "answered");
  socket.pause();
  await connection.send("x".repeat(1_000));
  for (const payload of ["", "sluice 0", "sluice 99", "sluice -1", "Sluice 1", "sluice 1e0"]) {
    socket.pong(payload);
  }
  socket.send("behind them");
  await once(server, "message");
  expect(connection.stats().receipts.acknowledged).toEqual({ messages: 0, bytes: 0 });
});
