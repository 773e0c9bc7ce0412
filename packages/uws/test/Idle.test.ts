/** Idle timeouts on real sockets, in a time that the test moves: nobody who reads or speaks is let go. */
import type { WebSocketBehavior } from "uWebSockets.js";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test, vi } from "vitest";
import { departure } from "../src/Departure.js";
import { type Client, onlyOne, type Server, serve, stuck, until } from "./server.js";

interface Timed extends Server {
  /** Lets seconds pass. */
  readonly pass: (seconds: number) => Promise<void>;
  /** The only connection, once it has been looked at: from then on its time counts. */
  readonly watched: () => Promise<UwsConnection>;
  /** How often a client has been heard. */
  readonly heard: (by: "message" | "ping" | "pong") => number;
}

const silent = { autoPong: false };

/** Runs a test with a server under a clock of its own. */
const timed = (behavior: WebSocketBehavior<unknown>, body: (server: Timed) => Promise<void>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const context = yield* Effect.context<never>();
      const sluice = new Sluice({ configuration: { maxMessages: 2 } }, context);
      const counts = { message: 0, ping: 0, pong: 0 };
      const wrap = sluice.wrap.bind(sluice);
      vi.spyOn(sluice, "wrap").mockImplementation((given) => {
        const made = wrap(given);
        for (const by of ["message", "ping", "pong"] as const) {
          const hear = made[by] as (...args: ReadonlyArray<unknown>) => void;
          made[by] = (...args: ReadonlyArray<unknown>) => {
            hear(...args);
            counts[by]++;
          };
        }
        return made;
      });
      yield* Effect.promise(async () => {
        const server = await serve({}, behavior, sluice);
        const pass = (seconds: number) =>
          Effect.runPromiseWith(context)(TestClock.adjust(1_000 * seconds));
        const watched = async () => {
          const connection = await onlyOne(server);
          await pass(1);
          return connection;
        };
        await body({
          ...server,
          pass,
          watched,
          heard: (by) => counts[by],
        });
      });
    }).pipe(Effect.provide(TestClock.layer({ warningDelay: "30 seconds" }))),
  );

describe("an idle timeout", () => {
  test("closes a client that is silent, at once and as idle, and tells the close handler", () => {
    const ends: Array<number> = [];
    return timed(
      { idleTimeout: 8, close: (_, code) => void ends.push(code) },
      async ({ pass, ...server }) => {
        const client = await server.connect("/", silent);
        const connection = await server.watched();
        await pass(8);
        expect(connection.state).toBe("normal");
        await pass(1);
        expect(await connection.closed).toMatchObject({
          code: 1006,
          reason: "WebSocket timed out from inactivity",
          by: "idle",
        });
        expect(ends).toEqual([1006]);
        expect(server.sluice.connections.size).toBe(0);
        expect((await client.closed).code).toBe(1006);
      },
    );
  });

  test("is told from a client that left", () =>
    timed({ idleTimeout: 8 }, async (server) => {
      const client = await server.connect("/", silent);
      const connection = await server.watched();
      await server.pass(8);
      client.terminate();
      expect(await connection.closed).toMatchObject({ code: 1006, by: "peer" });
    }));

  test("is 120 seconds by default", () =>
    timed({}, async (server) => {
      await server.connect("/", silent);
      const connection = await server.watched();
      await server.pass(120);
      expect(connection.state).toBe("normal");
      await server.pass(1);
      expect(await connection.closed).toMatchObject({ by: "idle" });
    }));

  test("of 0 is none", () =>
    timed({ idleTimeout: 0 }, async (server) => {
      await server.connect("/", silent);
      const connection = await server.watched();
      await server.pass(130);
      expect(connection.state).toBe("normal");
    }));

  test("keeps a client that answers, for as long as it does", () =>
    timed({ idleTimeout: 8 }, async ({ pass, heard, ...server }) => {
      await server.connect();
      const connection = await server.watched();
      for (let round = 1; round <= 5; round++) {
        await until(() => heard("pong") === round);
        await pass(4);
      }
      expect(connection.state).toBe("normal");
    }));

  test.each<["message" | "ping" | "pong", (client: Client) => void]>([
    ["message", (client) => client.send("here")],
    ["ping", (client) => client.ping("here")],
    ["pong", (client) => client.pong("here")],
  ])("begins anew with a %s", (by, speak) =>
    timed({ idleTimeout: 8 }, async ({ pass, heard, ...server }) => {
      const client = await server.connect("/", silent);
      const connection = await server.watched();
      await pass(8);
      speak(client);
      await until(() => heard(by) === 1);
      await pass(8);
      expect(connection.state).toBe("normal");
      await pass(1);
      expect(await connection.closed).toMatchObject({ by: "idle" });
    }),
  );

  test("asks nobody who may not be pinged", () =>
    timed({ idleTimeout: 8, sendPingsAutomatically: false }, async ({ pass, heard, ...server }) => {
      const client = await server.connect();
      const connection = await server.watched();
      await pass(8);
      connection.offer("after any ping that there was");
      await client.receive(1);
      expect(client.pings).toEqual([]);
      await pass(1);
      expect(await connection.closed).toMatchObject({ by: "idle" });
      expect(heard("pong")).toBe(0);
    }));
});

