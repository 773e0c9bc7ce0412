/** What happens while a client does not read, by every overflow strategy, and when it reads again. */
import assert from "node:assert/strict";
import { Event } from "@sluice/machines";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, fill, type Pair, type Stage, turn, until, why } from "./Stage.js";

/** Large enough for the kernel to be full soon. */
const messageBytes = 16_000;

/** Messages that are known by their numbers, which they begin with. */
function numbered(): { readonly next: () => string; readonly count: () => number } {
  let count = 0;
  return { next: () => `${count++} `.padEnd(messageBytes, "."), count: () => count };
}

const numbersOf = (texts: ReadonlyArray<string>) => texts.map((text) => Number.parseInt(text, 10));

/** Whole numbers from one to below another. */
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** What fills the kernel is what is tested here. */
const small = { maxMessages: 8, maxBytes: 2 ** 20, windowBytes: "off" } as const;

/** A client that has stopped reading, its kernel full and its outbox too. */
async function pressed(stage: Stage) {
  const pair = await stage.pair();
  const numbers = numbered();
  pair.client.pause();
  await fill(pair.connection, numbers.next);
  return { ...pair, ...numbers };
}

/** Reads on until everything that was delivered has come. */
async function readOn({ client, connection }: Pair): Promise<ReadonlyArray<number>> {
  client.resume();
  await until(() => connection.stats().buffered.messages === 0, "an empty outbox");
  const { delivered } = balanced(connection);
  await until(() => client.received.length >= delivered.messages, "what was delivered");
  assert.equal(client.received.length, delivered.messages);
  return numbersOf(client.texts);
}

const isRising = (numbers: ReadonlyArray<number>) =>
  numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as number));

