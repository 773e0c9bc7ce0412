/** How connections end: by either side, in order or not, with everything that was accepted or counted as lost. */
import assert from "node:assert/strict";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, fill, type Stage, until, why } from "./Stage.js";

/** What fills the kernel is what is tested here. */
const small = {
  maxMessages: 8,
  maxBytes: 2 ** 20,
  closeTimeoutMillis: 60_000,
  windowBytes: "off",
} as const;
const message = () => ".".repeat(16_000);

async function pressed(stage: Stage) {
  const pair = await stage.pair();
  pair.client.pause();
  await fill(pair.connection, message);
  return pair;
}

export const ends: ReadonlyArray<AdapterCase> = [
  ...(
    [
      [undefined, { code: 1000, reason: "" }],
      [
        { code: 1001, reason: "restart" },
        { code: 1001, reason: "restart" },
      ],
      [
        { code: 4000, reason: "é".repeat(61) },
        { code: 4000, reason: "é".repeat(61) },
      ],
    ] as const
  ).map(([options, expected]) =>
    caseOf(
      `R20 · close tells the code ${expected.code} behind what is queued, and leaves no entry`,
      {},
      async (stage) => {
        const { client, connection } = await stage.pair();
        for (let at = 0; at < 100; at++) connection.offer(`${at}`);
        assert.deepEqual(why(await connection.close(options)), { ...expected, by: "close" });
        assert.equal(stage.sluice.connections.size, 0);
        assert.deepEqual(await client.closed, expected);
        assert.equal(client.received.length, 100);
        assert.equal(balanced(connection).delivered.messages, 100);
        assert.equal(connection.offer("too late")._tag, "Rejected");
        assert.equal(stage.sluice.connections.size, 0);
      },
    ),
  ),
  caseOf("close right behind an offer loses nothing", {}, async (stage) => {
    const { client, connection } = await stage.pair();
    connection.offer("last words");
    await connection.close();
    await client.closed;
    assert.deepEqual(client.received, ["last words"]);
  }),
  caseOf(
    "a code or a reason that cannot be sent is refused, and changes nothing",
    {},
    async (stage) => {
      const { connection } = await stage.pair();
      for (const wrong of [{ code: 1005 }, { reason: "x".repeat(124) }]) {
        assert.throws(() => void connection.close(wrong), RangeError);
        await assert.rejects(stage.sluice.close(wrong), RangeError);
      }
      assert.equal(connection.state, "normal");
    },
  ),
  caseOf(
    "close under pressure delivers all that is queued, and then the code and the reason",
    { options: { configuration: small } },
    async (stage) => {
      const { client, connection } = await pressed(stage);
      const closing = connection.close({ code: 4001, reason: "done" });
      assert.equal(connection.state, "closing");
      client.resume();
      assert.equal((await closing).by, "close");
      assert.deepEqual(await client.closed, { code: 4001, reason: "done" });
      const { offered } = balanced(connection);
      assert.equal(client.received.length, offered.messages);
    },
  ),
  caseOf(
    "close under pressure ends at its deadline when the client does not read",
    // More than a kernel takes, however long it is given.
    {
      options: { configuration: { maxMessages: 2_000, maxBytes: 2 ** 25, closeTimeoutMillis: 50 } },
    },
    async (stage) => {
      const { client, connection } = await pressed(stage);
      const info = await connection.close();
      assert.deepEqual(why(info), { code: 1006, reason: "", by: "deadline" });
      const { offered, delivered, dropped } = balanced(connection);
      assert(dropped.closed.messages > 0);
      assert.equal(dropped.closed.messages, offered.messages - delivered.messages);
      client.resume();
      assert.equal((await client.closed).code, 1006);
      // What the socket had accepted and the kernel had not is lost with it; what was acknowledged is not.
      assert(client.received.length < delivered.messages);
      assert(client.received.length >= info.acknowledged.messages);
    },
  ),
  caseOf(
    "evict under pressure drops what is queued, and tells a client that reads again why",
    { options: { configuration: small } },
    async (stage) => {
      const { client, connection } = await pressed(stage);
      connection.evict();
      const info = { code: 1013, reason: "slow consumer" };
      assert.deepEqual(why(await connection.closed), { ...info, by: "eviction" });
      const { delivered, dropped } = balanced(connection);
      assert.equal(dropped.closed.messages, 8);
      client.resume();
      assert.deepEqual(await client.closed, info);
      assert.equal(client.received.length, delivered.messages);
    },
  ),
  ...([4321, undefined] as const).map((code) =>
    caseOf(
      `a client that closes with ${code ?? "no"} code is gone, and the peer's`,
      {},
      async (stage) => {
        const { client, connection } = await stage.pair();
        client.close(code);
        assert.deepEqual(why(await connection.closed), {
          code: code ?? 1005,
          reason: "",
          by: "peer",
        });
        await until(() => stage.sluice.connections.size === 0, "an empty registry");
        assert.equal(connection.offer("x")._tag, "Rejected");
        balanced(connection);
      },
    ),
  ),
  caseOf("a client that vanishes is an abnormal closure of the peer's", {}, async (stage) => {
    const { client, connection } = await stage.pair();
    client.vanish();
    assert.deepEqual(why(await connection.closed), { code: 1006, reason: "", by: "peer" });
    await until(() => stage.sluice.connections.size === 0, "an empty registry");
  }),
  caseOf(
    "R20 · a client that vanishes under pressure leaves no sender waiting and no book open",
    { options: { configuration: { ...small, overflow: "block", blockTimeoutMillis: 600_000 } } },
    async (stage) => {
      const { client, connection } = await pressed(stage);
      const sending = connection.send(message());
      client.vanish();
      await assert.rejects(sending, { _tag: "SendError", reason: "closed" });
      await connection.closed;
      const { buffered, waiting } = balanced(connection);
      assert.deepEqual([buffered.messages, waiting.messages], [0, 0]);
      await until(() => stage.sluice.connections.size === 0, "an empty registry");
    },
  ),
  caseOf(
    "R31 · a client that says what is no frame ends its own connection, and no process",
    {},
    async (stage) => {
      const [wrong, right] = [await stage.pair(), await stage.pair()];
      wrong.client.babble();
      assert.equal((await wrong.connection.closed).by, "peer");
      right.connection.offer("still here");
      await until(() => right.client.received.length === 1, "the other's message");
    },
  ),
  caseOf(
    "a server that closes gives everyone what is queued and the code, and serves nobody new",
    {},
    async (stage) => {
      const pairs = [await stage.pair(), await stage.pair()];
      stage.sluice.broadcast("last");
      await stage.sluice.close({ code: 1001, reason: "restart" });
      for (const { client } of pairs) {
        assert.deepEqual(await client.closed, { code: 1001, reason: "restart" });
        assert.deepEqual(client.received, ["last"]);
      }
      const late = await stage.client();
      assert.deepEqual(await late.closed, { code: 1001, reason: "going away" });
      assert.equal(stage.sluice.connections.size, 0);
    },
  ),
];
