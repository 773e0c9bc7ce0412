/** The tail of a connection that was closed in order: what was handed over and is not read yet is waited for. */
import assert from "node:assert/strict";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { type Stage, turn, until } from "./Stage.js";

/** A client that has answered a ping, and has then stopped reading before a tail of some messages. */
async function behind(stage: Stage) {
  const { client, connection } = await stage.pair();
  const heard = stage.heard.length;
  connection.offer("hello");
  await until(() => client.received.length === 1, "the first message");
  client.send("hello");
  await until(() => stage.heard.length > heard, "what the client says behind its pong");
  client.pause();
  for (let at = 0; at < 40; at++) await connection.send(`${at}`.padEnd(20_000, "."));
  return { client, connection };
}

export const tails: ReadonlyArray<AdapterCase> = [
  caseOf(
    "a server that closes in order waits until a slow client has read everything, though that talks meanwhile",
    {},
    async (stage) => {
      const { client, connection } = await behind(stage);
      assert.equal((await connection.close({ code: 4001, reason: "done" })).by, "close");
      assert.deepEqual([stage.sluice.connections.size, stage.sluice.lingering], [0, 1]);
      assert.deepEqual(stage.sluice.broadcast("to nobody"), { accepted: 0, rejected: 0 });
      const heard = stage.heard.length;
      for (let at = 0; at < 10; at++) client.send("x".repeat(10_000));
      for (let turns = 0; turns < 50; turns++) await turn();
      client.resume();
      assert.deepEqual(await client.closed, { code: 4001, reason: "done" });
      assert.equal(client.received.length, 41);
      await until(() => stage.sluice.lingering === 0, "nobody lingering");
      assert.equal(stage.heard.length, heard, "heard after it has closed");
    },
  ),
  caseOf(
    "a server that closes is not done before a slow client has read its tail",
    {},
    async (stage) => {
      const { client } = await behind(stage);
      let isClosed = false;
      const closing = stage.sluice.close({ code: 1001 }).then(() => {
        isClosed = true;
      });
      await until(() => stage.sluice.connections.size === 0, "an empty registry");
      for (let turns = 0; turns < 20; turns++) await turn();
      assert.equal(isClosed, false);
      client.resume();
      await closing;
      assert.equal((await client.closed).code, 1001);
      assert.equal(client.received.length, 41);
    },
  ),
  caseOf(
    "a server that closes is done at its deadline; a client that reads on later gets its tail and the code",
    { options: { configuration: { closeTimeoutMillis: 20, windowBytes: "off" } } },
    async (stage) => {
      const { client, connection } = await behind(stage);
      await until(() => connection.stats().buffered.messages === 0, "everything handed over");
      await stage.sluice.close({ code: 1001, reason: "restart" });
      client.resume();
      assert.deepEqual(await client.closed, { code: 1001, reason: "restart" });
      assert.equal(client.received.length, 41);
    },
  ),
  caseOf("nobody waits for a client that has never answered a ping", {}, async (stage) => {
    const { client, connection } = await stage.pair({ answers: false });
    client.pause();
    connection.offer("unread");
    await connection.close({ code: 4001 });
    assert.equal(stage.sluice.lingering, 0);
    client.resume();
    await until(() => client.received.length === 1, "what it was sent");
  }),
];
