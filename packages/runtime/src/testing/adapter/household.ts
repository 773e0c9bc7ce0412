/** What a server does for its connections: idle timeouts, handlers, options, misuse. */
import assert from "node:assert/strict";
import { ConfigurationError } from "@sluice/core";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import type { HubConnection } from "../../hub/HubOptions.js";
import { SendError } from "../../view/SendError.js";
import type { ServeOptions } from "./Adapter.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { Stage, until, why } from "./Stage.js";

type Reported = readonly [what: string, connection: HubConnection | undefined, error: unknown];

/** A case that keeps what is reported. */
function reporting(
  name: string,
  options: (reports: ReadonlyArray<Reported>) => ServeOptions,
  act: (stage: Stage, reports: ReadonlyArray<Reported>) => Promise<void>,
): AdapterCase {
  const run: AdapterCase["run"] = (adapter) => {
    const reports: Array<Reported> = [];
    const given = options(reports);
    const onError = (error: unknown, connection: HubConnection | undefined, what: string) =>
      void reports.push([what, connection, error]);
    const own = { ...given, options: { ...given.options, onError } };
    return Stage.play(adapter, own, (stage) => act(stage, reports));
  };
  return { name, run };
}

/** A case in a time that it moves by itself, in seconds. */
export function timed(
  name: string,
  options: ServeOptions,
  act: (stage: Stage, pass: (seconds: number) => Promise<void>) => Promise<void>,
): AdapterCase {
  const run: AdapterCase["run"] = (adapter) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const context = yield* Effect.context<never>();
        const pass = (seconds: number) =>
          Effect.runPromiseWith(context)(TestClock.adjust(1_000 * seconds));
        yield* Effect.promise(() =>
          Stage.play(adapter, { ...options, context }, (stage) => act(stage, pass)),
        );
      }).pipe(Effect.provide(TestClock.layer({ warningDelay: "1 hour" }))),
    );
  return { name, run };
}

const idle = { code: 1006, reason: "WebSocket timed out from inactivity", by: "idle" };

