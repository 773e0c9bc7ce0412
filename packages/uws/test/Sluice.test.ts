import { imbalance } from "@sluice/core";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { serve, stuck, until } from "./server.js";

const none = { messages: 0, bytes: 0 };

describe("adoption", () => {
  test("an echo server answers text with text and bytes with bytes", async () => {
    const { sluice, connect } = await serve(
      {},
      {
        message: (socket, message, isBinary) => {
          sluice.of(socket).offer(Frame.copy(message, isBinary));
        },
      },
    );
    const client = await connect();
    client.send("héllo");
    client.send(Buffer.from([104, 105]));
    expect(await client.receive(2)).toEqual(["héllo", "hi"]);
  });

  test("send, stats, state and health are there", async () => {
    const { sluice, connect } = await serve();
    const client = await connect();
    const [connection] = sluice.connections as Iterable<UwsConnection> as [UwsConnection];
    expect(await connection.send("a")).toEqual({ _tag: "Accepted", evicted: 0 });
    await client.receive(1);
    expect(connection.state).toBe("normal");
    expect(connection.assess()).toBe("healthy");
    expect(connection.stats().delivered).toEqual({ messages: 1, bytes: 1 });
    expect(sluice.connections.get(connection.id)).toBe(connection);
  });

  test("a broadcast reaches everyone and says so", async () => {
    const { sluice, connect } = await serve();
    const clients = await Promise.all([connect(), connect(), connect()]);
    await until(() => sluice.connections.size === 3);
    expect(sluice.broadcast(Frame.text("all"))).toEqual({ accepted: 3, rejected: 0 });
    for (const client of clients) expect(await client.receive(1)).toEqual(["all"]);
  });

  test("each socket can have a configuration of its own", async () => {
    const { sluice, connect } = await serve({ configuration: () => ({ maxMessages: 7 }) });
    await connect();
    await until(() => sluice.connections.size === 1);
    expect([...sluice.connections][0]?.configuration.maxMessages).toBe(7);
  });

  test("a wrong configuration is refused where it is made", () => {
    expect(() => new Sluice({ configuration: { maxMessages: 0 } })).toThrow(
      "maxMessages (0) must be a whole number from 1 to 16777216",
    );
    expect(() => new Sluice().wrap({ closeOnBackpressureLimit: true })).toThrow(
      'closeOnBackpressureLimit (true) must be false: use overflow "disconnect"',
    );
  });

  test("a wrong configuration of one socket closes that socket and is reported", async () => {
    const errors: Array<unknown> = [];
    const { connect } = await serve({
      configuration: () => ({ maxMessages: -1 }),
      onError: (error) => errors.push(error),
    });
    const client = await connect();
    expect(await client.closed).toEqual({ code: 1011, reason: "internal error" });
    expect(errors).toMatchObject([{ _tag: "ConfigurationError" }]);
  });

  test("close: everyone gets what was queued, and then the code and the reason", async () => {
    const { sluice, connect } = await serve();
    const client = await connect();
    await until(() => sluice.connections.size === 1);
    sluice.broadcast("last words");
    await sluice.close({ code: 1001, reason: "restart" });
    expect(await client.closed).toEqual({ code: 1001, reason: "restart" });
    expect(client.received).toEqual(["last words"]);
    expect(sluice.connections.size).toBe(0);
  });
});

describe("handlers that throw", () => {
  test.each([
    [
      "now",
      () => {
        throw new Error("boom");
      },
    ],
    ["later", () => Promise.reject(new Error("boom"))],
  ])("%s: that connection closes with 1011, the server goes on", async (_, fail) => {
    const errors: Array<unknown> = [];
    const { sluice, connect } = await serve(
      { onError: (error) => errors.push(error) },
      {
        message: (socket, message) => {
          if (message.byteLength !== 4) sluice.of(socket).offer("still here");
          return message.byteLength === 4 ? fail() : undefined;
        },
      },
    );
    const bad = await connect();
    const good = await connect();
    bad.send("fail");
    expect(await bad.closed).toEqual({ code: 1011, reason: "internal error" });
    good.send("?");
    expect(await good.receive(1)).toEqual(["still here"]);
    expect(errors).toMatchObject([{ message: "boom" }]);
  });

  test("in close: it is reported and nothing is left behind", async () => {
    const errors: Array<unknown> = [];
    const { sluice, connect } = await serve(
      { onError: (error) => errors.push(error) },
      {
        close: () => {
          throw new Error("late");
        },
      },
    );
    const client = await connect();
    client.terminate();
    await until(() => errors.length === 1);
    await until(() => sluice.connections.size === 0);
  });

  test("a message that is not one is a TypeError at the call, and counts nothing", async () => {
    const { sluice, connect } = await serve();
    await connect();
    await until(() => sluice.connections.size === 1);
    const [connection] = [...sluice.connections];
    expect(() => connection?.offer(new ArrayBuffer(3) as never)).toThrow("Frame.copy");
    expect(connection?.stats().offered).toEqual(none);
  });
});

