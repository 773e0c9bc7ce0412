/** What is sent arrives: every kind of message, whole, in order, and counted. */
import assert from "node:assert/strict";
import { Frame } from "../../adapter/Frame.js";
import type { Message } from "../../adapter/Message.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, turn, until } from "./Stage.js";

const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => at % 251);

/** A message, and what its client receives. */
type Kind = readonly [Message, string | Buffer];

/** Lengths around those at which a frame's header grows. */
const lengths = [0, 1, 125, 126, 65_535, 65_536, 1_000_000];

const kinds: ReadonlyArray<Kind> = [
  ...lengths.map((length): Kind => ["x".repeat(length), "x".repeat(length)]),
  ...lengths.map((length): Kind => [bytes(length), Buffer.from(bytes(length))]),
  ...lengths.map((length): Kind => [Frame.binary(bytes(length)), Buffer.from(bytes(length))]),
  ...["é", "€", "𝄞"].flatMap((letter) =>
    [1, 40, 62, 63, 125, 21_845, 30_000].map((count): Kind => {
      const text = letter.repeat(count);
      return [text, text];
    }),
  ),
  [Frame.text("héllo"), "héllo"],
  ["half \ud800 a pair \udc00", "half \ufffd a pair \ufffd"],
  [Frame.text("\udc00"), "\ufffd"],
  [new DataView(bytes(10).buffer, 2, 5), Buffer.from(bytes(10).subarray(2, 7))],
  [new Uint16Array([1, 2, 515]), Buffer.from(new Uint16Array([1, 2, 515]).buffer)],
  [bytes(10).subarray(3, 6), Buffer.from(bytes(10).subarray(3, 6))],
  [Buffer.from("a buffer"), Buffer.from("a buffer")],
];

const roomy = { maxMessages: 1_000, maxBytes: 64 * 2 ** 20 };

export const delivery: ReadonlyArray<AdapterCase> = [
  caseOf(
    "R6 · every kind of message arrives as it was sent, in order",
    { options: { configuration: roomy } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      for (const [message] of kinds) assert.equal(connection.offer(message)._tag, "Accepted");
      await until(() => client.received.length === kinds.length, "all messages");
      assert.deepEqual(
        client.received,
        kinds.map(([, received]) => received),
      );
      // And each alone, in a turn of its own.
      for (const [message] of kinds) {
        connection.offer(message);
        await turn();
      }
      await until(() => client.received.length === 2 * kinds.length, "all messages again");
      assert.deepEqual(client.received.slice(kinds.length), client.received.slice(0, kinds.length));
      const { delivered, offered } = balanced(connection);
      assert.deepEqual(delivered, offered);
    },
  ),
  caseOf(
    "R6 · what many ticks send arrives in order, none lost, none doubled",
    {},
    async (stage) => {
      const { client, connection } = await stage.pair();
      const sent: Array<string> = [];
      for (let tick = 0; tick < 100; tick++) {
        for (let at = 0; at < 50; at++) {
          sent.push(`${tick}.${at}`);
          connection.offer(sent.at(-1) as string);
        }
        await turn();
      }
      await until(() => client.received.length === sent.length, "all messages");
      assert.deepEqual(client.received, sent);
      const { delivered } = balanced(connection);
      assert.equal(delivered.messages, sent.length);
      assert.equal(delivered.bytes, sent.join("").length);
    },
  ),
  caseOf("a burst far beyond the outbox reaches a client that reads", {}, async (stage) => {
    const { client, connection } = await stage.pair();
    const sent = Array.from({ length: 3_000 }, (_, at) => `row ${at}`);
    for (const message of sent) connection.offer(message);
    await until(() => client.received.length === sent.length, "all rows");
    assert.deepEqual(client.received, sent);
  }),
  caseOf("a broadcast reaches everyone, encoded once, and says so", {}, async (stage) => {
    const pairs = [await stage.pair(), await stage.pair(), await stage.pair()];
    const { text } = Frame;
    let encoded = 0;
    Frame.text = (given) => {
      encoded++;
      return text(given);
    };
    try {
      assert.deepEqual(stage.sluice.broadcast("héllo"), { accepted: 3, rejected: 0 });
    } finally {
      Frame.text = text;
    }
    assert.equal(encoded, 1);
    for (const { client } of pairs) {
      await until(() => client.received.length === 1, "the broadcast");
      assert.deepEqual(client.received, ["héllo"]);
    }
  }),
  caseOf(
    "a broadcast is safe against what its caller does with the bytes later",
    {},
    async (stage) => {
      const { client } = await stage.pair();
      const given = bytes(10);
      stage.sluice.broadcast(given);
      given.fill(0);
      await until(() => client.received.length === 1, "the broadcast");
      assert.deepEqual(client.received, [Buffer.from(bytes(10))]);
    },
  ),
  caseOf(
    "a broadcast goes to those who are there, and to nobody who has gone",
    {},
    async (stage) => {
      const first = await stage.pair();
      await first.connection.close();
      assert.deepEqual(stage.sluice.broadcast("x"), { accepted: 0, rejected: 0 });
      const second = await stage.pair();
      assert.deepEqual(stage.sluice.broadcast("y"), { accepted: 1, rejected: 0 });
      await until(() => second.client.received.length === 1, "the broadcast");
      assert.deepEqual(first.client.received, []);
    },
  ),
  {
    name: "a message whose bytes are gone costs itself, counted and reported, and not its connection",
    run: async (adapter) => {
      const reports: Array<string> = [];
      const onError = (_: unknown, __: unknown, what: string) => void reports.push(what);
      await caseOf("", { options: { onError } }, async (stage) => {
        const { client, connection } = await stage.pair();
        const view = bytes(4);
        connection.offer("before");
        connection.offer(view);
        connection.offer("after");
        structuredClone(view.buffer, { transfer: [view.buffer] });
        await until(() => client.received.length === 2, "both others");
        assert.deepEqual(client.received, ["before", "after"]);
        assert.equal(balanced(connection).dropped.unsendable.messages, 1);
        assert.deepEqual(reports, ["a message could not be sent"]);
      }).run(adapter);
    },
  },
  {
    name: "what is no message is refused at the call, and counts nothing",
    run: (adapter) =>
      caseOf("", { options: { onError: () => {} } }, async (stage) => {
        const { connection } = await stage.pair();
        for (const wrong of [5, null, {}, new ArrayBuffer(4)]) {
          assert.throws(() => connection.offer(wrong as never), TypeError);
          await assert.rejects(connection.send(wrong as never), TypeError);
          assert.throws(() => stage.sluice.broadcast(wrong as never), TypeError);
        }
        assert.equal(balanced(connection).offered.messages, 0);
      }).run(adapter),
  },
];
