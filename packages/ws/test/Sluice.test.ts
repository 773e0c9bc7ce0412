/** What is particular to servers of `ws`: how they are wrapped, their sockets by hand, their listeners, their errors. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Frame, Sluice, type SluiceOptions } from "@sluice/ws";
import { Effect } from "effect";
import { describe, expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { connected, peer, raw, serve, until } from "./server.js";

const fail = (words: string) => () => {
  throw new Error(words);
};

describe("a server", () => {
  test("that is wrapped is returned, and a connection listener has the connection, whenever it was added", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => server.close());
    const sluice = new Sluice({ label: (_, request) => request?.url });
    const labels: Array<string | undefined> = [];
    const listener = (socket: WebSocket) => void labels.push(sluice.of(socket).label);
    server.on("connection", listener);
    expect(sluice.wrap(server)).toBe(server);
    server.on("connection", listener);
    await once(server, "listening");
    await peer(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed?x=1`);
    expect(labels).toEqual(["/feed?x=1", "/feed?x=1"]);
  });

  test("that is wrapped twice is refused, as options that there are not are", () => {
    const server = new WebSocketServer({ noServer: true });
    const sluice = new Sluice();
    sluice.wrap(server);
    expect(() => sluice.wrap(server)).toThrow("is wrapped already");
    expect(() => new Sluice().wrap(server)).toThrow("is wrapped already");
    const other = new WebSocketServer({ noServer: true });
    for (const wrong of [7, 961, 8.5, -8, "30", Number.NaN]) {
      expect(() => sluice.wrap(other, { idleTimeout: wrong } as never)).toThrow(
        /idleTimeout \(.*\) must be 0, for none, or a whole number of seconds from 8 to 960/,
      );
    }
    expect(() => sluice.wrap(other, { idleTimeOut: 8 } as never)).toThrow(
      "idleTimeOut (8) is not an option of wrap",
    );
    expect(() => new Sluice({ compres: true } as never)).toThrow("is not an option of Sluice");
    // Nothing of that has wrapped it.
    expect(sluice.wrap(other, { idleTimeout: 0, sendPingsAutomatically: false })).toBe(other);
  });

  test("without a server of its own has its sockets opened by hand", async () => {
    const sluice = new Sluice();
    const server = new WebSocketServer({ noServer: true });
    const http = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void http.close());
    http.on("upgrade", (request: IncomingMessage, stream, head) => {
      server.handleUpgrade(request, stream, head, (socket) => {
        const connection = sluice.open(socket, request);
        connection.offer("welcome");
        expect(sluice.of(socket)).toBe(connection);
        expect(() => sluice.open(socket)).toThrow("has a connection already");
        expect(() => new Sluice().open(socket)).toThrow("has a connection already");
      });
    });
    await once(http, "listening");
    const { received } = await peer(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    await until(() => received.length === 1);
    expect(received).toEqual(["welcome"]);
  });

  test("has no connection of a socket that it never saw", () => {
    expect(() => new Sluice().of({} as never)).toThrow(
      "this socket never was open here: was its server wrapped?",
    );
    expect(new Sluice().find({} as never)).toBeUndefined();
  });
});

describe("a socket that is refused has a connection that has closed", () => {
  async function refused(options: SluiceOptions, prepare: (sluice: Sluice) => unknown = () => {}) {
    const served = await serve(options);
    await prepare(served.sluice);
    const seen: Array<unknown> = [];
    served.server.on("connection", (socket) => {
      const connection = served.sluice.of(socket);
      seen.push(connection.state, connection.offer("welcome")._tag, served.sluice.find(socket));
    });
    const client = await raw(served.port);
    const end = await client.closed;
    expect(served.sluice.connections.size).toBe(0);
    expect(seen).toEqual(["closed", "Rejected", undefined]);
    return end;
  }

  test("because the Sluice is closed", async () => {
    const end = await refused({}, (sluice) => sluice.close());
    expect(end).toEqual({ code: 1001, reason: "going away" });
  });

  test("because its configuration is wrong", async () => {
    const reports: Array<string> = [];
    const onError: SluiceOptions["onError"] = (_, __, what) => reports.push(what);
    const end = await refused({ configuration: fail("boom"), onError });
    expect(end).toEqual({ code: 1011, reason: "internal error" });
    expect(reports).toEqual(["a connection could not be opened"]);
  });

  test.each(["close", "terminate"] as const)(
    "because a function of the options closes it (%s)",
    async (way) => {
      const end = await refused({ data: (socket) => socket[way](4001) });
      expect(end.code).toBe(way === "close" ? 4001 : 1006);
    },
  );
});

describe("a guarded listener", () => {
  test("must be a function", () => {
    expect(() => new Sluice().guard({} as never, 5 as never)).toThrow("handler must be a function");
  });

  test("is not called once its connection has closed", async () => {
    const served = await serve();
    const heard: Array<string> = [];
    served.server.on("connection", (socket) => {
      const listener = (data: Buffer) => void heard.push(data.toString());
      socket.on("message", served.sluice.guard(socket, listener));
    });
    const { client, connection } = await connected(served);
    client.send("one");
    await until(() => heard.length === 1);
    connection.evict();
    client.send("two");
    await client.closed;
    expect(heard).toEqual(["one"]);
  });
});

describe("the end of a socket", () => {
  test("that its owner closes by itself is the peer's, with the code", async () => {
    const served = await serve();
    served.server.on("connection", (socket) => socket.close(4002, "by hand"));
    const client = await raw(served.port);
    expect(await client.closed).toEqual({ code: 4002, reason: "by hand" });
    await until(() => served.sluice.connections.size === 0);
  });

  test("nothing is sent on one that closes, and what was offered is counted as lost", async () => {
    const served = await serve();
    const opened = once(served.server, "connection");
    const { client, connection } = await connected(served);
    const [socket] = (await opened) as [WebSocket];
    socket.close(4002);
    connection.offer("too late");
    await client.closed;
    await connection.closed;
    expect(client.received).toEqual([]);
    expect(connection.stats().dropped.closed.messages).toBe(1);
  });

  test("a client that does not answer the close frame is let go, and is in nobody's way before", async () => {
    const served = await serve({}, { closeTimeout: 20 } as never);
    const opened = once(served.server, "connection");
    const { RawClient } = await import("@sluice/runtime/testing");
    const client = await RawClient.open(served.port, { answers: false });
    const [socket] = (await opened) as [WebSocket];
    await until(() => served.sluice.connections.size === 1);
    const connection = served.sluice.of(socket);
    await connection.close({ code: 4003 });
    expect(served.sluice.connections.size).toBe(0);
    expect(served.sluice.lingering).toBe(0);
    expect(await client.closed).toEqual({ code: 4003, reason: "" });
    await until(() => socket.readyState === socket.CLOSED);
    expect(served.sluice.of(socket)).toBe(connection);
  });

  test("is one for everyone when the scope that the Sluice was made in closes", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const sluice = yield* Sluice.make();
          sluice.wrap(server);
          return yield* Effect.promise(() => raw(port));
        }),
      ),
    );
    expect(await client.closed).toEqual({ code: 1001, reason: "going away" });
  });

  test("made with what is no configuration, a scope fails with what is wrong", async () => {
    const made = Effect.scoped(Sluice.make({ configuration: { maxMessages: 0 } }));
    expect(await Effect.runPromise(Effect.flip(made))).toMatchObject({
      _tag: "ConfigurationError",
    });
  });
});

describe("compression", () => {
  test("of a server that offers it reaches a client in order, under one connection's rules", async () => {
    const options = { compress: true, configuration: { maxMessages: 64 } };
    const served = await serve(options, { perMessageDeflate: { threshold: 0 } });
    const { socket, received } = await peer(`ws://127.0.0.1:${served.port}`);
    expect(socket.extensions).toContain("permessage-deflate");
    const [connection] = served.sluice.connections;
    const sent = Array.from({ length: 200 }, (_, at) => `${at} `.repeat(50));
    for (const text of sent) await connection?.send(text);
    served.sluice.broadcast(Frame.text("last"));
    await until(() => received.length === 201);
    expect(received).toEqual([...sent, "last"]);
    const end = once(socket, "close");
    connection?.offer("and the code behind it");
    await connection?.close({ code: 4004 });
    expect((await end)[0]).toBe(4004);
    expect(received.at(-1)).toBe("and the code behind it");
  });

  test("of what its owner sends is not overtaken", async () => {
    const served = await serve({}, { perMessageDeflate: { threshold: 0 } });
    served.server.on("connection", (socket) => {
      socket.send("first, compressed");
      served.sluice.of(socket).offer("second");
    });
    const { received } = await peer(`ws://127.0.0.1:${served.port}`);
    await until(() => received.length === 2);
    expect(received).toEqual(["first, compressed", "second"]);
  });
});

test("a Sluice speaks for itself", async () => {
  const { sluice } = await serve();
  expect(JSON.parse(JSON.stringify(sluice))).toEqual({
    isClosed: false,
    lingering: 0,
    connections: [],
  });
  const { inspect } = await import("node:util");
  expect(inspect(sluice)).toMatch(/^Sluice ConnectionRegistry/);
});