describe("a client that has something to read is given a minute more", () => {
  test("when the server holds it back, and anew when that has drained", () =>
    timed({ idleTimeout: 8 }, async ({ pass, ...server }) => {
      const client = await server.connect("/", silent);
      const connection = await server.watched();
      await stuck(client, connection);
      await pass(68);
      expect(connection.state).not.toBe("closed");
      client.resume();
      await until(() => connection.fill === 0);
      await pass(8);
      expect(connection.state).not.toBe("closed");
      await pass(1);
      expect(await connection.closed).toMatchObject({ by: "idle" });
    }));

  test("and no more than that", () =>
    timed({ idleTimeout: 8 }, async ({ pass, ...server }) => {
      const client = await server.connect("/", silent);
      const connection = await server.watched();
      await stuck(client, connection);
      await pass(69);
      expect(await connection.closed).toMatchObject({ by: "idle" });
    }));

  test("when the kernel holds it, if the client has ever answered", () =>
    timed({ idleTimeout: 8 }, async ({ pass, heard, ...server }) => {
      const client = await server.connect();
      const connection = await server.watched();
      await until(() => heard("pong") === 1);
      client.pause();
      await connection.send(Frame.text("unread"));
      await until(() => connection.stats().delivered.messages === 1);
      await pass(68);
      expect(connection.state).toBe("normal");
      await pass(1);
      expect(await connection.closed).toMatchObject({ by: "idle" });
    }));

  test("but not when it never has: nothing is known of it", () =>
    timed({ idleTimeout: 8 }, async ({ pass, ...server }) => {
      const client = await server.connect("/", silent);
      const connection = await server.watched();
      client.pause();
      await connection.send(Frame.text("unread"));
      await until(() => connection.stats().delivered.messages === 1);
      await pass(9);
      expect(await connection.closed).toMatchObject({ by: "idle" });
    }));
});

test("an idle timeout that there is not is refused by name, and the rule is told", () => {
  const wrap = (idleTimeout: unknown) => () => new Sluice().wrap({ idleTimeout } as never);
  for (const wrong of [7, 961, 8.5, -8, "30", Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(wrap(wrong)).toThrow(
      /idleTimeout \(.*\) must be 0, for none, or a whole number of seconds from 8 to 960/,
    );
  }
  for (const right of [0, 8, 960, undefined]) expect(wrap(right)).not.toThrow();
});

test("uWebSockets.js sends no pings of its own, whether clients may be pinged or not", () => {
  for (const sendPingsAutomatically of [undefined, true, false]) {
    const made = new Sluice().wrap({ sendPingsAutomatically } as never);
    expect(made.sendPingsAutomatically).toBe(false);
  }
});

test("uWebSockets.js is left no idle timeout shorter than ours", () => {
  const sluice = new Sluice();
  expect(sluice.wrap({ idleTimeout: 8 }).idleTimeout).toBe(960);
  expect(sluice.wrap().idleTimeout).toBe(960);
  expect(sluice.wrap({ idleTimeout: 0 }).idleTimeout).toBe(0);
});

describe("what uWebSockets.js says of an end", () => {
  test("is an idle timeout by its own words, which no client can put in a frame", () => {
    const words = "WebSocket timed out from inactivity";
    expect(departure(1006, words)).toBe("idle");
    expect(departure(1000, words)).toBe("peer");
    expect(departure(1006, "")).toBe("peer");
  });
});
