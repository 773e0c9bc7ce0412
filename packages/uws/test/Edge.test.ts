/** What is given to a Sluice by mistake, or by somebody whose code fails, on real sockets. */

import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { ConfigurationError } from "@sluice/core";
import { Frame, Sluice, sameOrigin, type UwsConnection } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { serve, until } from "./server.js";

const first = (sluice: Sluice) => [...sluice.connections][0] as UwsConnection;

describe("options", () => {
  test.each([
    [Promise.resolve({})],
    [new Map()],
    [null],
    ["block"],
    [{ compress: "yes" }],
    [{ onError: "log" }],
    [{ label: 5 }],
    [{ data: "x" }],
  ])("%j is refused", (options) => {
    expect(() => new Sluice(options as never)).toThrow(ConfigurationError);
  });

  test("what is undefined is absent", () => {
    const sluice = new Sluice({ configuration: undefined, onError: undefined, label: undefined });
    const behavior = sluice.wrap({ open: undefined, maxBackpressure: undefined } as never);
    expect(behavior.maxBackpressure).toBeGreaterThan(0);
    expect("upgrade" in behavior).toBe(false);
    expect(Object.values(behavior)).not.toContain(undefined);
  });

  const handlers = "open message drain dropped close ping pong subscription upgrade".split(" ");

  test.each(handlers)("a handler %s that is no function is refused by name", (name) => {
    expect(() => new Sluice().wrap({ [name]: "echo" } as never)).toThrow(
      `${name} ("echo") must be a function`,
    );
    expect(() => new Sluice().wrap({ [name]: undefined })).not.toThrow();
  });

  test("all that is wrong with a behaviour is told at once", () => {
    const wrong = { open: 1, close: 2, idleTimeout: 3, closeOnBackpressureLimit: true };
    expect(() => new Sluice().wrap(wrong as never)).toThrow(
      /open[\s\S]*close[\s\S]*idleTimeout[\s\S]*must be false: use overflow "disconnect", which closes in order and with a reason/,
    );
  });

  test("a behaviour that is no plain object is refused as a whole", () => {
    expect(() => new Sluice().wrap(new Map() as never)).toThrow(
      /^options of a route's behaviour .*must be a plain object, not a Map/,
    );
  });

  test.each([
    ["mesage", () => {}, "did you mean message?"],
    ["maxBackpressure", Number.NaN, "must be 0, for no limit, or a whole number of bytes"],
    ["maxBackpressure", "1", "must be 0, for no limit, or a whole number of bytes"],
    ["maxBackpressure", 1n, "must be 0, for no limit, or a whole number of bytes"],
    ["maxBackpressure", 2 ** 32, "up to 4294967295"],
    ["maxPayloadLength", -1, "must be a whole number of bytes up to 4294967295"],
    ["maxLifetime", 241, "must be 0, for none, or a whole number of minutes up to 240"],
    ["compression", "shared", "must be a compressor of uWebSockets.js"],
    ["sendPingsAutomatically", "no", "must be true or false"],
    ["closeOnBackpressureLimit", Number.NaN, "must be false"],
    ["open", 5, "must be a function"],
  ])("of a behaviour %s (%s) is refused: %s", (name, value, words) => {
    expect(() => new Sluice().wrap({ [name]: value } as never)).toThrow(words);
    expect(() => new Sluice().wrap({ [name]: value } as never)).toThrow(new RegExp(`^${name} `));
  });

  test("an upgrade behind sameOrigin, and a context, must be one", () => {
    expect(() => sameOrigin({}, 5 as never)).toThrow("upgrade must be a function, not 5");
    for (const none of [5, null, new Map(), new Date(0), []]) {
      expect(() => sameOrigin(none as never)).toThrow(/must be a plain object, not/);
    }
    expect(() => new Sluice({}, {} as never)).toThrow("context must be a Context of Effect");
  });

  test("a behaviour that is wrapped already is refused, by its own Sluice and another, as a copy too", () => {
    const sluice = new Sluice();
    const wrapped = sluice.wrap({});
    for (const again of [wrapped, { ...wrapped, idleTimeout: 60 }]) {
      expect(() => sluice.wrap(again)).toThrow(/^behavior [\s\S]*is wrapped already/);
      expect(() => new Sluice().wrap(again)).toThrow("is wrapped already");
    }
  });

  test("a configuration that is a promise is refused and heard of, and its rejection ends no process", async () => {
    const errors: Array<unknown> = [];
    const later = new Error("later");
    const { sluice, connect } = await serve({
      configuration: (async () => Promise.reject(later)) as never,
      onError: (error) => errors.push(error),
    });
    const client = await connect();
    expect((await client.closed).code).toBe(1011);
    await until(() => errors.length === 2);
    expect(errors.some((error) => error instanceof ConfigurationError)).toBe(true);
    expect(errors).toContain(later);
    expect(sluice.connections.size).toBe(0);
  });

  test("a close that cannot be sent changes nothing", async () => {
    const { sluice, connect } = await serve();
    const client = await connect();
    const connection = first(sluice);
    const wrong = [{ code: 1006 }, { reason: "\ud800" }, { reason: "é".repeat(62) }, { why: "x" }];
    for (const options of wrong as Array<object>) {
      expect(() => connection.close(options)).toThrow();
      expect(() => connection.evict(options)).toThrow();
      await expect(sluice.close(options)).rejects.toThrow();
    }
    await connect();
    connection.offer("still here");
    expect(await client.receive(1)).toEqual(["still here"]);
    await connection.close();
    expect(() => connection.close({ code: 1006 })).toThrow(RangeError);
  });
});

