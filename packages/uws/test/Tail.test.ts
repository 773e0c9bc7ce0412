/**
 * The tail of a connection: what has been handed over when the server closes in order, and the client has not read
 * yet. Real sockets; the kernel holds a tail of some MB for a client that does not read.
 */
import { Frame, type SluiceOptions, type UwsConnection, UwsTransport } from "@sluice/uws";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ClientOptions } from "ws";
import { type Client, onlyOne, type Server, serve, until } from "./server.js";

const tail = Array.from({ length: 40 }, (_, at) => String(at).padEnd(20_000, "."));

interface Behind {
  readonly server: Server;
  readonly client: Client;
  readonly connection: UwsConnection;
  /** What the close handler and the message handler have been told. */
  readonly ends: ReadonlyArray<number>;
  readonly heard: ReadonlyArray<string>;
}

/** A client that has answered the first ping, if it answers any, and has then stopped reading before a tail. */
async function behind(
  given: {
    readonly options?: SluiceOptions;
    readonly asks?: boolean;
    readonly client?: ClientOptions;
    readonly unread?: ReadonlyArray<string>;
  } = {},
): Promise<Behind> {
  const { options = {}, asks = true, unread = tail } = given;
  const [ends, heard]: [Array<number>, Array<string>] = [[], []];
  // No window: all of the tail is to be on its way.
  const configuration = { windowBytes: "off" } as const;
  const server = await serve(
    { configuration, ...options },
    {
      sendPingsAutomatically: asks,
      message: (_, message) => void heard.push(Buffer.from(message).toString()),
      close: (_, code) => void ends.push(code),
    },
  );
  const client = await server.connect("/", given.client);
  const connection = await onlyOne(server);
  // Behind the ping of its opening; and what the client says then comes behind its pong.
  connection.offer("hello");
  await client.receive(1);
  client.send("hello");
  await until(() => heard.length === 1);
  client.pause();
  for (const message of unread) await connection.send(message);
  await until(() => connection.stats().buffered.messages === 0);
  return { server, client, connection, ends, heard };
}

describe("a server that closes in order", () => {
  test("waits until a slow client has read everything, though that talks meanwhile", async () => {
    const { server, client, connection, ends, heard } = await behind();
    expect(await connection.close({ code: 4001, reason: "done" })).toMatchObject({
      code: 4001,
      reason: "done",
      by: "close",
    });
    expect(server.sluice.connections.size).toBe(0);
    expect(server.sluice.broadcast("to nobody")).toEqual({ accepted: 0, rejected: 0 });
    for (let at = 0; at < 10; at++) client.send("x".repeat(10_000));
    expect(ends).toEqual([]);
    client.resume();
    expect(await client.closed).toEqual({ code: 4001, reason: "done" });
    expect(client.received).toEqual(["hello", ...tail]);
    await until(() => ends.length === 1);
    expect(heard).toEqual(["hello"]);
  });

  test.each<[string, Parameters<typeof behind>[0]]>([
    ["has never answered a ping", { client: { autoPong: false } }],
    ["may not be pinged", { asks: false }],
  ])("does not wait for a client that %s", async (_, given) => {
    const { client, connection, ends } = await behind(given);
    await connection.close({ code: 4001 });
    expect(ends).toHaveLength(1);
    client.resume();
    expect(await client.closed).toEqual({ code: 4001, reason: "" });
    expect(client.received).toHaveLength(1 + tail.length);
  });

  test("does not wait for a client that is known to have read everything", async () => {
    const { client, connection, ends, heard } = await behind({ unread: ["x".repeat(65_536)] });
    client.resume();
    await until(() => client.pings.length === 2);
    client.send("behind the pong");
    await until(() => heard.length === 2);
    await connection.close();
    expect(ends).toHaveLength(1);
  });
});

test("an eviction waits for nobody", async () => {
  const { client, connection, ends } = await behind();
  connection.evict({ code: 4002 });
  await connection.closed;
  expect(ends).toHaveLength(1);
  client.resume();
  expect((await client.closed).code).toBe(4002);
});

