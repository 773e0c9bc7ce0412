/** Room: what a socket is given, when, and how much it may hold. */
import type { WebSocketBehavior } from "uWebSockets.js";
import { imbalance } from "@sluice/core";
import { Sluice, type UwsConnection } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { onlyOne, serve, stuck, until } from "./server.js";

const none = { messages: 0, bytes: 0 };

test("3,000 messages in open reach a client that reads, with the options that everyone has", async () => {
  const rows = Array.from({ length: 3_000 }, (_, at) => `row ${at}`);
  const { sluice, connect } = await serve(
    {},
    {
      open: (socket) => {
        for (const row of rows) sluice.of(socket).offer(row);
      },
    },
  );
  const client = await connect();
  expect(await client.receive(rows.length)).toEqual(rows);
  const [connection] = sluice.connections as Iterable<UwsConnection> as [UwsConnection];
  expect(connection.stats().dropped.evicted).toEqual(none);
});

describe("nothing is written", () => {
  /** A server that notes each message that is handed to its socket while `isInside` says so. */
  async function watched(behavior: WebSocketBehavior<unknown>, isInside: () => boolean) {
    let early = 0;
    const server = await serve(
      { configuration: { maxMessages: 4, maxBytes: 2 ** 21, windowBytes: "off" } },
      {
        ...behavior,
        open: (socket) => {
          const send = socket.send.bind(socket);
          socket.send = (...args) => {
            if (isInside()) early++;
            return send(...args);
          };
          behavior.open?.(socket);
        },
      },
    );
    return { server, early: () => early };
  }

  const overflow = (connection: UwsConnection) => {
    for (let at = 0; at < 10; at++) connection.offer("x".repeat(1_000));
  };

  test("R21 · to a socket under pressure, however many messages find no room", async () => {
    let isInside = false;
    const { server, early } = await watched({}, () => isInside);
    const client = await server.connect();
    const connection = await onlyOne(server);
    await stuck(client, connection);
    isInside = true;
    overflow(connection);
    await new Promise((resolve) => setImmediate(resolve));
    expect(early()).toBe(0);
    expect(connection.stats().dropped.evicted.messages).toBeGreaterThanOrEqual(10);
    expect(imbalance(connection.stats())).toEqual(none);
  });

  test("from inside drain, though messages find no room there", async () => {
    let isInside = false;
    let drains = 0;
    const { server, early } = await watched(
      {
        drain: (socket) => {
          isInside = true;
          overflow(server.sluice.of(socket));
          isInside = false;
          drains++;
        },
      },
      () => isInside,
    );
    const client = await server.connect();
    const connection = await onlyOne(server);
    await stuck(client, connection);
    client.resume();
    await until(() => drains > 0 && connection.fill === 0);
    expect(early()).toBe(0);
    expect(imbalance(connection.stats())).toEqual(none);
  });

  test("from inside dropped, though messages find no room there", async () => {
    let isInside = false;
    let drops = 0;
    const { server, early } = await watched(
      {
        maxBackpressure: 1,
        open: (socket) => void socket.subscribe("all"),
        message: (socket) => {
          // Past the outbox: the socket refuses some.
          for (let at = 0; at < 1_000 && drops === 0; at++) {
            socket.publish("all", new Uint8Array(2 ** 20), true);
          }
        },
        dropped: (socket) => {
          isInside = true;
          overflow(server.sluice.of(socket));
          isInside = false;
          drops++;
        },
      },
      () => isInside,
    );
    const client = await server.connect();
    await onlyOne(server);
    const publisher = await server.connect();
    await until(() => server.sluice.connections.size === 2);
    client.pause();
    publisher.send("go");
    await until(() => drops > 0);
    expect(early()).toBe(0);
  });
});

describe("the native limit of a route", () => {
  const limit = (configuration: ConstructorParameters<typeof Sluice>[0], given?: number) =>
    new Sluice(configuration).wrap(given === undefined ? {} : { maxBackpressure: given })
      .maxBackpressure as number;

  test("is above what the outbox may hand over, with room for control frames, whatever is asked for", () => {
    for (const maxBytes of [1, 1_000, 2 ** 20, 2 ** 30]) {
      for (const given of [undefined, 1, maxBytes]) {
        expect(limit({ configuration: { maxBytes } }, given)).toBe(maxBytes + 65_536);
      }
    }
  });

  test("is what is asked for, if that is more, or if it is 0, which is none", () => {
    expect(limit({ configuration: { maxBytes: 1_000 } }, 2 ** 31)).toBe(2 ** 31);
    expect(limit({ configuration: { maxBytes: 1_000 } }, 0)).toBe(0);
    expect(limit({ configuration: () => ({}) }, 0)).toBe(0);
  });

  test("is none where it could not be counted", () => {
    expect(limit({ configuration: { maxBytes: 2 ** 32 - 1 - 65_536 } })).toBe(2 ** 32 - 1);
    expect(limit({ configuration: { maxBytes: 2 ** 32 - 65_536 } })).toBe(0);
    expect(limit({ configuration: { maxBytes: 2 ** 40 } }, 5)).toBe(0);
  });

  test("has room for 16 MiB where each socket has a configuration of its own", () => {
    expect(limit({ configuration: () => ({}) })).toBe(2 ** 24 + 65_536);
    expect(limit({ configuration: () => ({}) }, 2 ** 25)).toBe(2 ** 25);
  });

  test.each<[number, number | undefined, boolean]>([
    [2 ** 24, undefined, true],
    [2 ** 24 + 1, undefined, false],
    [2 ** 25, 2 ** 25 + 65_536, true],
    [2 ** 25 + 1, 2 ** 25 + 65_536, false],
    [2 ** 40, 0, true],
  ])(
    "a socket's own maxBytes of %i under a limit of %s is taken: %s",
    async (maxBytes, maxBackpressure, isTaken) => {
      const errors: Array<unknown> = [];
      const { connect, sluice } = await serve(
        { configuration: () => ({ maxBytes }), onError: (error) => errors.push(error) },
        maxBackpressure === undefined ? {} : { maxBackpressure },
      );
      const client = await connect();
      if (isTaken) {
        sluice.broadcast("served");
        expect(await client.receive(1)).toEqual(["served"]);
        return;
      }
      expect(await client.closed).toEqual({ code: 1011, reason: "internal error" });
      const largest = (maxBackpressure ?? 2 ** 24 + 65_536) - 65_536;
      expect(errors).toMatchObject([{ _tag: "ConfigurationError" }]);
      expect(String(errors[0])).toContain(
        `maxBytes (${maxBytes}) must be at most ${largest}: or raise maxBackpressure of the route's behaviour`,
      );
    },
  );
});
