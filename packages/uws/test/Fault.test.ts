/** Whose fault it is: what goes wrong is told in words to whoever owns the server, and costs as little as it can. */
import { inspect } from "node:util";
import { type RejectReason, rejections } from "@sluice/core";
import { SendError } from "@sluice/runtime";
import { Sluice, type SluiceOptions, type UwsConnection } from "@sluice/uws";
import { Context, Effect, Logger } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { onlyOne, serve, stuck, until } from "./server.js";

/** Options that keep what is reported: in which words, about whom, and the error's own message. */
function reporting(options: SluiceOptions = {}) {
  const reports: Array<readonly [string, string | undefined, string]> = [];
  const onError: SluiceOptions["onError"] = (error, connection, what) =>
    reports.push([what, connection?.id, (error as Error).message]);
  return { reports, options: { ...options, onError } };
}

const fail = (words: string) => () => {
  throw new Error(words);
};

describe("what is reported says what failed, and whose connection it was:", () => {
  test("a handler", async () => {
    const { reports, options } = reporting();
    const server = await serve(options, { message: fail("boom") });
    const client = await server.connect();
    const { id } = await onlyOne(server);
    client.send("x");
    await client.closed;
    expect(reports).toEqual([["a handler failed", id, "boom"]]);
  });

  test("an upgrade", async () => {
    const { reports, options } = reporting();
    const server = await serve(options, { upgrade: fail("boom") });
    await expect(server.connect()).rejects.toThrow();
    expect(reports).toEqual([["an upgrade failed", undefined, "boom"]]);
  });

  test("a configuration", async () => {
    const { reports, options } = reporting({ configuration: fail("boom") });
    const { connect } = await serve(options);
    await (await connect()).closed;
    expect(reports).toEqual([["a connection could not be opened", undefined, "boom"]]);
  });

  test("a configuration that comes later", async () => {
    const configuration = (async () => fail("boom")()) as never;
    const { reports, options } = reporting({ configuration });
    const { connect } = await serve(options);
    await (await connect()).closed;
    await until(() => reports.length === 2);
    expect(reports).toContainEqual(["a configuration failed", undefined, "boom"]);
  });

  test.each<["label" | "data"]>([["label"], ["data"]])(
    "a %s, without which it is served",
    async (name) => {
      const { reports, options } = reporting({
        [name]: fail("boom"),
        label: "Ada",
        data: () => 7,
        ...{ [name]: fail("boom") },
      });
      const server = await serve(options);
      await server.connect();
      const connection = await onlyOne(server);
      expect(reports).toEqual([["a label or data failed", undefined, "boom"]]);
      expect([connection.label, connection.data]).toEqual(
        name === "label" ? [undefined, 7] : ["Ada", undefined],
      );
    },
  );

  test("a listener to its connections", async () => {
    const { reports, options } = reporting();
    const server = await serve(options);
    server.sluice.connections.onAdded(fail("boom"));
    await server.connect();
    await onlyOne(server);
    expect(reports).toEqual([["a listener to its connections failed", undefined, "boom"]]);
  });

  test.each([["words"], [null], [undefined], [new Error("boom")]])(
    "a listener to its closing, which may throw %s",
    async (thrown) => {
      const reports: Array<ReadonlyArray<unknown>> = [];
      const server = await serve({ onError: (...report) => reports.push(report) });
      await server.connect();
      const connection = await onlyOne(server);
      connection.onClosed(() => {
        throw thrown;
      });
      await connection.close();
      expect(reports).toEqual([[thrown, connection, "a listener to its closing failed"]]);
    },
  );

  test.each([["words"], [null]])("a handler, which may throw %s", async (thrown) => {
    const reports: Array<ReadonlyArray<unknown>> = [];
    const server = await serve(
      { onError: (...report) => reports.push(report) },
      {
        message: () => {
          throw thrown;
        },
      },
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.send("x");
    expect((await client.closed).code).toBe(1011);
    expect(reports).toEqual([[thrown, connection, "a handler failed"]]);
  });

  test("a look at everyone, after which there are others", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { reports, options } = reporting();
        const sluice = new Sluice(options, yield* Effect.context<never>());
        vi.spyOn(sluice.connections, "assess").mockImplementation(fail("boom"));
        const server = yield* Effect.promise(() => serve({}, {}, sluice));
        yield* Effect.promise(() => server.connect().then(() => onlyOne(server)));
        yield* TestClock.adjust(2_000);
        const report = ["a look at it failed", undefined, "boom"];
        expect(reports).toEqual([report, report]);
      }).pipe(Effect.provide(TestClock.layer({ warningDelay: "30 seconds" }))),
    ));
});

