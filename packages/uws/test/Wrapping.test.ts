/** A wrapped behaviour is the user's own, with every handler in its place; what goes wrong in one is told. */

import type { WebSocket as UwsSocket, WebSocketBehavior } from "uWebSockets.js";
import { type CloseInfo, SendError } from "@sluice/runtime";
import { byteLength, Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { Context, Effect, Exit, Logger, References, Scope } from "effect";
import { describe, expect, test } from "vitest";
import { onlyOne, serve, stuck, until } from "./server.js";

describe("a wrapped behaviour", () => {
  test("has the handlers that were given, besides those that Sluice hears with", () => {
    const own = [
      "close",
      "drain",
      "dropped",
      "idleTimeout",
      "maxBackpressure",
      "message",
      "open",
      "ping",
      "pong",
      "sendPingsAutomatically",
    ];
    expect(Object.keys(new Sluice().wrap()).sort()).toEqual(own);
    const all: WebSocketBehavior<unknown> = {
      upgrade: () => {},
      message: () => {},
      ping: () => {},
      pong: () => {},
      dropped: () => {},
      subscription: () => {},
      idleTimeout: 30,
    };
    expect(Object.keys(new Sluice().wrap(all)).sort()).toEqual(
      [...own, "upgrade", "subscription"].sort(),
    );
  });

  test("hands every handler what uWebSockets.js hands it, in the order in which it happens", async () => {
    const seen: Array<unknown> = [];
    const server = await serve(
      {},
      {
        open: (socket) => {
          seen.push(["open", server.sluice.of(socket).state]);
          socket.subscribe("news");
        },
        subscription: (_, topic, now, before) => {
          seen.push(["subscription", Buffer.from(topic).toString(), now, before]);
        },
        message: (socket, message, isBinary) => {
          seen.push(["message", Buffer.from(message).toString(), isBinary]);
          socket.unsubscribe("news");
        },
        close: (socket, code, reason) => {
          seen.push([
            "close",
            code,
            Buffer.from(reason).toString(),
            server.sluice.of(socket).state,
          ]);
        },
      },
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.send("hello");
    await until(() => seen.length >= 4);
    await connection.close({ code: 4001, reason: "done" });
    await client.closed;
    await until(() => server.sluice.connections.size === 0 && seen.length >= 5);
    expect(seen.slice(0, 4)).toEqual([
      ["open", "normal"],
      ["subscription", "news", 1, 0],
      ["message", "hello", false],
      ["subscription", "news", 0, 1],
    ]);
    expect(seen).toHaveLength(5);
    expect(seen[4]).toMatchObject({ 0: "close", 3: "closed" });
  });

  test("tells drain of a socket that has drained, and the messages that waited follow", async () => {
    let drains = 0;
    const sockets: Array<UwsSocket<unknown>> = [];
    const server = await serve(
      { configuration: { maxMessages: 1_000, maxBytes: 2 ** 28, windowBytes: "off" } },
      { open: (socket) => void sockets.push(socket), drain: () => void drains++ },
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.pause();
    const message = Frame.text("x".repeat(100_000));
    for (let index = 0; index < 500; index++) connection.offer(message);
    await until(() => (sockets[0]?.getBufferedAmount() ?? 0) > 0);
    expect(drains).toBe(0);
    client.resume();
    await client.receive(500);
    await until(() => drains > 0);
  });

  test("closes a request whose upgrade throws, and reports it without a connection", async () => {
    const errors: Array<[unknown, unknown]> = [];
    const server = await serve(
      { onError: (error, connection) => errors.push([error, connection]) },
      {
        upgrade: () => {
          throw new Error("not today");
        },
      },
    );
    await expect(server.connect()).rejects.toThrow();
    expect(errors).toMatchObject([[{ message: "not today" }, undefined]]);
  });

  test("survives an upgrade that throws after it has answered", async () => {
    const errors: Array<unknown> = [];
    const server = await serve(
      { onError: (error) => errors.push(error) },
      {
        upgrade: (response) => {
          response.writeStatus("403 Forbidden").end();
          throw new Error("afterthought");
        },
      },
    );
    await expect(server.connect()).rejects.toThrow("403");
    expect(errors).toMatchObject([{ message: "afterthought" }]);
  });
});

describe("the end of a connection", () => {
  test.each([
    ["without a code", undefined, { code: 1005, reason: "" }],
    ["with one", 4321, { code: 4321, reason: "" }],
  ] as const)("by its client, %s, is told as it was", async (_, code, expected) => {
    const server = await serve();
    const client = await server.connect();
    const connection = await onlyOne(server);
    const told: Array<CloseInfo> = [];
    connection.onClosed((info) => told.push(info));
    client.close(code);
    const info = await connection.closed;
    expect(info).toMatchObject({ ...expected, by: "peer" });
    expect(told).toEqual([info]);
    await until(() => server.sluice.connections.size === 0);
  });

  test("by a client that disappears is an abnormal closure of the peer's", async () => {
    const server = await serve();
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.terminate();
    expect(await connection.closed).toMatchObject({ code: 1006, by: "peer" });
  });

  test("is one for everyone when the scope that it was made in closes", async () => {
    const scope = Scope.makeUnsafe();
    const sluice = await Effect.runPromise(Scope.provide(Sluice.make(), scope));
    const server = await serve({}, {}, sluice);
    const client = await server.connect();
    await onlyOne(server);
    sluice.broadcast("last words");
    await Effect.runPromise(Scope.close(scope, Exit.void));
    expect(await client.closed).toEqual({ code: 1001, reason: "going away" });
    expect(client.received).toEqual(["last words"]);
  });

  test("made in a scope with what is no configuration, it fails with what is wrong", async () => {
    const making = Effect.scoped(Sluice.make({ configuration: { maxMessages: 0 } }));
    expect(await Effect.runPromise(Effect.flip(making))).toMatchObject({
      _tag: "ConfigurationError",
    });
  });
});

test("a broadcast counts who took it, and goes to who has come since the last one", async () => {
  const server = await serve({
    configuration: { maxMessages: 1, overflow: "drop-newest" },
  });
  const first = await server.connect();
  await onlyOne(server);
  expect(server.sluice.broadcast("1")).toEqual({ accepted: 1, rejected: 0 });
  await first.receive(1);
  const second = await server.connect();
  await until(() => server.sluice.connections.size === 2);
  expect(server.sluice.broadcast(new Uint8Array([50]))).toEqual({ accepted: 2, rejected: 0 });
  expect(await second.receive(1)).toEqual(["2"]);
  first.terminate();
  await until(() => server.sluice.connections.size === 1);
  expect(server.sluice.broadcast("3")).toEqual({ accepted: 1, rejected: 0 });
  expect(await second.receive(2)).toEqual(["2", "3"]);
});

test("a broadcast counts who did not take it", async () => {
  const server = await serve({
    configuration: { maxMessages: 1, overflow: "drop-newest" },
  });
  const slow = await server.connect();
  const full = await onlyOne(server);
  const reading = await server.connect();
  await until(() => server.sluice.connections.size === 2);
  await stuck(slow, full);
  const reasons = { full: 1 };
  expect(server.sluice.broadcast("all")).toEqual({ accepted: 1, rejected: 1, reasons });
  expect(await reading.receive(1)).toEqual(["all"]);
});

test("the socket of another route has no connection here, and the message says why", async () => {
  const stranger = new Sluice();
  const messages: Array<string> = [];
  const server = await serve(
    {},
    {
      open: (socket) => {
        try {
          stranger.of(socket);
        } catch (error) {
          messages.push((error as Error).message);
        }
      },
    },
  );
  await server.connect();
  await onlyOne(server);
  expect(messages).toEqual(["this socket never was open here: was its route's behaviour wrapped?"]);
});

describe("what a handler throws", () => {
  /** A server that logs to an array, on whose connections a message makes a handler throw. */
  async function logged(thrown: (connection: UwsConnection) => unknown) {
    const lines: Array<string> = [];
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)));
    const context = Context.make(Logger.CurrentLoggers, new Set([logger])).pipe(
      Context.add(References.MinimumLogLevel, "Info"),
    );
    const sluice = new Sluice({}, context);
    const server = await serve(
      {},
      {
        message: (socket) => {
          throw thrown(sluice.of(socket));
        },
      },
      sluice,
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.send("go");
    return { lines, connection, ending: await client.closed };
  }

  test("is logged with the connection's id where nobody listens", async () => {
    const { lines, connection, ending } = await logged(() => new Error("boom"));
    expect(ending).toEqual({ code: 1011, reason: "internal error" });
    expect(lines).toEqual([`connection ${connection.id}: a handler failed,Error: boom`]);
  });

  test("is logged as that of a socket where there is no connection yet", async () => {
    const lines: Array<string> = [];
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)));
    const context = Context.make(Logger.CurrentLoggers, new Set([logger])).pipe(
      Context.add(References.MinimumLogLevel, "Info"),
    );
    const sluice = new Sluice(
      {
        configuration: () => {
          throw new Error("whoever it is");
        },
      },
      context,
    );
    let opened = 0;
    const server = await serve({}, { open: () => void opened++ }, sluice);
    const client = await server.connect();
    expect(await client.closed).toEqual({ code: 1011, reason: "internal error" });
    expect(opened).toBe(0);
    expect(lines).toEqual(["a socket: a connection could not be opened,Error: whoever it is"]);
    expect(sluice.connections.size).toBe(0);
  });

  test("is an error of its own when it is a SendError of another connection", async () => {
    const { lines, ending } = await logged(
      () => new SendError({ reason: "full", connection: "another" }),
    );
    expect(ending.code).toBe(1011);
    expect(lines).toHaveLength(1);
  });
});

describe("the size of a message", () => {
  test("is that of its bytes as they are encoded", () => {
    expect(byteLength("héllo")).toBe(6);
    expect(byteLength(new Uint8Array(7))).toBe(7);
    expect(byteLength(Frame.text("héllo"))).toBe(6);
    expect(byteLength(Frame.binary(new Uint8Array(3)))).toBe(3);
  });

  test.each([[null], [undefined], [7], [{}]])("is refused of %s, which cannot be sent", (value) => {
    expect(() => byteLength(value as never)).toThrow(TypeError);
    expect(() => byteLength(value as never)).toThrow(
      "must be a string, a view of bytes such as a Uint8Array, or a Frame",
    );
  });
});
