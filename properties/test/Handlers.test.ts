/** R50 where a handler fails: only a reason that says that the client is slow is held against the client. */

import {
  App,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocketBehavior,
} from "uWebSockets.js";
import { once } from "node:events";
import type { ConfigurationOptions, RejectReason } from "@sluice/core";
import { SendError } from "@sluice/runtime";
import { Sluice, type UwsConnection } from "@sluice/uws";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

/** A handler that does this with its connection, in a server that has heard of what went wrong. */
async function handling(
  configuration: ConfigurationOptions,
  handle: (connection: UwsConnection) => Promise<unknown>,
) {
  const heard: Array<readonly [error: unknown, what: string]> = [];
  const sluice = new Sluice({
    configuration,
    onError: (error, _, what) => heard.push([error, what]),
  });
  const behavior: WebSocketBehavior<unknown> = {
    message: async (socket) => void (await handle(sluice.of(socket))),
  };
  const app = App().ws("/*", sluice.wrap(behavior));
  const port = await new Promise<number>((resolve, reject) => {
    app.listen("127.0.0.1", 0, (listening) => {
      if (listening === false) return reject(new Error("cannot listen on the loopback"));
      onTestFinished(() => us_listen_socket_close(listening));
      resolve(us_socket_local_port(listening as never));
    });
  });
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  onTestFinished(() => client.terminate());
  await once(client, "open");
  client.send("go");
  return { client, heard };
}

/** The code and reason that a client is told at the end. */
async function ending(client: WebSocket) {
  const [code, reason] = await once(client, "close");
  return { code, reason: String(reason) };
}

const refused = (reason: RejectReason) => (connection: UwsConnection) =>
  Promise.reject(new SendError({ reason, connection: connection.id }));

test.each(["full", "timeout", "slow-consumer"] as const)(
  "R50 · a handler that fails of its client's slowness (%s) closes it as a slow consumer, and nobody is told of an error",
  async (reason) => {
    const { client, heard } = await handling({}, refused(reason));
    expect(await ending(client)).toEqual({ code: 1013, reason: "slow consumer" });
    expect(heard).toEqual([]);
  },
);

test.each(["too-large", "waiters", "interrupted"] as const)(
  "R50 · a handler that fails of a mistake of the server's (%s) is an error: it is told, and the client is not blamed",
  async (reason) => {
    const { client, heard } = await handling({}, refused(reason));
    expect(await ending(client)).toEqual({ code: 1011, reason: "internal error" });
    expect(heard).toEqual([
      [expect.objectContaining({ _tag: "SendError", reason }), "a handler failed"],
    ]);
  },
);

test("a handler that finds its client gone is no error, and closes nothing", async () => {
  const { client, heard } = await handling({}, (connection) => {
    connection.offer("before");
    return refused("closed")(connection);
  });
  const [before] = await once(client, "message");
  expect(String(before)).toBe("before");
  client.send("go");
  const [again] = await once(client, "message");
  expect([String(again), heard]).toEqual(["before", []]);
});

test("R50 · a message that is too large for its connection is its handler's error", async () => {
  const { client, heard } = await handling({ maxBytes: 10 }, (connection) =>
    connection.send("more than ten bytes"),
  );
  expect((await ending(client)).code).toBe(1011);
  expect(heard).toEqual([[expect.objectContaining({ reason: "too-large" }), "a handler failed"]]);
});
