/** Channels: who gets what is published, how often, and in which order with what is offered to one alone. */
import assert from "node:assert/strict";
import { ChannelError } from "../../channels/ChannelError.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, turn, until } from "./Stage.js";

const hasReason = (reason: string) => (error: unknown) =>
  error instanceof ChannelError && error.reason === reason;

export const channels: ReadonlyArray<AdapterCase> = [
  caseOf("a channel reaches whoever is subscribed, once, and nobody else", {}, async (stage) => {
    const [one, other, none] = [await stage.pair(), await stage.pair(), await stage.pair()];
    assert(one.connection.subscribe("prices.eur"));
    assert(one.connection.subscribe("prices.*"));
    assert(!one.connection.subscribe("prices.eur"));
    assert(other.connection.subscribe("**"));
    assert.equal(stage.sluice.subscribers("prices.eur"), 2);
    assert.deepEqual(stage.sluice.publish("prices.eur", "1.1"), { accepted: 2, rejected: 0 });
    assert.deepEqual(stage.sluice.publish("prices", "2"), { accepted: 1, rejected: 0 });
    assert.deepEqual(stage.sluice.broadcast("3"), { accepted: 3, rejected: 0 });
    await until(() => other.client.received.length === 3, "three messages");
    await until(() => none.client.received.length === 1, "the broadcast");
    await until(() => one.client.received.length === 2, "two messages");
    assert.deepEqual(one.client.received, ["1.1", "3"]);
    assert.deepEqual(other.client.received, ["1.1", "2", "3"]);
    assert.deepEqual(none.client.received, ["3"]);
  }),
  caseOf("except leaves one out, and no other", {}, async (stage) => {
    const [one, other] = [await stage.pair(), await stage.pair()];
    for (const { connection } of [one, other]) connection.subscribe("chat");
    const except = one.connection;
    for (const text of ["a", "b"]) {
      assert.deepEqual(stage.sluice.publish("chat", text, { except }), {
        accepted: 1,
        rejected: 0,
      });
    }
    assert.deepEqual(stage.sluice.broadcast("c", { except }), { accepted: 1, rejected: 0 });
    stage.sluice.publish("chat", "d");
    await until(() => other.client.received.length === 4, "four messages");
    await until(() => one.client.received.length === 1, "one message");
    assert.deepEqual(other.client.received, ["a", "b", "c", "d"]);
    assert.deepEqual(one.client.received, ["d"]);
    const { sluice } = stage;
    for (const [options, says] of [
      [{ except: "c1" }, /^except must be a connection of a Sluice, not "c1"$/],
      [{ except: except.effect }, /^except must be a connection of a Sluice/],
      [
        { expect: except },
        /^expect is not an option of a message for many: there are except, label, /,
      ],
      [except, /^the options of a message for many must be a label, or \{ except, label \}/],
    ] as const) {
      const error = { name: "TypeError", message: says };
      assert.throws(() => sluice.publish("chat", "e", options as never), error);
      assert.throws(() => sluice.broadcast("e", options as never), error);
    }
  }),
  caseOf(
    "who unsubscribes or leaves is reached no more, and a channel without subscribers is none",
    {},
    async (stage) => {
      const [one, other] = [await stage.pair(), await stage.pair()];
      one.connection.subscribe("a");
      other.connection.subscribe("a");
      other.connection.subscribe("b.*");
      stage.sluice.publish("b.1", "x");
      assert.deepEqual(stage.sluice.channels, [
        { name: "a", size: 2 },
        { name: "b.1", size: 1 },
      ]);
      assert(one.connection.unsubscribe("a"));
      assert(!one.connection.unsubscribe("a"));
      assert.deepEqual(stage.sluice.publish("a", "y"), { accepted: 1, rejected: 0 });
      other.client.vanish();
      await until(() => stage.sluice.connections.size === 1, "one that has gone");
      assert.deepEqual(stage.sluice.channels, []);
      assert.deepEqual(other.connection.subscriptions, []);
      assert.deepEqual(stage.sluice.publish("a", "z"), { accepted: 0, rejected: 0 });
      assert(!other.connection.subscribe("a"));
      assert.deepEqual(one.client.received, []);
    },
  ),
  caseOf(
    "what is published, broadcast and offered to one connection arrives in that order",
    { options: { configuration: { maxMessages: 4_096 } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      for (const channel of ["a", "b.**"]) connection.subscribe(channel);
      const ways = [
        (text: string) => void stage.sluice.publish("a", text),
        (text: string) => void stage.sluice.publish("b.c", text),
        (text: string) => void stage.sluice.broadcast(text),
        (text: string) => void connection.offer(text),
      ];
      const sent = Array.from({ length: 2_000 }, (_, at) => `${at}`);
      for (const [at, text] of sent.entries()) {
        ways[(at * 7 + (at >> 3)) % ways.length]?.(text);
        // Now and then all of it goes out.
        if (at % 97 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => client.received.length === sent.length, "all messages");
      assert.deepEqual(client.received, sent);
      balanced(connection);
    },
  ),
  caseOf(
    "a publish says how many have not taken it, and why",
    { options: { configuration: { maxMessages: 2, overflow: "drop-newest" } } },
    async (stage) => {
      const [one, other] = [await stage.pair(), await stage.pair()];
      for (const { connection } of [one, other]) connection.subscribe("a");
      const large = "x".repeat(2 ** 21);
      const reasons = { "too-large": 2 };
      assert.deepEqual(stage.sluice.publish("a", large), { accepted: 0, rejected: 2, reasons });
      for (const { connection } of [one, other]) balanced(connection);
    },
  ),
  caseOf(
    "of a channel with limits a client that is behind gets the latest, and loses nothing of others",
    {
      options: {
        channels: { limits: { "prices.*": { maxMessages: 1 } } },
        configuration: { windowBytes: 5_000 },
      },
    },
    async (stage) => {
      const { client, connection } = await stage.pair();
      for (const channel of ["prices.*", "news"]) connection.subscribe(channel);
      await until(() => connection.stats().receipts.status === "answered", "a first answer");
      client.pause();
      for (let at = 0; at < 400; at++) {
        stage.sluice.publish(`prices.${at % 2 === 0 ? "a" : "b"}`, `${at}`.padEnd(200, "."));
        if (at % 10 === 0) stage.sluice.publish("news", `news ${at}`);
        if (at % 5 === 0) await turn();
      }
      const { buffered, dropped } = balanced(connection);
      assert(dropped.evicted.messages > 200, `${dropped.evicted.messages} evicted`);
      assert(buffered.messages <= 42, `${buffered.messages} buffered`);
      client.resume();
      await until(() => connection.stats().buffered.messages === 0, "nothing that waits");
      const { delivered } = balanced(connection);
      await until(() => client.received.length === delivered.messages, "what was delivered");
      const texts = client.received.map(String);
      assert.equal(texts.filter((text) => text.startsWith("news")).length, 40);
      for (const latest of ["398", "399"]) {
        assert(texts.some((text) => text.startsWith(`${latest}.`)));
      }
    },
  ),
  caseOf(
    "a name that is none, and one channel or subscription too many, are refused and change nothing",
    { options: { channels: { maxChannels: 2, maxSubscriptions: 3 } } },
    async (stage) => {
      const [{ connection, client }, other] = [await stage.pair(), await stage.pair()];
      for (const bad of ["", ".", "a.", "a..b", "a b", "a/b", "a*", "x".repeat(201), 5, null]) {
        assert.throws(() => connection.subscribe(bad as string), hasReason("bad-pattern"));
        assert.throws(() => connection.unsubscribe(bad as string), hasReason("bad-pattern"));
      }
      assert.throws(() => stage.sluice.publish("a.*", "x"), hasReason("bad-name"));
      assert.throws(() => stage.sluice.subscribers("**"), hasReason("bad-name"));
      connection.subscribe("a");
      connection.subscribe("b");
      assert.throws(() => connection.subscribe("c"), hasReason("too-many-channels"));
      connection.subscribe("*");
      assert.throws(() => connection.subscribe("a.*"), hasReason("too-many-subscriptions"));
      assert.deepEqual(connection.subscriptions, ["a", "b", "*"]);
      // A pattern has channels for which there is no room.
      assert.deepEqual(stage.sluice.publish("d", "x"), { accepted: 1, rejected: 0 });
      assert.equal(other.connection.subscribe("a"), true);
      await until(() => client.received.length === 1, "the message");
    },
  ),
];
