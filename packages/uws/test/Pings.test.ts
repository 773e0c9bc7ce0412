/** Pings and pongs: those of Sluice are its own, those of the user are the user's. */
import { describe, expect, test } from "vitest";
import { onlyOne, serve, until } from "./server.js";

const text = (payload: ArrayBuffer) => Buffer.from(payload).toString();

describe("pongs", () => {
  test("that answer pings of ours do not reach the pong handler, those of the user's own do", async () => {
    const pongs: Array<string> = [];
    const server = await serve(
      {},
      {
        message: (socket) => void socket.ping("mine"),
        pong: (_, payload) => void pongs.push(text(payload)),
      },
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    await connection.send("x".repeat(100_000));
    await client.receive(1);
    client.send("now ping");
    // A pong comes behind those before it.
    await until(() => pongs.length > 0);
    expect(pongs).toEqual(["mine"]);
    expect(client.pings.length).toBeGreaterThanOrEqual(2);
    expect(client.pings.filter((ping) => ping === "mine")).toHaveLength(1);
  });

  test("that nobody asked for reach the pong handler, whatever they say if we do not ask", async () => {
    const pongs: Array<string> = [];
    const server = await serve(
      {},
      { sendPingsAutomatically: false, pong: (_, payload) => void pongs.push(text(payload)) },
    );
    const client = await server.connect();
    client.pong("hello");
    client.pong("sluice 0");
    await until(() => pongs.length === 2);
    expect(pongs).toEqual(["hello", "sluice 0"]);
    expect(client.pings).toEqual([]);
  });

  test("need no handler", async () => {
    const server = await serve(
      {},
      { message: (socket) => void server.sluice.of(socket).offer("ok") },
    );
    const client = await server.connect();
    client.pong("unasked");
    client.ping("a ping");
    client.send("?");
    expect(await client.receive(1)).toEqual(["ok"]);
    expect(client.pongs).toEqual(["a ping"]);
  });
});

test("a ping of the client's reaches the ping handler, and is answered", async () => {
  const pings: Array<string> = [];
  const server = await serve({}, { ping: (_, payload) => void pings.push(text(payload)) });
  const client = await server.connect();
  client.ping("are you there?");
  await until(() => client.pongs.length === 1);
  expect(pings).toEqual(["are you there?"]);
});

test("what a client is asked rides behind 64 KiB of whatever kind, within a second: text, bytes and frames", async () => {
  const server = await serve({ configuration: { maxBytes: 2 ** 24 } });
  const client = await server.connect();
  const connection = await onlyOne(server);
  const count = () => client.pings.length;
  await until(() => count() === 1);
  for (const message of ["x".repeat(65_536), new Uint8Array(65_536)]) {
    const before = count();
    connection.offer(message);
    await until(() => count() === before + 1);
  }
  server.sluice.broadcast("y".repeat(65_536));
  await until(() => count() === 4);
});