describe("bytes", () => {
  test.each([
    ["a view of numbers", new Float32Array([1.5])],
    ["a DataView", new DataView(new ArrayBuffer(8), 4)],
    ["a view of a shared buffer", new Uint8Array(new SharedArrayBuffer(4))],
  ])("%s is sent with exactly its bytes", async (_, view) => {
    const { sluice, connect } = await serve();
    const client = await connect();
    first(sluice).offer(view);
    const [received] = await client.receive(1);
    expect(received).toBe(Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString());
  });

  test("a broadcast is safe against what its caller does with the bytes later", async () => {
    const { sluice, connect } = await serve();
    const client = await connect();
    const bytes = Buffer.from(new TextEncoder().encode("hello"));
    sluice.broadcast(bytes);
    bytes.fill(0);
    expect(await client.receive(1)).toEqual(["hello"]);
    const taken = new TextEncoder().encode("again");
    sluice.broadcast(taken);
    structuredClone(taken.buffer, { transfer: [taken.buffer] });
    expect(await client.receive(2)).toEqual(["hello", "again"]);
    expect(() => sluice.broadcast(new ArrayBuffer(3) as never)).toThrow("Frame.copy");
  });
});

describe("a client that leaves while a handler awaits", () => {
  test("is no error of the handler, whether that asks for its connection or uses its socket", async () => {
    const errors: Array<unknown> = [];
    const found: Array<unknown> = [];
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const { sluice, connect } = await serve(
      { onError: (error) => errors.push(error) },
      {
        open: async (socket) => {
          await left;
          found.push(sluice.find(socket));
          if (found.length === 1) await sluice.of(socket).send("welcome");
          else socket.getUserData();
        },
      },
    );
    const clients = [await connect(), await connect()];
    for (const client of clients) client.terminate();
    await until(() => sluice.connections.size === 0);
    leave();
    await until(() => found.length === 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(found).toEqual([undefined, undefined]);
    expect(errors).toEqual([]);
  });

  test("a socket that never was open here has no connection", () => {
    const sluice = new Sluice();
    expect(sluice.find({} as never)).toBe(undefined);
    expect(() => sluice.of({} as never)).toThrow("never was open");
  });
});

describe("whose code fails stays in its room", () => {
  test("thenables and promises of another realm are heard, of handlers and of listeners", async () => {
    const errors: Array<unknown> = [];
    const { sluice, connect } = await serve(
      { onError: (error) => errors.push(error) },
      { message: () => runInNewContext("Promise.reject('realm')") },
    );
    const thenable = {};
    Reflect.set(thenable, "then", (_: unknown, fail: (error: string) => void) => fail("thenable"));
    sluice.connections.onAdded(() => thenable as never);
    sluice.connections.onRemoved(() => {
      throw "removed";
    });
    const client = await connect();
    client.send("x");
    expect((await client.closed).code).toBe(1011);
    await until(() => errors.length === 3);
    expect(errors.toSorted()).toEqual(["realm", "removed", "thenable"]);
    expect(sluice.broadcast("x")).toEqual({ accepted: 0, rejected: 0 });
  });

  test("a message that is none is heard of once, awaited or not, and ends no process", async () => {
    const heard: Array<string> = [];
    const { sluice, connect } = await serve(
      { onError: (error, _, what) => heard.push(`${what}: ${(error as Error).name}`) },
      { message: (socket) => sluice.of(socket).send(5 as never) as never },
    );
    const client = await connect();
    void first(sluice).send(new ArrayBuffer(1) as never);
    expect(heard).toEqual(["a send failed: TypeError"]);
    client.send("x");
    expect((await client.closed).code).toBe(1011);
    expect(heard).toHaveLength(2);
  });
});

describe("objects speak", () => {
  test("a connection has the label and the data that its owner chose, and shows them", async () => {
    const errors: Array<unknown> = [];
    const { sluice, connect } = await serve({
      label: (socket) => `client ${Buffer.from(socket.getRemoteAddressAsText()).length > 0}`,
      data: () => ({ user: 7 }),
      onError: (error) => errors.push(error),
    });
    await connect();
    const connection = first(sluice);
    expect(connection.label).toBe("client true");
    expect(connection.data).toEqual({ user: 7 });
    expect(inspect(connection)).toContain(
      `Connection ${connection.id} "client true" normal healthy`,
    );
    expect(inspect(connection)).toContain("user: 7");
    connection.label = "Ada";
    expect(inspect(sluice)).toMatch(/^Sluice ConnectionRegistry \(1\)\n {2}Connection .* "Ada"/);
    expect(JSON.parse(JSON.stringify(sluice))).toMatchObject({
      connections: [{ id: connection.id, label: "Ada", state: "normal" }],
    });
    expect(JSON.parse(JSON.stringify(connection.stats()))).toEqual(connection.stats());
    expect(() => {
      connection.label = 5 as never;
    }).toThrow("label must be a string, not 5");
    expect(errors).toEqual([]);
  });

  test("a label that fails costs the label, and nothing else", async () => {
    const errors: Array<unknown> = [];
    const { sluice, connect } = await serve({
      label: (async () => Promise.reject(new Error("label"))) as never,
      onError: (error) => errors.push(error),
    });
    const client = await connect();
    sluice.broadcast(Frame.text("served"));
    expect(await client.receive(1)).toEqual(["served"]);
    expect(first(sluice).label).toBe(undefined);
    await until(() => errors.length === 2);
  });
});
