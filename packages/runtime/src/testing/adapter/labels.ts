/** What messages mean, on real sockets: the last value of a key arrives, control goes first, and a client knows what it lost. */
import assert from "node:assert/strict";
import type { TopicGap } from "@sluice/core";
import { Deferred } from "../../adapter/Deferred.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, fill, until } from "./Stage.js";

const filler = "x".repeat(16_000);
const failures: Array<unknown> = [];

export const labels: ReadonlyArray<AdapterCase> = [
  caseOf(
    "of a key that is updated while its client does not read, the last value arrives, and every update is counted",
    { options: { configuration: { maxMessages: 20 } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      connection.subscribe("prices.*");
      client.pause();
      await fill(connection, () => filler);
      for (let update = 0; update < 1_000; update++) {
        const key = `k${update % 5}`;
        connection.offer(`own ${key} ${update}`, { key });
        stage.sluice.publish("prices.a", `all ${key} ${update}`, { key: `all ${key}` });
      }
      assert.equal(connection.stats().keys, 10);
      client.resume();
      const last = new Map<string, string>();
      await until(() => {
        for (const text of client.texts.filter((one) => one !== filler)) {
          last.set(text.split(" ").slice(0, 2).join(" "), text);
        }
        return connection.stats().buffered.messages === 0 && last.size === 10;
      }, "the last value of each key");
      for (let key = 0; key < 5; key++) {
        for (const whose of ["own", "all"]) {
          const text = `${whose} k${key} ${995 + key}`;
          await until(() => client.texts.includes(text), text);
        }
      }
      const { conflated } = balanced(connection).dropped;
      assert.equal(conflated.messages, 2_000 - 10);
    },
  ),

  caseOf(
    "control goes before all that was there, and is not lost for a flood of bulk",
    { options: { configuration: { maxMessages: 20 }, lanes: { bulk: { maxMessages: 50 } } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      client.pause();
      await fill(connection, () => filler);
      for (let count = 0; count < 100; count++) {
        connection.offer(`bulk ${count} ${filler}`, { lane: "bulk" });
        connection.offer(`control ${count}`, { lane: "control" });
      }
      client.resume();
      await until(() => connection.stats().buffered.messages === 0, "all of it");
      const seen = () => client.texts.filter((text) => text !== filler);
      await until(() => seen().length === 150, "all of it at the client");
      const control = seen().filter((text) => text.startsWith("control"));
      assert.deepEqual(
        control,
        Array.from({ length: 100 }, (_, count) => `control ${count}`),
      );
      for (const [at, text] of seen().entries()) {
        const [lane, number] = text.split(" ");
        if (lane !== "control") continue;
        const before = seen()
          .slice(0, at)
          .filter((one) => one.startsWith("bulk"));
        for (const one of before) assert(Number(one.split(" ")[1]) <= Number(number), one);
      }
      balanced(connection);
    },
  ),

  caseOf(
    "by notices a client knows what it lost of a topic, and what has expired is not sent",
    { options: { configuration: { maxMessages: 10 }, gaps: true } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      client.pause();
      await fill(connection, () => filler);
      for (let count = 1; count <= 100; count++) {
        const ttlMillis = count > 98 ? 0.001 : undefined;
        connection.offer(JSON.stringify({ count }), { topic: "orders", ttlMillis });
      }
      client.resume();
      await until(() => connection.stats().buffered.messages === 0, "all of it");
      const told = () =>
        client.texts
          .filter((text) => text !== filler)
          .map((text) => JSON.parse(text) as TopicGap & { readonly type?: string });
      const account = () => {
        let next = 1;
        for (const one of told()) {
          assert.equal(one.type === "gap" ? one.first : one.count, next);
          next = one.type === "gap" ? one.last + 1 : next + 1;
        }
        return next - 1;
      };
      await until(() => account() === 100, "an account of all");
      const { evicted, expired } = balanced(connection).dropped;
      assert.equal(expired.messages, 2);
      const lost = told().filter(({ type }) => type === "gap");
      const count = lost.reduce((sum, gap) => sum + gap.count, 0);
      assert(count >= 90 && count <= evicted.messages + 2, `${count}`);
    },
  ),

  caseOf(
    "a deferred message is encoded when it is written; one that is superseded never is, nor sent if that fails",
    {
      options: {
        configuration: { maxMessages: 20 },
        onError: (error) => void failures.push(error),
      },
    },
    async (stage) => {
      const { client, connection } = await stage.pair();
      failures.length = 0;
      let encoded = 0;
      const book = (bid: number) =>
        new Deferred({ bid }, { bytes: 40, encode: (value) => `${++encoded} ${value.bid}` });
      client.pause();
      await fill(connection, () => filler);
      for (let bid = 0; bid < 100; bid++) connection.offer(book(bid), { key: "book" });
      connection.offer(new Deferred(1, { bytes: 1, encode: () => "too large" }));
      connection.offer(
        new Deferred(1, {
          bytes: 1,
          encode: () => {
            throw new Error("no");
          },
        }),
      );
      assert.equal(encoded, 0);
      client.resume();
      await until(() => client.texts.includes("1 99"), "the last book");
      await until(() => connection.stats().buffered.messages === 0, "all of it");
      assert.equal(encoded, 1);
      assert.equal(balanced(connection).dropped.unsendable.messages, 2);
      await until(() => failures.length === 2, "its owner to be told");
      assert.equal(stage.sluice.broadcast(book(7)).accepted, 1);
      await until(() => client.texts.includes("2 7"), "a book for all");
    },
  ),
];