export const pressure: ReadonlyArray<AdapterCase> = [
  caseOf(
    "R6 · what waited for a client that did not read follows in order when it reads on",
    { options: { configuration: small } },
    async (stage) => {
      const { count, ...pair } = await pressed(stage);
      assert.deepEqual(await readOn(pair), range(0, count()));
    },
  ),
  caseOf(
    "R21 · the socket's own buffer stays shallow: a strategy reaches what waits for a client that does not read",
    { options: { configuration: { ...small, overflow: "drop-all" } } },
    async (stage) => {
      const { next, count, ...pair } = await pressed(stage);
      const taken = pair.connection.stats().delivered.messages;
      pair.connection.offer(next());
      const numbers = await readOn(pair);
      // What the socket had accepted, and the one that cleared all others.
      assert.deepEqual(numbers, [...range(0, taken), count() - 1]);
      assert.equal(pair.connection.stats().dropped.cleared.messages, small.maxMessages);
    },
  ),
  caseOf(
    "drop-oldest: a client that reads again gets the newest, and every loss is counted",
    { options: { configuration: { ...small, overflow: "drop-oldest" } } },
    async (stage) => {
      const { next, count, ...pair } = await pressed(stage);
      const taken = pair.connection.stats().delivered.messages;
      for (let more = 0; more < 100; more++) pair.connection.offer(next());
      const numbers = await readOn(pair);
      assert.deepEqual(numbers, [...range(0, taken), ...range(count() - 8, count())]);
      assert.equal(pair.connection.stats().dropped.evicted.messages, 100);
    },
  ),
  caseOf(
    "drop-newest: a client that reads again gets what came first, and every refusal is counted",
    { options: { configuration: { ...small, overflow: "drop-newest" } } },
    async (stage) => {
      const { next, count, ...pair } = await pressed(stage);
      const full = count();
      for (let more = 0; more < 100; more++) pair.connection.offer(next());
      assert.deepEqual(await readOn(pair), range(0, full));
      assert.equal(pair.connection.stats().rejected.full.messages, 100);
    },
  ),
  caseOf(
    "block: a sender waits until its client reads, and nothing is lost",
    { options: { configuration: { ...small, overflow: "block", blockTimeoutMillis: 600_000 } } },
    async (stage) => {
      const { next, count, ...pair } = await pressed(stage);
      const sends = range(0, 5).map(() => pair.connection.send(next()));
      assert.equal(pair.connection.stats().waiting.messages, 5);
      pair.client.resume();
      await Promise.all(sends);
      assert.deepEqual(await readOn(pair), range(0, count()));
    },
  ),
  caseOf(
    "disconnect: the reason reaches a slow client that reads again, behind what it was given",
    { options: { configuration: { ...small, overflow: "disconnect" } } },
    async (stage) => {
      const { next, client, connection } = await pressed(stage);
      const taken = connection.stats().delivered.messages;
      connection.offer(next());
      const info = await connection.closed;
      assert.deepEqual(why(info), { code: 1013, reason: "slow consumer", by: "eviction" });
      client.resume();
      assert.deepEqual(await client.closed, { code: 1013, reason: "slow consumer" });
      assert.deepEqual(numbersOf(client.texts), range(0, taken));
      assert.equal(balanced(connection).delivered.messages, taken);
    },
  ),
  caseOf(
    "a client that reads in bursts gets a rising sequence, and the books say how much of it",
    { options: { configuration: small } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      const { next, count } = numbered();
      for (let burst = 0; burst < 10; burst++) {
        client.pause();
        await fill(connection, next);
        for (let more = 0; more < 20; more++) connection.offer(next());
        client.resume();
        for (let turns = 0; turns < 20; turns++) await turn();
      }
      const numbers = await readOn({ client, connection });
      assert(isRising(numbers));
      const { offered, dropped } = connection.stats();
      assert.equal(offered.messages, count());
      assert.equal(numbers.length + dropped.evicted.messages, count());
    },
  ),
  caseOf(
    "R26 · a stalled client changes nothing in what another one receives, nor that in what it was given",
    { options: { configuration: { maxMessages: 64, windowBytes: "off" } } },
    async (stage) => {
      const slow = await stage.pair();
      const fast = await stage.pair();
      slow.client.pause();
      let count = 0;
      await fill(slow.connection, () => `slow ${count++} `.padEnd(1_000, "."));
      const taken = slow.connection.stats().delivered.messages;
      // Batches of the same form, so that it would be seen if one were written over what another one left.
      const sent = range(0, 2_000).map((at) => `fast ${at} `.padEnd(1_000, "."));
      for (const [at, message] of sent.entries()) {
        stage.sluice.broadcast(message);
        if (at % 12 === 0) await turn();
      }
      await until(() => fast.client.received.length === sent.length, "all messages");
      assert.deepEqual(fast.client.received, sent);
      slow.client.resume();
      await until(() => slow.client.received.length >= taken, "what the other was given");
      const given = range(0, taken).map((at) => `slow ${at} `.padEnd(1_000, "."));
      assert.deepEqual(slow.client.texts.slice(0, taken), given);
    },
  ),
  caseOf(
    "a message far larger than a quantum makes progress while its client reads, and arrives whole",
    { options: { configuration: { maxBytes: 64 * 2 ** 20 } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      client.pause();
      const large = "0123456789".repeat(1_600_000);
      connection.offer(large);
      connection.offer("behind it");
      await until(() => connection.stats().delivered.messages === 1, "the hand-over");
      client.ping("while it waits");
      client.resume();
      await until(() => client.received.length === 2, "both messages");
      assert.equal(client.received[0], large);
      assert.equal(client.received[1], "behind it");
    },
  ),
  caseOf(
    "a client that takes nothing for long is stalled and unhealthy, and is evicted where that is asked for",
    {
      options: {
        configuration: {
          ...small,
          watchdogMillis: 20,
          stallTimeoutMillis: 50,
          evictTimeoutMillis: 300,
        },
      },
    },
    async (stage) => {
      const { client, connection } = await stage.pair();
      const { next } = numbered();
      const events: Array<number> = [];
      const healths: Array<string> = [];
      connection.observe({
        onStep: (event) => {
          events.push(event);
          if (event === Event.evict) healths.push(connection.health);
        },
      });
      client.pause();
      // A kernel may take some more after a while.
      await until(() => connection.offer(next())._tag === "Rejected", "an eviction");
      assert(events.includes(Event.stall));
      assert.deepEqual(healths, ["unhealthy"]);
      const info = await connection.closed;
      const { code, reason, by } = why(info);
      assert.deepEqual({ code, by }, { code: 1013, by: "eviction" });
      assert.match(reason, /^slow consumer: no progress for [\d.]+ s$/);
    },
  ),
];
