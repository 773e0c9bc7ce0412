/** What a Sluice does for all of its connections together: one look at health, one encoding, one way to compress. */
import type { WebSocket } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test, vi } from "vitest";
import { serve, until } from "./server.js";

test("health is looked at once a second while somebody is connected, and by nobody when all have left", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const sluice = new Sluice({}, yield* Effect.context<never>());
      const assess = vi.spyOn(sluice.connections, "assess");
      const server = yield* Effect.promise(() => serve({}, {}, sluice));
      /** Two seconds later. */
      const looks = Effect.gen(function* () {
        assess.mockClear();
        yield* TestClock.adjust(2_000);
        return assess.mock.calls.length;
      });
      const size = (count: number) =>
        Effect.promise(() => until(() => sluice.connections.size === count));
      expect(yield* looks).toBe(0);
      const first = yield* Effect.promise(() => server.connect());
      const second = yield* Effect.promise(() => server.connect());
      yield* size(2);
      expect(yield* looks).toBe(2);
      first.terminate();
      yield* size(1);
      expect(yield* looks).toBe(2);
      second.terminate();
      yield* size(0);
      expect(yield* looks).toBe(0);
      yield* Effect.promise(() => server.connect());
      yield* size(1);
      expect(yield* looks).toBe(2);
    }).pipe(Effect.provide(TestClock.layer())),
  ));

test("a broadcast text is encoded once, however many it goes to", async () => {
  const { sluice, connect } = await serve();
  const clients = [await connect(), await connect(), await connect()];
  await until(() => sluice.connections.size === 3);
  const text = vi.spyOn(Frame, "text");
  sluice.broadcast("héllo");
  expect(text).toHaveBeenCalledTimes(1);
  text.mockRestore();
  for (const client of clients) expect(await client.receive(1)).toEqual(["héllo"]);
});

test.each([
  [undefined, false],
  [false, false],
  [true, true],
])("with compress %s, uWebSockets.js is asked to compress: %s", async (compress, asked) => {
  const calls: Array<ReadonlyArray<unknown>> = [];
  const { sluice, connect } = await serve(compress === undefined ? {} : { compress }, {
    open: (socket) => {
      const send = socket.send.bind(socket);
      socket.send = (...args) => {
        calls.push(args);
        return send(...args);
      };
      sluice.of(socket).offer("hello");
    },
  });
  const client = await connect();
  await client.receive(1);
  expect(calls).toEqual([["hello", false, asked]]);
});

describe("after close", () => {
  test("no handler hears of who comes, from its opening to its end", async () => {
    const heard: Array<string> = [];
    const { sluice, connect } = await serve(
      {},
      { open: () => void heard.push("open"), close: () => void heard.push("close") },
    );
    await sluice.close();
    const client = await connect();
    expect(await client.closed).toEqual({ code: 1001, reason: "going away" });
    expect(heard).toEqual([]);
  });

  test("resolves at once when nobody is there", async () => {
    const { sluice } = await serve();
    await expect(sluice.close()).resolves.toBeUndefined();
  });
});

test("options that there are not are refused by name, all of them", () => {
  expect(
    () => new Sluice({ compres: true, overflow: "block", onError: () => {} } as never),
  ).toThrow(
    /compres \(true\) is not an option of Sluice[\s\S]*overflow \("block"\) is not an option of Sluice/,
  );
  expect(() => new Sluice({ compress: true, onError: () => {}, configuration: {} })).not.toThrow();
});

test("the native buffer of a socket has room for 1 MiB, unless the behaviour says otherwise", () => {
  expect(new Sluice().wrap().maxBackpressure).toBeGreaterThanOrEqual(1_048_576);
  expect(new Sluice().wrap({ maxBackpressure: 5_000_000 }).maxBackpressure).toBe(5_000_000);
});

test("of many connections a few are looked at in a turn of the event loop, and all of them once a second", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const sluice = new Sluice({}, yield* Effect.context<never>());
      const { open, close } = sluice.wrap();
      const socket = () =>
        ({ ping: () => 1, getBufferedAmount: () => 0 }) as unknown as WebSocket<unknown>;
      const sockets = Array.from({ length: 350 }, socket);
      for (const one of sockets) open?.(one);
      const assess = vi.spyOn(sluice.connections, "assess");
      const looked = () => assess.mock.calls.map(([, some]) => [...(some ?? [])]);
      yield* TestClock.adjust(1_000);
      expect(looked()[0]?.length).toBeLessThan(350);
      // One that leaves in between is not looked at any more.
      const last = sluice.of(sockets[349] as WebSocket<unknown>);
      const gone = vi.spyOn(last, "assess");
      close?.(sockets[349] as WebSocket<unknown>, 1000, new ArrayBuffer(0));
      yield* Effect.promise(() => until(() => looked().flat().length === 350));
      expect(new Set(looked().flat()).size).toBe(350);
      expect(gone).not.toHaveBeenCalled();
    }).pipe(Effect.provide(TestClock.layer())),
  ));