describe("Sluice.close", () => {
  test("waits for a client to read its tail", async () => {
    const { server, client, ends } = await behind();
    let isClosed = false;
    const closing = server.sluice.close({ code: 1001 }).then(() => {
      isClosed = true;
    });
    await until(() => server.sluice.connections.size === 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    client.resume();
    await closing;
    expect(ends).toHaveLength(1);
    expect((await client.closed).code).toBe(1001);
    expect(client.received).toHaveLength(1 + tail.length);
  });

  test("is over after closeTimeoutMillis, though a client has not read its tail; that goes on to read", async () => {
    const options = { configuration: { windowBytes: "off", closeTimeoutMillis: 20 } } as const;
    const { server, client, ends } = await behind({ options });
    await server.sluice.close({ code: 1001, reason: "restart" });
    expect(ends).toHaveLength(1);
    client.resume();
    expect(await client.closed).toEqual({ code: 1001, reason: "restart" });
    expect(client.received).toEqual(["hello", ...tail]);
  });

  test("bounds the tail of a connection that was closed before it as well", async () => {
    const options = { configuration: { windowBytes: "off", closeTimeoutMillis: 20 } } as const;
    const { server, client, connection, ends } = await behind({ options });
    await connection.close({ code: 4001 });
    expect(ends).toEqual([]);
    await Promise.all([server.sluice.close(), server.sluice.close()]);
    expect(ends).toHaveLength(1);
    client.resume();
    expect((await client.closed).code).toBe(4001);
  });

  test("gives the tail what the flush has left of closeTimeoutMillis", async () => {
    const { server, client, connection } = await behind();
    let nowMillis = 1_000;
    const now = vi.spyOn(performance, "now").mockImplementation(() => nowMillis);
    const left = vi.spyOn(UwsTransport.prototype, "left");
    onTestFinished(() => {
      now.mockRestore();
      left.mockRestore();
    });
    connection.onClosed(() => {
      nowMillis += 300;
    });
    const closing = server.sluice.close();
    await until(() => left.mock.calls.length > 0);
    expect(left.mock.calls).toEqual([[5_000 - 300]]);
    client.resume();
    await closing;
  });

  test("does not wait for a client that leaves", async () => {
    const { server, client, ends } = await behind();
    const closing = server.sluice.close();
    await until(() => server.sluice.connections.size === 0);
    client.terminate();
    await closing;
    expect(ends).toHaveLength(1);
  });
});

describe("a client that is behind by megabytes of the socket's own buffer", () => {
  const big = Frame.binary(new Uint8Array(16 * 2 ** 20));

  async function stalled() {
    const server = await serve({ configuration: { maxBytes: 64 * 2 ** 20 } });
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.pause();
    await connection.send(big);
    await until(() => connection.stats().delivered.messages === 1);
    return { client, connection };
  }

  test("gets its pings answered", async () => {
    const { client } = await stalled();
    for (const payload of ["1", "2", "3"]) client.ping(payload);
    client.resume();
    await until(() => client.pongs.length === 3);
    expect(client.received).toHaveLength(1);
    expect(client.pongs).toEqual(["1", "2", "3"]);
  });

  test("gets the code and the reason when the server closes", async () => {
    const { client, connection } = await stalled();
    const closing = connection.close({ code: 4001, reason: "done" });
    client.resume();
    expect((await closing).by).toBe("close");
    expect(await client.closed).toEqual({ code: 4001, reason: "done" });
    expect(client.received).toHaveLength(1);
  });

  test("gets its own code back, and all that was sent, when it closes itself", async () => {
    const { client, connection } = await stalled();
    client.close(4002);
    client.resume();
    expect(await connection.closed).toMatchObject({ code: 4002, by: "peer" });
    expect((await client.closed).code).toBe(4002);
    expect(client.received).toHaveLength(1);
  });
});