describe("the end of a connection", () => {
  test("R20 · a client that disappears leaves no registry entry, sender or book open", async () => {
    const { sluice, connect } = await serve({
      configuration: { overflow: "block", maxMessages: 4, maxBytes: 2 ** 24 },
    });
    const client = await connect();
    await until(() => sluice.connections.size === 1);
    const [connection] = [...sluice.connections] as [UwsConnection];
    client.pause();
    const big = Frame.binary(new Uint8Array(1_000_000));
    const sends = Array.from({ length: 20 }, () => connection.send(big).catch((error) => error));
    await until(() => connection.stats().waiting.messages > 0 && connection.fill === 1);
    client.terminate();
    const results = await Promise.all(sends);
    expect(results.some((result) => result.reason === "closed")).toBe(true);
    expect(sluice.connections.size).toBe(0);
    expect(imbalance(connection.stats())).toEqual(none);
    expect(connection.stats().buffered).toEqual(none);
    expect(connection.stats().waiting).toEqual(none);
  });

  test("an aborted send is taken back", async () => {
    const { sluice, connect } = await serve({
      configuration: { overflow: "block", maxMessages: 1 },
    });
    const client = await connect();
    await until(() => sluice.connections.size === 1);
    const [connection] = [...sluice.connections] as [UwsConnection];
    await stuck(client, connection);
    const abort = new AbortController();
    const waiting = connection.send("too late", { signal: abort.signal });
    abort.abort(new Error("changed my mind"));
    await expect(waiting).rejects.toThrow("changed my mind");
    expect(connection.stats().rejected.interrupted.messages).toBe(1);
  });
});

describe("misuse and mishap", () => {
  test("an option that there is not is refused", () => {
    expect(() => new Sluice({ overflow: "block" } as never)).toThrow(
      'overflow ("block") is not an option of Sluice',
    );
  });

  test("a message whose bytes are gone costs itself, counted and reported, and not its connection", async () => {
    const errors: Array<unknown> = [];
    const { sluice, connect } = await serve(
      { onError: (error) => errors.push(error) },
      {
        message: (socket, message) => {
          sluice.of(socket).offer("before");
          sluice.of(socket).offer(Buffer.from(message));
          sluice.of(socket).offer(new DataView(message));
          sluice.of(socket).offer("after");
        },
      },
    );
    const client = await connect();
    client.send("hello");
    expect(await client.receive(2)).toEqual(["before", "after"]);
    const [connection] = sluice.connections as Iterable<UwsConnection> as [UwsConnection];
    const stats = connection.stats();
    expect(stats.dropped.unsendable).toEqual({ messages: 2, bytes: 10 });
    expect(imbalance(stats)).toEqual(none);
    await until(() => errors.length === 2);
    expect(errors[0]).toMatchObject({ _tag: "UnsendableError", bytes: 5 });
    expect(connection.assess()).toBe("healthy");
  });

  test("a frame has bytes of its own", async () => {
    const { sluice, connect } = await serve(
      {},
      {
        message: (socket, message) =>
          void sluice.of(socket).offer(Frame.binary(new Uint8Array(message))),
      },
    );
    const client = await connect();
    client.send("hello");
    expect(await client.receive(1)).toEqual(["hello"]);
  });

  test("half a surrogate pair arrives as a replacement character", async () => {
    const { sluice, connect } = await serve();
    const client = await connect();
    sluice.broadcast("a\ud800b");
    expect(await client.receive(1)).toEqual(["a\ufffdb"]);
  });

  test("an onError that throws harms nobody", async () => {
    const { sluice, connect } = await serve(
      {
        onError: () => {
          throw new Error("onError");
        },
      },
      {
        message: (socket, message) => {
          if (message.byteLength === 4) throw new Error("boom");
          sluice.of(socket).offer("still here");
        },
      },
    );
    const bad = await connect();
    const good = await connect();
    bad.send("fail");
    expect((await bad.closed).code).toBe(1011);
    good.send("?");
    expect(await good.receive(1)).toEqual(["still here"]);
  });

  test("a client that leaves while a handler sends to it is no error of the handler", async () => {
    const errors: Array<unknown> = [];
    let sending: Promise<unknown> = Promise.resolve();
    const { sluice, connect } = await serve(
      { configuration: { overflow: "block" }, onError: (error) => errors.push(error) },
      {
        message: (socket) => {
          const connection = sluice.of(socket);
          const send = async () => {
            for (;;) await connection.send("x".repeat(100_000));
          };
          sending = send();
          return sending as Promise<void>;
        },
      },
    );
    const client = await connect();
    client.send("go");
    await client.receive(1);
    client.terminate();
    await until(() => sluice.connections.size === 0);
    await expect(sending).rejects.toMatchObject({ reason: "closed" });
    expect(errors).toEqual([]);
  });

  test("a close code or reason that cannot be sent is refused", async () => {
    const { sluice, connect } = await serve();
    await connect();
    const [connection] = sluice.connections as Iterable<UwsConnection> as [UwsConnection];
    expect(() => connection.close({ code: 99_999 })).toThrow("close code (99999) must be");
    expect(() => connection.close({ reason: "é".repeat(62) })).toThrow("close reason (124 bytes)");
    expect(connection.state).toBe("normal");
  });

  test("after close nobody new is served", async () => {
    const { sluice, connect } = await serve();
    await sluice.close();
    const client = await connect();
    expect(await client.closed).toEqual({ code: 1001, reason: "going away" });
    expect(sluice.connections.size).toBe(0);
  });
});
