/** Channels with a history: who comes back is given what it missed, and then live. */
import assert from "node:assert/strict";
import { ChannelError } from "../../channels/ChannelError.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { type Stage, turn, until } from "./Stage.js";

interface Heard {
  readonly epoch: string;
  readonly position: number;
  readonly data?: number;
  readonly gap?: object;
}

const heard = (received: ReadonlyArray<unknown>): ReadonlyArray<Heard> =>
  received.map((text) => JSON.parse(String(text)) as Heard);

const withHistory = (maxMessages: number) => ({
  options: {
    channels: { history: { "prices.*": { maxMessages } } },
    configuration: { maxMessages: 64, overflow: "block" as const },
  },
});

/** A client that has had `upTo` messages, and its place. */
async function guest(stage: Stage, upTo: number) {
  const { client, connection } = await stage.pair();
  await connection.resume({ channel: "prices.eur" });
  for (let at = 1; at <= upTo; at++) stage.sluice.publish("prices.eur", `${at}`);
  await until(() => client.received.length === upTo + 1, "what was published");
  const { epoch, position } = heard(client.received).at(-1) as Heard;
  return { client, place: { channel: "prices.eur", epoch, position } };
}

export const resuming: ReadonlyArray<AdapterCase> = [
  caseOf(
    "R40 · who comes back gets what it missed in order, more than its outbox holds, and then live, each once",
    withHistory(10_000),
    async (stage) => {
      const { client, place } = await guest(stage, 3);
      assert.equal(place.position, 3);
      client.vanish();
      await until(() => stage.sluice.connections.size === 0, "its end");
      for (let at = 4; at <= 2_000; at++) stage.sluice.publish("prices.eur", `${at}`);
      const again = await stage.pair();
      const resumed = again.connection.resume(place);
      for (let at = 2_001; at <= 2_300; at++) {
        stage.sluice.publish("prices.eur", `${at}`);
        if (at % 10 === 0) await turn();
      }
      const { isLive, gaps } = await resumed;
      assert.deepEqual({ isLive, gaps }, { isLive: true, gaps: [] });
      await until(() => again.client.received.length === 2_297, "all of it");
      const all = heard(again.client.received);
      assert.deepEqual(
        all.map(({ data }) => data),
        Array.from({ length: 2_297 }, (_, at) => at + 4),
      );
      assert(all.every(({ epoch, position, data }) => epoch === place.epoch && position === data));
    },
  ),
  caseOf(
    "R40 · what was trimmed, and another epoch, are one exact notice",
    withHistory(5),
    async (stage) => {
      const { client, place } = await guest(stage, 10);
      const [connection] = stage.sluice.connections;
      assert(connection !== undefined);
      const before = client.received.length;
      await connection.resume({ ...place, position: 2 });
      await until(() => client.received.length === before + 6, "a notice and five messages");
      const gap = { first: 3, last: 5, count: 3, reason: "trimmed" };
      assert.deepEqual(heard(client.received)[before]?.gap, gap);
      assert.equal(heard(client.received)[before + 1]?.position, 6);
      await connection.resume({ ...place, epoch: "another" });
      await until(() => client.received.length === before + 12, "the same anew");
      const other = { first: 1, last: 5, count: 5, reason: "epoch" };
      assert.deepEqual(heard(client.received)[before + 6]?.gap, other);
      assert.deepEqual(connection.subscriptions, ["prices.eur"]);
    },
  ),
  caseOf(
    "a channel without history, one too many, and one that comes by a pattern are not resumed",
    { options: { channels: { history: { "prices.*": {} }, maxSubscriptions: 2 } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      const refused = (channel: string, reason: string) =>
        assert.throws(
          () => void connection.resume({ channel }),
          (error) => error instanceof ChannelError && error.reason === reason,
        );
      refused("news", "no-history");
      connection.subscribe("prices.*");
      refused("prices.eur", "has-pattern");
      connection.unsubscribe("prices.*");
      for (const one of ["a", "b"]) connection.subscribe(one);
      refused("prices.eur", "too-many-subscriptions");
      connection.unsubscribe("a");
      assert((await connection.resume({ channel: "prices.eur" })).isLive);
      await until(() => client.received.length === 1, "where it begins");
      assert(connection.unsubscribe("prices.eur"));
      stage.sluice.publish("prices.eur", "1");
      await turn();
      assert.equal(client.received.length, 1);
    },
  ),
  caseOf(
    "who is left out of a message is told its position, so that nothing is missing to it",
    withHistory(5),
    async (stage) => {
      const { client, connection } = await stage.pair();
      await connection.resume({ channel: "prices.eur" });
      stage.sluice.publish("prices.eur", "1", { except: connection });
      stage.sluice.publish("prices.eur", "2");
      await until(() => client.received.length === 3, "its messages");
      const [begin, left, had] = heard(client.received);
      assert.equal(begin?.position, 0);
      assert.deepEqual([left?.position, left?.data], [1, undefined]);
      assert.deepEqual([had?.position, had?.data], [2, 2]);
    },
  ),
];
