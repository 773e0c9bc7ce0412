/** What comes in, where uWebSockets.js is special: it lends the memory of a message, and cannot pause a WebSocket. */
import { ConfigurationError } from "@sluice/core";
import { Sluice } from "@sluice/uws";
import { expect, test } from "vitest";
import { onlyOne, serve, until } from "./server.js";

test("a message that waits keeps its bytes, though uWebSockets.js takes its memory back", async () => {
  const seen: Array<string> = [];
  const ends: Array<() => void> = [];
  const server = await serve(
    { incoming: { concurrency: 1 } },
    {
      message: (_, data, isBinary) => {
        seen.push(`${isBinary} ${Buffer.from(data)}`);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
    },
  );
  const client = await server.connect();
  const connection = await onlyOne(server);
  for (const text of ["a", "b", "c"]) client.send(Buffer.from(text.repeat(1_000)));
  client.send("text");
  await until(() => connection.incoming?.received.messages === 4);
  await until(() => {
    ends.shift()?.();
    return seen.length === 4;
  });
  const binary = ["a", "b", "c"].map((text) => `true ${text.repeat(1_000)}`);
  expect(seen).toEqual([...binary, "false text"]);
});

test("pausing is refused, with what can be had in its place", () => {
  const make = () => new Sluice({ incoming: { concurrency: 1, onFull: "pause" } });
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow('onFull ("pause") must be "close": uWebSockets.js cannot pause a WebSocket');
});

test("uWebSockets.js has nothing that pauses a WebSocket; when it has, this says so", async () => {
  const methods: Array<string> = [];
  const server = await serve(
    {},
    {
      open: (socket) => {
        for (let of = socket as object | null; of !== null; of = Object.getPrototypeOf(of)) {
          methods.push(...Object.getOwnPropertyNames(of));
        }
      },
    },
  );
  await server.connect();
  await until(() => methods.length > 0);
  expect(methods).toContain("getBufferedAmount");
  expect(methods.filter((name) => /pause|resume|throttle/i.test(name))).toEqual([]);
});

test("a route without a handler has a rate all the same", async () => {
  const server = await serve({ incoming: { perSecond: 0.001 } });
  const client = await server.connect();
  client.send("one");
  client.send("two");
  expect(await client.closed).toEqual({
    code: 1008,
    reason: "too many messages: more than 0.001 a second",
  });
});
