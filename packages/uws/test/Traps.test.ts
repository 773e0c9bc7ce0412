/**
 * The traps of uWebSockets.js, each on a real socket: what was measured to lose messages, to stall or to
 * crash without Sluice does not with it.
 */

import type { WebSocket as UwsSocket } from "uWebSockets.js";
import { imbalance, total } from "@sluice/core";
import { Frame, type UwsConnection } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { type Client, type Server, serve, until } from "./server.js";

const none = { messages: 0, bytes: 0 };

async function connected(server: Server): Promise<readonly [Client, UwsConnection]> {
  const before = new Set(server.sluice.connections);
  const client = await server.connect();
  await until(() => server.sluice.connections.size > before.size);
  const connection = [...server.sluice.connections].find((candidate) => !before.has(candidate));
  return [client, connection as UwsConnection];
}

const numbered = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => String(index).padEnd(bytes, "."));

describe("a client that stops reading and goes on", () => {
  test.each([
    ["small ones", 60_000, 512],
    ["ones of 16 KiB and more, which stalled when sent from inside drain", 1_000, 20_000],
  ])("gets %s all, once and in order", async (_, count, bytes) => {
    const server = await serve({ configuration: { maxMessages: count, maxBytes: 2 ** 30 } });
    const [client, connection] = await connected(server);
    client.pause();
    const messages = numbered(count, bytes);
    for (const message of messages) connection.offer(message);
    await until(() => connection.stats().delivered.messages > 0 && connection.fill < 1);
    client.resume();
    expect(await client.receive(count)).toEqual(messages);
    expect(connection.stats().delivered.messages).toBe(count);
    expect(connection.state).toBe("normal");
  });

  test("is handed little more than the kernel takes: the rest stays where a policy reaches it", async () => {
    const sockets: Array<UwsSocket<unknown>> = [];
    const server = await serve(
      { configuration: { maxMessages: 50, overflow: "drop-oldest" } },
      { open: (socket) => void sockets.push(socket) },
    );
    const [client, connection] = await connected(server);
    client.pause();
    const message = Frame.text("x".repeat(10_000));
    let nativePeak = 0;
    while (connection.stats().dropped.evicted.messages < 100) {
      for (let index = 0; index < 20; index++) connection.offer(message);
      await new Promise((resolve) => setImmediate(resolve));
      nativePeak = Math.max(nativePeak, sockets[0]?.getBufferedAmount() ?? 0);
    }
    expect(nativePeak).toBeLessThan(64 * 1024);
    expect(connection.state).toBe("dropping");
    expect(imbalance(connection.stats())).toEqual(none);
    client.resume();
    const { delivered } = connection.stats();
    await client.receive(delivered.messages + connection.stats().buffered.messages);
    expect(connection.stats().buffered).toEqual(none);
  });

  test("R26 · changes nothing in what another one receives", async () => {
    const server = await serve({ configuration: { maxMessages: 100, overflow: "drop-oldest" } });
    const [stalled, stalledConnection] = await connected(server);
    const [reader, readerConnection] = await connected(server);
    stalled.pause();
    const messages = numbered(3_000, 4_000);
    for (let at = 0; at < messages.length; at += 50) {
      for (const message of messages.slice(at, at + 50)) server.sluice.broadcast(message);
      await reader.receive(at + 50);
    }
    expect(reader.received).toEqual(messages);
    expect(total(readerConnection.stats().dropped)).toEqual(none);
    expect(stalledConnection.stats().dropped.evicted.messages).toBeGreaterThan(0);
    expect(imbalance(stalledConnection.stats())).toEqual(none);
  });
});

