/** Channels that are joined with a snapshot, on real sockets: the snapshot, and then what is live, at a client that reads late. */
import assert from "node:assert/strict";
import { SnapshotError } from "../../snapshot/SnapshotError.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, turn, until } from "./Stage.js";

const channel = "prices";
const filler = "x".repeat(2_000);

async function* rows(count: number) {
  for (let row = 0; row < count; row++) yield `row ${row} ${filler}`;
}

const numbered = (what: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${what} ${at}`);

const short = (texts: ReadonlyArray<string>) =>
  texts.map((text) => text.split(" ").slice(0, 2).join(" "));

export const snapshot: ReadonlyArray<AdapterCase> = [
  caseOf(
    "R47 · more than its outbox holds comes whole to a client that reads late, then all that was published since, in order",
    { options: { configuration: { maxMessages: 40 }, channels: { limits: { "*": {} } } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      client.pause();
      stage.sluice.publish(channel, "before");
      let isOver = false;
      const joined = connection.join(channel, { snapshot: rows(8_000) }).then((how) => {
        isOver = true;
        return how;
      });
      for (let live = 0; live < 300; live++) {
        assert.equal(stage.sluice.publish(channel, `live ${live}`).accepted, 1);
        assert(connection.stats().buffered.messages <= 300 + 40);
        await turn();
      }
      assert(!isOver, "more was handed over than a kernel takes");
      client.resume();
      assert.deepEqual(await joined, { isLive: true, sent: 8_000 });
      stage.sluice.publish(channel, "live 300");
      const all = [...numbered("row", 8_000), ...numbered("live", 301)];
      await until(() => client.texts.length >= all.length, "all of it");
      assert.deepEqual(short(client.texts), all);
      assert.deepEqual(connection.subscriptions, [channel]);
      assert.equal(balanced(connection).delivered.messages, all.length);
    },
  ),

  caseOf(
    "R47 · of what is held behind a snapshot only the newest of a key comes, and what is conflated is counted",
    {},
    async (stage) => {
      const { client, connection } = await stage.pair();
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const source = async function* () {
        yield "row 0";
        await ended;
      };
      const joined = connection.join(channel, { snapshot: source });
      for (let live = 0; live < 100; live++) {
        stage.sluice.publish(channel, `live ${live}`, { key: "eur" });
      }
      await until(() => client.texts.length === 1, "the snapshot");
      end();
      assert.deepEqual(await joined, { isLive: true, sent: 1 });
      await until(() => client.texts.length === 2, "the newest");
      assert.deepEqual(client.texts, ["row 0", "live 99"]);
      assert.equal(balanced(connection).dropped.conflated.messages, 99);
    },
  ),

  caseOf(
    "a source that fails leaves its connection unsubscribed, and one whose client has gone is let go",
    { options: { onError: () => {} } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      const no = new Error("no");
      const failing = function* () {
        yield "row 0";
        throw no;
      };
      await assert.rejects(connection.join(channel, { snapshot: failing }), (error) => {
        assert(error instanceof SnapshotError);
        assert.deepEqual([error.reason, error.sent, error.cause], ["source-failed", 1, no]);
        return true;
      });
      assert.deepEqual(connection.subscriptions, []);
      await until(() => client.texts.length === 1, "what was read");
      let isLetGo = false;
      const endless = function* () {
        try {
          for (;;) yield filler;
        } finally {
          isLetGo = true;
        }
      };
      client.pause();
      const joined = connection.join(channel, { snapshot: endless });
      await turn();
      client.vanish();
      assert.equal((await joined).isLive, false);
      assert(isLetGo);
      await until(() => stage.sluice.connections.size === 0, "its end");
      assert.deepEqual(stage.sluice.channels, []);
    },
  ),
];