describe("a handler that throws a SendError of its own connection", () => {
  const slow = (Object.keys(rejections) as Array<RejectReason>).filter(
    (reason) => rejections[reason].isSlowness,
  );
  const others = (Object.keys(rejections) as Array<RejectReason>).filter(
    (reason) => !slow.includes(reason) && reason !== "closed",
  );

  async function thrown(reason: RejectReason) {
    const { reports, options } = reporting();
    const server = await serve(options, {
      message: (socket, message) => {
        const connection = server.sluice.of(socket);
        if (message.byteLength > 0) throw new SendError({ reason, connection: connection.id });
        connection.offer("still here");
      },
    });
    const client = await server.connect();
    client.send("go");
    return { client, reports };
  }

  test.each(slow)(
    "that says %s is closed as a slow consumer, and nobody is told",
    async (reason) => {
      const { client, reports } = await thrown(reason);
      expect(await client.closed).toEqual({ code: 1013, reason: "slow consumer" });
      expect(reports).toEqual([]);
    },
  );

  test.each(others)("that says %s, which is not the client's fault, has failed", async (reason) => {
    const { client, reports } = await thrown(reason);
    expect(await client.closed).toEqual({ code: 1011, reason: "internal error" });
    expect(reports).toHaveLength(1);
  });

  test("that says closed has not failed", async () => {
    const { client, reports } = await thrown("closed");
    client.send("");
    expect(await client.receive(1)).toEqual(["still here"]);
    expect(reports).toEqual([]);
  });
});

describe("a socket whose opening failed", () => {
  const names = ["message", "ping", "pong", "dropped", "drain", "close", "subscription"] as const;

  test.each(names)("is heard by no %s handler, and harms nobody when it calls one", (name) => {
    let heard = 0;
    const options = { onError: fail("nothing is reported") };
    const bytes = new ArrayBuffer(0);
    for (const behavior of [{ [name]: () => void heard++ }, {}]) {
      const made = new Sluice(options).wrap(behavior);
      const call = made[name] as ((...args: ReadonlyArray<unknown>) => void) | undefined;
      expect(() => call?.({}, bytes, bytes, 0)).not.toThrow();
    }
    expect(heard).toBe(0);
  });
});

describe("a close handler", () => {
  async function closing(close: (connection: UwsConnection) => unknown) {
    const { reports, options } = reporting();
    let isOver = false;
    const server = await serve(options, {
      close: (socket) => {
        const act = async () => {
          try {
            await close(server.sluice.of(socket));
          } finally {
            setImmediate(() => {
              isOver = true;
            });
          }
        };
        return act() as never;
      },
    });
    const client = await server.connect();
    const { id } = await onlyOne(server);
    client.terminate();
    await until(() => isOver);
    return { reports, id };
  }

  test("that fails is reported with the connection that has closed", async () => {
    const { reports, id } = await closing(fail("boom"));
    expect(reports).toEqual([["a handler failed", id, "boom"]]);
  });

  test("that sends has not failed: its client is gone", async () => {
    const { reports } = await closing((connection) => connection.send("farewell"));
    expect(reports).toEqual([]);
  });
});

test("a handler that awaits and then uses its socket, whose client has left, has not failed", async () => {
  const { reports, options } = reporting();
  const late: Array<unknown> = [];
  const server = await serve(options, {
    open: async (socket) => {
      await server.sluice.of(socket).closed;
      await new Promise((resolve) => setImmediate(resolve));
      try {
        socket.send("too late");
      } catch (error) {
        late.push(error);
        throw error;
      }
    },
  });
  const client = await server.connect();
  client.terminate();
  await until(() => late.length === 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(reports).toEqual([]);
});

test("an onError that fails is logged, with what it was told and whose connection it was", async () => {
  const lines: Array<string> = [];
  const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)));
  const context = Context.make(Logger.CurrentLoggers, new Set([logger]));
  const sluice = new Sluice({ onError: fail("worse") }, context);
  const server = await serve({}, { message: fail("boom") }, sluice);
  const client = await server.connect();
  const { id } = await onlyOne(server);
  client.send("x");
  await client.closed;
  await until(() => lines.length === 1);
  expect(lines).toEqual([`connection ${id}: onError failed,Error: worse`]);
});

