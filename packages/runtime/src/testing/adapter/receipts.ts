/** What a client is known to have received, by the pings that it answers, and what its window keeps back. */
import assert from "node:assert/strict";
import type { HubConnection } from "../../hub/HubOptions.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, type Pair, type Stage, turn, until } from "./Stage.js";

const windowBytes = 64 * 1024;
const messageBytes = 16_000;
const message = (at: number) => `${at} `.padEnd(messageBytes, ".");

const small = { maxMessages: 8, maxBytes: 2 ** 20, windowBytes } as const;

const statusOf = (connection: HubConnection) => connection.stats().receipts.status;

/** A client that has answered. */
async function answering(stage: Stage): Promise<Pair> {
  const pair = await stage.pair();
  await until(() => statusOf(pair.connection) === "answered", "a first answer");
  return pair;
}

const allAcknowledged = ({ connection }: Pair) =>
  until(() => {
    const { offered, delivered, dropped, receipts } = connection.stats();
    const isSettled = offered.messages === delivered.messages + dropped.evicted.messages;
    return isSettled && receipts.acknowledged.messages === delivered.messages;
  }, "a receipt for everything");

/** Offers so many, some in every turn of the event loop: more than a kernel would take. */
async function flood({ connection }: Pair, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    assert.equal(connection.offer(message(at))._tag, "Accepted");
    if (at % 4 === 3) await turn();
  }
}

export const receipts: ReadonlyArray<AdapterCase> = [
  caseOf(
    "R35 · what a client has read is acknowledged, without a line of code in it",
    {},
    async (stage) => {
      const pair = await answering(stage);
      for (let at = 0; at < 10; at++) pair.connection.offer(message(at));
      await allAcknowledged(pair);
      assert.equal(pair.client.received.length, 10);
      const { acknowledged, inFlight, roundTripMillis } = pair.connection.stats().receipts;
      assert.deepEqual(acknowledged, { messages: 10, bytes: 10 * messageBytes });
      assert.deepEqual(inFlight, { messages: 0, bytes: 0 });
      assert(roundTripMillis !== null && roundTripMillis.smallest >= 0);
    },
  ),
  caseOf(
    "R34 · a client that stops reading is given its window and one message; a strategy reaches all the rest",
    { options: { configuration: { ...small, overflow: "drop-oldest" } } },
    async (stage) => {
      const pair = await answering(stage);
      pair.client.pause();
      await flood(pair, 1_000);
      const { delivered, dropped, receipts } = balanced(pair.connection);
      assert(delivered.bytes < windowBytes + messageBytes, `${delivered.bytes} B are under way`);
      assert.equal(receipts.inFlight?.bytes, delivered.bytes);
      assert.equal(dropped.evicted.messages, 1_000 - 8 - delivered.messages);
      pair.client.resume();
      await allAcknowledged(pair);
      const numbers = pair.client.texts.map((text) => Number.parseInt(text, 10));
      assert.deepEqual(numbers.slice(-8), [992, 993, 994, 995, 996, 997, 998, 999]);
      assert.equal(numbers.length, delivered.messages + 8);
    },
  ),
  caseOf(
    "R37 · a client that reads gets everything through the smallest window",
    {
      options: { configuration: { ...small, maxMessages: 500, maxBytes: 2 ** 24, windowBytes: 1 } },
    },
    async (stage) => {
      const pair = await answering(stage);
      for (let at = 0; at < 200; at++) pair.connection.offer(message(at));
      await until(() => pair.client.received.length === 200, "all messages");
      await allAcknowledged(pair);
    },
  ),
  caseOf(
    "whoever has never answered is served by the socket's pressure alone, and that is said",
    { options: { configuration: { ...small, maxMessages: 500, stallTimeoutMillis: 50 } } },
    async (stage) => {
      const { client, connection } = await stage.pair({ answers: false });
      assert.equal(statusOf(connection), "awaited");
      for (let at = 0; at < 60; at++) connection.offer(message(at));
      await until(() => client.received.length === 60, "all messages");
      await until(() => statusOf(connection) === "unanswered", "that nothing was answered");
      assert(client.pings.length > 0);
      const { acknowledged, inFlight, windowBytes: window } = connection.stats().receipts;
      assert.deepEqual([acknowledged.messages, inFlight, window], [0, null, null]);
      assert.equal(connection.health, "healthy");
    },
  ),
  caseOf(
    "a client that stops reading has stalled after stallTimeoutMillis, though the kernel has taken everything",
    { options: { configuration: { stallTimeoutMillis: 50 } } },
    async (stage) => {
      const pair = await answering(stage);
      pair.client.pause();
      pair.connection.offer(message(0));
      await until(() => pair.connection.health === "unhealthy", "a stall");
      assert.equal(balanced(pair.connection).buffered.messages, 0);
      pair.client.resume();
      await until(() => pair.connection.health === "healthy", "a client that reads again");
    },
  ),
  caseOf(
    "R36 · at the close it is known what the client has certainly received",
    { options: { configuration: small } },
    async (stage) => {
      const pair = await answering(stage);
      for (let at = 0; at < 5; at++) pair.connection.offer(message(at));
      await allAcknowledged(pair);
      pair.client.pause();
      for (let at = 5; at < 10; at++) pair.connection.offer(message(at));
      await until(() => pair.connection.stats().delivered.messages > 5, "more under way");
      pair.client.vanish();
      const { acknowledged } = await pair.connection.closed;
      assert.deepEqual(acknowledged, { messages: 5, bytes: 5 * messageBytes });
    },
  ),
];