export const household: ReadonlyArray<AdapterCase> = [
  ...([8, undefined] as const).map((idleTimeout) =>
    timed(
      `a client that is silent is let go as idle after ${idleTimeout ?? "120, by default,"} seconds`,
      { ...(idleTimeout && { idleTimeout }) },
      async (stage, pass) => {
        const { client, connection } = await stage.pair({ answers: false });
        await pass(1);
        await pass(idleTimeout ?? 120);
        assert.equal(connection.state, "normal");
        await pass(2);
        assert.deepEqual(why(await connection.closed), idle);
        assert.equal((await client.closed).code, 1006);
        await until(() => stage.sluice.connections.size === 0, "an empty registry");
      },
    ),
  ),
  timed("an idle timeout of 0 is none", { idleTimeout: 0 }, async (stage, pass) => {
    const { connection } = await stage.pair({ answers: false });
    await pass(600);
    assert.equal(connection.state, "normal");
  }),
  timed("a client that answers when it is asked stays", { idleTimeout: 8 }, async (stage, pass) => {
    const { client, connection } = await stage.pair();
    for (let round = 0; round < 6; round++) {
      const asked = client.pings.length;
      await pass(5);
      await until(() => client.pings.length > asked, "a ping");
      // What it says next has been heard, and its pong before that.
      const heard = stage.heard.length;
      client.send("behind the pong");
      await until(() => stage.heard.length > heard, "what it says");
    }
    assert.equal(connection.state, "normal");
  }),
  timed(
    "a client that may not be pinged is not, and stays while it talks",
    { idleTimeout: 8, sendPingsAutomatically: false },
    async (stage, pass) => {
      const { client, connection } = await stage.pair();
      await pass(1);
      for (let round = 0; round < 4; round++) {
        await pass(5);
        const heard = stage.heard.length;
        client.send("here");
        await until(() => stage.heard.length > heard, "what it says");
      }
      assert.equal(connection.state, "normal");
      assert.deepEqual(client.pings, []);
      await pass(12);
      assert.deepEqual(why(await connection.closed), idle);
    },
  ),
  reporting(
    "a handler that throws costs its own connection 1011, and is reported once",
    () => ({
      message: (_, text) => {
        if (text === "boom") throw new Error(text);
        return text === "later" ? Promise.reject(new Error(text)) : undefined;
      },
    }),
    async (stage, reports) => {
      const [first, second, third] = [await stage.pair(), await stage.pair(), await stage.pair()];
      first.client.send("boom");
      second.client.send("later");
      for (const { client } of [first, second]) {
        assert.deepEqual(await client.closed, { code: 1011, reason: "internal error" });
      }
      assert.deepEqual(
        reports.map(([what, connection]) => [what, connection?.id]).toSorted(),
        [first, second].map(({ connection }) => ["a handler failed", connection.id]).toSorted(),
      );
      third.connection.offer("still here");
      await until(() => third.client.received.length === 1, "the other's message");
    },
  ),
  reporting(
    "a handler that is told that its client is slow evicts it, and has not failed",
    () => ({
      message: ({ id }) => {
        throw new SendError({ reason: "timeout", connection: id });
      },
    }),
    async (stage, reports) => {
      const { client } = await stage.pair();
      client.send("go");
      assert.deepEqual(await client.closed, { code: 1013, reason: "slow consumer" });
      assert.deepEqual(reports, []);
    },
  ),
  reporting(
    "a handler whose client has gone meanwhile has not failed",
    () => ({ message: (connection) => connection.closed.then(() => connection.send("late")) }),
    async (stage, reports) => {
      const { client, connection } = await stage.pair();
      client.send("go");
      await until(() => stage.heard.length === 1, "the message");
      client.vanish();
      await connection.closed;
      await until(() => connection.stats().rejected.closed.messages === 1, "the late message");
      assert.deepEqual(reports, []);
    },
  ),
  reporting(
    "a configuration that is wrong for a socket closes that socket with 1011, and is reported",
    () => ({ options: { configuration: () => ({ maxMessages: 0 }) } }),
    async (stage, reports) => {
      const client = await stage.client();
      assert.deepEqual(await client.closed, { code: 1011, reason: "internal error" });
      assert.equal(reports[0]?.[0], "a connection could not be opened");
      assert(reports[0]?.[2] instanceof ConfigurationError);
      assert.equal(stage.sluice.connections.size, 0);
    },
  ),
  reporting(
    "a label or data that fail cost themselves only",
    () => ({
      options: {
        label: () => {
          throw new Error("boom");
        },
        data: () => 7,
      },
    }),
    async (stage, reports) => {
      const { connection } = await stage.pair();
      assert.deepEqual([connection.label, connection.data], [undefined, 7]);
      assert.deepEqual(
        reports.map(([what]) => what),
        ["a label or data failed"],
      );
    },
  ),
  caseOf(
    "each socket may have a configuration and a label of its own",
    { options: { configuration: () => ({ maxMessages: 77 }), label: () => "Ada" } },
    async (stage) => {
      const { connection } = await stage.pair();
      assert.equal(connection.configuration.maxMessages, 77);
      assert.equal(connection.label, "Ada");
    },
  ),
  caseOf("what is wrapped already is refused, by another Sluice too", {}, async (stage) => {
    assert.throws(() => stage.wrapAgain(), /is wrapped already/);
  }),
  caseOf(
    "a connection that a listener to arrivals closes is gone, and harms nobody",
    {},
    async (stage) => {
      const stop = stage.sluice.connections.onAdded((connection) => connection.evict());
      const client = await stage.client();
      assert.equal((await client.closed).code, 1013);
      await until(() => stage.sluice.connections.size === 0, "an empty registry");
      stop();
      await stage.pair();
    },
  ),
];