describe("the limit of uWebSockets.js", () => {
  test("looks at what is buffered and not at the message: the outbox bounds the message itself", async () => {
    const server = await serve({ configuration: { maxBytes: 1_000 } }, { maxBackpressure: 1_024 });
    const [client, connection] = await connected(server);
    expect(connection.offer("y".repeat(1_001))).toEqual({
      _tag: "Rejected",
      reason: "too-large",
    });
    connection.offer("y".repeat(1_000));
    expect((await client.receive(1))[0]).toHaveLength(1_000);
  });

  test("is not reached by what Sluice sends, however small: nothing is dropped by the socket", async () => {
    let dropped = 0;
    const server = await serve(
      { configuration: { maxMessages: 10_000, maxBytes: 2 ** 30 } },
      { maxBackpressure: 1, dropped: () => void dropped++ },
    );
    const [client, connection] = await connected(server);
    client.pause();
    const messages = numbered(2_000, 10_000);
    for (const message of messages) connection.offer(message);
    await until(() => connection.stats().delivered.messages > 0 && connection.fill < 0.2);
    await new Promise((resolve) => setImmediate(resolve));
    client.resume();
    expect(await client.receive(messages.length)).toEqual(messages);
    expect(dropped).toBe(0);
  });

  test("a handler that throws in dropped, in the middle of a publish, costs one connection and no process", async () => {
    const errors: Array<unknown> = [];
    const server = await serve(
      { onError: (error) => errors.push(error) },
      {
        maxBackpressure: 1_024,
        open: (socket) => void socket.subscribe("all"),
        message: (socket) => {
          for (let index = 0; index < 2_000; index++) {
            socket.publish("all", "z".repeat(10_000));
          }
        },
        dropped: () => {
          throw new Error("dropped");
        },
      },
    );
    const [stalled] = await connected(server);
    const [publisher] = await connected(server);
    stalled.pause();
    publisher.send("go");
    await until(() => errors.length > 0);
    stalled.terminate();
    await until(() => server.sluice.connections.size === 1);
  });
});

describe("closing", () => {
  test("right after an offer loses nothing: close() straight after a corked send would", async () => {
    const server = await serve();
    const [client, connection] = await connected(server);
    connection.offer("a");
    connection.offer("b");
    await connection.close({ reason: "done" });
    expect(await client.closed).toEqual({ code: 1000, reason: "done" });
    expect(client.received).toEqual(["a", "b"]);
  });

  test("a connection with a backlog over maxBackpressure delivers all of it and its reason", async () => {
    const server = await serve(
      { configuration: { maxMessages: 5_000, maxBytes: 2 ** 30, closeTimeoutMillis: 60_000 } },
      { maxBackpressure: 1_024 },
    );
    const [client, connection] = await connected(server);
    client.pause();
    const messages = numbered(2_000, 10_000);
    for (const message of messages) connection.offer(message);
    const closing = connection.close({ code: 1000, reason: "all of it" });
    await until(() => connection.stats().delivered.messages > 0 && connection.fill < 0.4);
    client.resume();
    expect((await closing).by).toBe("close");
    expect(await client.closed).toEqual({ code: 1000, reason: "all of it" });
    expect(client.received).toEqual(messages);
  });

  test("by the user on the socket itself, in any handler, leaves no call to a dead socket", async () => {
    const errors: Array<unknown> = [];
    const server = await serve(
      { onError: (error) => errors.push(error) },
      {
        message: (socket) => {
          server.sluice.of(socket).offer("never sent");
          socket.close();
        },
      },
    );
    const [client, connection] = await connected(server);
    client.send("bye");
    await client.closed;
    await until(() => server.sluice.connections.size === 0);
    expect(connection.offer("x")).toEqual({ _tag: "Rejected", reason: "closed" });
    expect(connection.stats().dropped.closed.messages).toBe(1);
    connection.evict();
    await connection.close();
    expect(imbalance(connection.stats())).toEqual(none);
    expect(errors).toEqual([]);
  });

  test("disconnect: the reason reaches a slow consumer that reads again", async () => {
    const server = await serve({ configuration: { overflow: "disconnect", maxMessages: 20 } });
    const [client, connection] = await connected(server);
    client.pause();
    const message = Frame.text("x".repeat(10_000));
    while (connection.offer(message)._tag === "Accepted") {
      if (connection.fill > 0.5) await new Promise((resolve) => setImmediate(resolve));
    }
    await connection.closed;
    client.resume();
    expect(await client.closed).toEqual({ code: 1013, reason: "slow consumer" });
    expect(client.received).toHaveLength(connection.stats().delivered.messages);
  });
});