test("a handler that uses a socket that has closed, while its own has not, has failed", async () => {
  const { reports, options } = reporting();
  const server = await serve(options, {
    message: fail("Invalid access of closed uWS.WebSocket/SSLWebSocket."),
  });
  const client = await server.connect();
  client.send("x");
  expect(await client.closed).toEqual({ code: 1011, reason: "internal error" });
  expect(reports).toHaveLength(1);
});

describe("time", () => {
  const blocked = { overflow: "block", maxMessages: 1, blockTimeoutMillis: 5_000 } as const;

  test("R49 · for which the server itself stood still is no sender's", async () => {
    const server = await serve({ configuration: blocked });
    const client = await server.connect();
    const connection = await onlyOne(server);
    await stuck(client, connection);
    void connection.send("waits");
    // All that time is read from.
    const [now, nanos] = [performance.now.bind(performance), process.hrtime.bigint];
    const later = [
      vi.spyOn(performance, "now").mockImplementation(() => now() + 3_600_000),
      vi.spyOn(process.hrtime, "bigint").mockImplementation(() => nanos() + 3_600_000_000_000n),
    ];
    onTestFinished(() => {
      for (const spy of later) spy.mockRestore();
    });
    void connection.send("waits, too");
    expect(connection.stats().waiting.messages).toBe(2);
    expect(connection.stats().rejected.timeout.messages).toBe(0);
  });

  test("of a clock of its owner's is its owner's", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const context = yield* Effect.context<never>();
        const sluice = new Sluice({ configuration: blocked }, context);
        const server = yield* Effect.promise(() => serve({}, {}, sluice));
        const client = yield* Effect.promise(() => server.connect());
        const connection = yield* Effect.promise(() => onlyOne(server));
        yield* Effect.promise(() => stuck(client, connection));
        const sending = connection.send("waits");
        yield* TestClock.adjust(5_000);
        yield* Effect.promise(() => expect(sending).rejects.toMatchObject({ reason: "timeout" }));
      }).pipe(Effect.provide(TestClock.layer({ warningDelay: "30 seconds" }))),
    ));
});

describe("a Sluice", () => {
  test("says whether it is closed", async () => {
    const sluice = new Sluice();
    expect(JSON.parse(JSON.stringify(sluice))).toEqual({
      isClosed: false,
      lingering: 0,
      connections: [],
    });
    expect(inspect(sluice)).toMatch(/^Sluice ConnectionRegistry/);
    await sluice.close();
    expect(JSON.parse(JSON.stringify(sluice))).toMatchObject({ isClosed: true });
    expect(inspect(sluice)).toMatch(/^Sluice \(closed\) ConnectionRegistry/);
  });

  test("gives everyone the label that is given for all", async () => {
    const server = await serve({ label: "guest" });
    await server.connect();
    expect((await onlyOne(server)).label).toBe("guest");
  });

  test("refuses a label by its rule", () => {
    expect(() => new Sluice({ label: 5 } as never)).toThrow(
      "label (5) must be a string or a function of the socket",
    );
  });

  test("counts nobody in a broadcast who is closing or has closed, and serves who comes after", async () => {
    const server = await serve();
    const client = await server.connect();
    const connection = await onlyOne(server);
    await connection.close();
    expect(server.sluice.broadcast("x")).toEqual({ accepted: 0, rejected: 0 });
    await client.closed;
    const next = await server.connect();
    await onlyOne(server);
    expect(server.sluice.broadcast("y")).toEqual({ accepted: 1, rejected: 0 });
    expect(await next.receive(1)).toEqual(["y"]);
  });

  test("finds a connection by its socket until that has closed, and knows it afterwards", async () => {
    const known: Array<UwsConnection | undefined> = [];
    const ask = (socket: Parameters<typeof server.sluice.of>[0]) =>
      known.push(server.sluice.find(socket), server.sluice.of(socket));
    const server: Awaited<ReturnType<typeof serve>> = await serve(
      {},
      {
        open: (socket) => {
          ask(socket);
          void server.sluice.of(socket).closed.then(() => setImmediate(() => ask(socket)));
        },
        close: (socket) => void ask(socket),
      },
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    client.terminate();
    await until(() => known.length === 6);
    expect(known).toEqual([connection, connection, undefined, connection, undefined, connection]);
  });
});
