/** What clients send is handled in order, so many messages at once, within bounds, at a rate, and counted to the message. */
import assert from "node:assert/strict";
import type { HubConnection } from "../../hub/HubOptions.js";
import type { IncomingOptions } from "../../incoming/IncomingOptions.js";
import type { ServeOptions } from "./Adapter.js";
import type { AdapterCase } from "./AdapterCase.js";
import { timed } from "./household.js";
import { type Pair, Stage, until, why } from "./Stage.js";

/** Handlers that a case ends by hand, and those that begin meanwhile. */
class Handlers {
  /** The texts of those that have begun, in this order. */
  readonly begun: Array<string> = [];
  readonly #running = new Map<
    string,
    { readonly resolve: () => void; readonly reject: () => void }
  >();

  readonly message = (_: HubConnection, text: string): Promise<void> => {
    this.begun.push(text);
    return new Promise((resolve, reject) => {
      this.#running.set(text, { resolve, reject: () => reject(new Error(`${text} failed`)) });
    });
  };

  get running(): ReadonlyArray<string> {
    return [...this.#running.keys()];
  }

  end(text: string, how: "resolve" | "reject" = "resolve"): void {
    const running = this.#running.get(text);
    assert(running !== undefined, `${text} is not under way`);
    this.#running.delete(text);
    running[how]();
  }
}

function pacing(
  name: string,
  incoming: IncomingOptions,
  act: (stage: Stage, handlers: Handlers) => Promise<void>,
): AdapterCase {
  const run: AdapterCase["run"] = (adapter) => {
    const handlers = new Handlers();
    const options: ServeOptions = {
      options: { incoming, onError: () => {} },
      message: handlers.message,
    };
    return Stage.play(adapter, options, (stage) => act(stage, handlers));
  };
  return { name, run };
}

function say({ client }: Pair, texts: ReadonlyArray<string>): void {
  for (const text of texts) client.send(text);
}

function incomingOf(connection: HubConnection) {
  const { incoming } = connection;
  assert(incoming !== undefined, "nothing is counted");
  const { received, handled, waiting, dropped } = incoming;
  const parts = [handled, waiting, dropped.rate, dropped.inbox, dropped.closed];
  for (const unit of ["messages", "bytes"] as const) {
    assert.equal(
      parts.reduce((sum, part) => sum + part[unit], 0),
      received[unit],
    );
  }
  return incoming;
}

const received = (connection: HubConnection, count: number) =>
  until(() => incomingOf(connection).received.messages === count, `${count} messages`);

const letters = ["a", "b", "c", "d", "e", "f", "g"];

export const incoming: ReadonlyArray<AdapterCase> = [
  pacing(
    "with one handler at a time messages are handled in order and whole, and no other client waits for it",
    { concurrency: 1 },
    async (stage, handlers) => {
      const pair = await stage.pair();
      const other = await stage.pair();
      const texts = letters.map((letter) => letter.repeat(5_000));
      say(pair, texts);
      await received(pair.connection, texts.length);
      assert.deepEqual(handlers.begun, texts.slice(0, 1));
      assert.equal(incomingOf(pair.connection).waiting.bytes, 5_000 * (texts.length - 1));
      say(other, ["other"]);
      await until(() => handlers.running.includes("other"), "the other's handler");
      handlers.end("other");
      for (const text of texts) {
        await until(() => handlers.running[0] === text, text);
        assert.equal(handlers.running.length, 1);
        handlers.end(text);
      }
      assert.deepEqual(
        handlers.begun.filter((text) => text !== "other"),
        texts,
      );
      await until(() => incomingOf(pair.connection).running === 0, "an end");
      assert.equal(stage.sluice.incoming?.handled.messages, texts.length + 1);
    },
  ),
  pacing(
    "with so many handlers at a time no more run at once, and they begin in order",
    { concurrency: 3 },
    async (stage, handlers) => {
      const pair = await stage.pair();
      say(pair, letters);
      await received(pair.connection, letters.length);
      assert.deepEqual(handlers.running, ["a", "b", "c"]);
      handlers.end("b");
      await until(() => handlers.begun.length === 4, "the next handler");
      assert.deepEqual(handlers.running, ["a", "c", "d"]);
      handlers.end("d");
      handlers.end("a");
      await until(() => handlers.begun.length === 6, "two more");
      assert.deepEqual(handlers.begun, letters.slice(0, 6));
      assert.equal(incomingOf(pair.connection).running, 3);
    },
  ),
  ...(
    [
      [{ maxMessages: 2 }, "too many messages wait: more than 2"],
      [{ maxBytes: 2_500 }, "too many bytes wait: more than 2500"],
    ] as const
  ).map(([bound, reason]) =>
    pacing(
      `a client of which too much waits by ${Object.keys(bound)} is closed with 1013, and others go on`,
      { concurrency: 1, ...bound },
      async (stage, handlers) => {
        const [pair, other] = [await stage.pair(), await stage.pair()];
        const texts = letters.slice(0, 4).map((letter) => letter.repeat(1_000));
        say(pair, texts.slice(0, 3));
        await received(pair.connection, 3);
        assert.equal(pair.connection.state, "normal");
        say(pair, texts.slice(3));
        assert.deepEqual(await pair.client.closed, { code: 1013, reason });
        assert.deepEqual(why(await pair.connection.closed), { code: 1013, reason, by: "eviction" });
        assert.equal(pair.connection.eviction?.rung, "inbox");
        const { dropped } = incomingOf(pair.connection);
        assert.deepEqual(
          [dropped.inbox.messages, dropped.closed.messages, dropped.rate.messages],
          [1, 2, 0],
        );
        handlers.end(texts[0] as string);
        say(other, ["other"]);
        await until(() => handlers.running.includes("other"), "the other's handler");
        assert.deepEqual(handlers.begun, [texts[0], "other"]);
      },
    ),
  ),
  timed(
    "a client that sends more than its rate is closed with 1008; within it, it may go on for ever",
    { options: { incoming: { perSecond: 2, burst: 4 } } },
    async (stage, pass) => {
      const { client, connection } = await stage.pair();
      say({ client, connection }, letters.slice(0, 4));
      await received(connection, 4);
      for (let second = 1; second <= 3; second++) {
        await pass(1);
        say({ client, connection }, ["x", "y"]);
        await received(connection, 4 + 2 * second);
      }
      assert.equal(connection.state, "normal");
      client.send("z");
      const reason = "too many messages: more than 2 a second";
      assert.deepEqual(await client.closed, { code: 1008, reason });
      assert.equal(connection.eviction?.rung, "rate");
      const { handled, dropped } = incomingOf(connection);
      assert.deepEqual([handled.messages, dropped.rate.messages], [10, 1]);
      assert.equal(stage.heard.includes("z"), false);
    },
  ),
  pacing(
    "after a handler that fails nothing of what waited is handled, and it is counted",
    { concurrency: 2 },
    async (stage, handlers) => {
      const pair = await stage.pair();
      say(pair, letters);
      await received(pair.connection, letters.length);
      handlers.end("b", "reject");
      assert.deepEqual(await pair.client.closed, { code: 1011, reason: "internal error" });
      handlers.end("a");
      await until(() => incomingOf(pair.connection).running === 0, "an end");
      assert.deepEqual(handlers.begun, ["a", "b"]);
      assert.equal(incomingOf(pair.connection).dropped.closed.messages, letters.length - 2);
    },
  ),
  pacing(
    "what waits of a client that vanishes is forgotten and counted, and nothing of it begins afterwards",
    { concurrency: 1 },
    async (stage, handlers) => {
      const pair = await stage.pair();
      say(pair, letters);
      await received(pair.connection, letters.length);
      pair.client.vanish();
      await pair.connection.closed;
      await until(() => incomingOf(pair.connection).waiting.messages === 0, "an end of waiting");
      handlers.end("a");
      await until(() => incomingOf(pair.connection).running === 0, "an end");
      assert.deepEqual(handlers.begun, ["a"]);
      const { dropped } = incomingOf(pair.connection);
      assert.deepEqual(dropped.closed, { messages: letters.length - 1, bytes: letters.length - 1 });
      assert.deepEqual(stage.sluice.incoming, incomingOf(pair.connection));
    },
  ),
  pacing("what is counted is shown as JSON", {}, async (stage, handlers) => {
    const pair = await stage.pair();
    say(pair, ["a"]);
    await until(() => handlers.running.length === 1, "a handler");
    const { incoming } = JSON.parse(JSON.stringify(pair.connection));
    assert.deepEqual(incoming, incomingOf(pair.connection));
    assert.equal(incoming.running, 1);
  }),
  {
    name: "without the option handlers run as their messages come, and nothing is counted",
    run: (adapter) => {
      const handlers = new Handlers();
      return Stage.play(adapter, { message: handlers.message }, async (stage) => {
        const pair = await stage.pair();
        say(pair, letters);
        await until(() => handlers.running.length === letters.length, "all handlers");
        assert.equal(pair.connection.incoming, undefined);
        assert.equal(stage.sluice.incoming, undefined);
        assert.equal("incoming" in pair.connection.toJSON(), false);
      });
    },
  },
];
