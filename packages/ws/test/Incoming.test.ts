/** What only a socket of `ws` can do for what comes in: it can be paused, and its client is not blamed for that. */

import { Sluice } from "@sluice/ws";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { receivedBytes } from "../src/Received.js";
import { connected, serve, until } from "./server.js";

/** A server with one client, whose handlers end by hand. */
async function paced(incoming: object) {
  const begun: Array<string> = [];
  const ends: Array<() => void> = [];
  const served = await serve({ incoming });
  served.server.on("connection", (socket) => {
    const handler = (data: Buffer) => {
      begun.push(data.toString());
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    socket.on("message", served.sluice.guard(socket, handler));
  });
  const pair = await connected(served);
  const [socket] = served.server.clients;
  if (socket === undefined) throw new Error("there is no socket");
  return { ...served, ...pair, socket, begun, end: () => ends.shift()?.() };
}

const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `${from + index}`);

describe("a socket of which too much waits", () => {
  test("is paused, not closed; all that its client sends is handled in the end, in order", async () => {
    const { client, connection, socket, begun, end } = await paced({
      concurrency: 1,
      maxMessages: 10,
      onFull: "pause",
    });
    const texts = numbers(500);
    for (const text of texts) client.send(text.padEnd(1_000, "."));
    await until(() => socket.isPaused);
    expect(connection.state).toBe("normal");
    let most = 0;
    await until(() => {
      most = Math.max(most, connection.incoming?.waiting.bytes ?? 0);
      end();
      return begun.length === texts.length;
    });
    expect(begun.map((text) => Number.parseInt(text, 10))).toEqual(texts.map(Number));
    // Besides the bound what one read of the socket may bring, of half a megabyte in all.
    expect(most).toBeLessThanOrEqual(10 * 1_000 + 64 * 1024);
    expect(connection.incoming?.pauses).toBeGreaterThan(0);
    expect(connection.incoming?.received.messages).toBe(texts.length);
    expect(socket.isPaused).toBe(false);
  });

  test("that its owner has paused is not resumed by Sluice, which has not paused it", async () => {
    const { client, socket, begun, end } = await paced({
      concurrency: 1,
      maxMessages: 2,
      onFull: "pause",
    });
    client.send("a");
    await until(() => begun.length === 1);
    socket.pause();
    end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.isPaused).toBe(true);
  });

  test("hears its client to the end when it is closed meanwhile: the closing handshake is done", async () => {
    const { client, connection, socket } = await paced({
      concurrency: 1,
      maxMessages: 1,
      onFull: "pause",
    });
    for (const text of numbers(3)) client.send(text);
    await until(() => socket.isPaused);
    connection.evict({ code: 4000, reason: "enough" });
    expect(await client.closed).toEqual({ code: 4000, reason: "enough" });
    await until(() => socket.readyState === socket.CLOSED);
    expect(connection.incoming?.waiting.messages).toBe(0);
  });
});

test("while it is paused its client is not let go as idle, nor held for stalled, though none of its pongs is heard", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const context = yield* Effect.context<never>();
      const pass = (seconds: number) =>
        Effect.runPromiseWith(context)(TestClock.adjust(1_000 * seconds));
      yield* Effect.promise(async () => {
        const incoming = { concurrency: 1, maxMessages: 1, onFull: "pause" } as const;
        const sluice = new Sluice({ incoming }, context);
        const served = await serve({}, {}, sluice);
        let end = () => {};
        served.server.on("connection", (socket) => {
          const handler = () =>
            new Promise<void>((resolve) => {
              end = resolve;
            });
          socket.on("message", sluice.guard(socket, handler));
        });
        const { client, connection } = await connected(served);
        await until(() => connection.stats().receipts.status === "answered");
        // More than Node reads ahead of a socket that is paused: then nothing is heard, not even bytes.
        for (const text of numbers(500)) client.send(text.padEnd(1_000, "."));
        await until(() => connection.incoming?.pauses === 1);
        connection.offer("something to read");
        await until(() => client.received.length === 1);
        for (let second = 0; second < 300; second++) await pass(1);
        expect([connection.state, connection.health]).toEqual(["normal", "healthy"]);
        // When its handlers go on it is heard to go.
        client.vanish();
        await until(() => {
          end();
          return connection.state === "closed";
        });
      });
    }).pipe(Effect.provide(TestClock.layer({ warningDelay: "1 hour" }))),
  ));

test("what a listener of a message is called with has a size, of whatever type; what another is called with has none", () => {
  expect(receivedBytes([Buffer.alloc(3), false])).toBe(3);
  expect(receivedBytes([new ArrayBuffer(4), true])).toBe(4);
  expect(receivedBytes([[Buffer.alloc(3), Buffer.alloc(4)], true])).toBe(7);
  expect(receivedBytes([new Blob(["hello"]), true])).toBe(5);
  expect(receivedBytes([Buffer.alloc(3)])).toBeUndefined();
  expect(receivedBytes([1000, Buffer.alloc(3)])).toBeUndefined();
});

test("a guarded listener to pings takes no turn: it is called at once, and is not counted", async () => {
  const { client, connection, sluice, socket, begun } = await paced({ concurrency: 1 });
  const pings: Array<string> = [];
  socket.on(
    "ping",
    sluice.guard(socket, (payload: Buffer) => void pings.push(payload.toString())),
  );
  client.send("a");
  client.ping("now");
  await until(() => pings.length === 1);
  expect(begun).toEqual(["a"]);
  expect(connection.incoming?.received.messages).toBe(1);
});
