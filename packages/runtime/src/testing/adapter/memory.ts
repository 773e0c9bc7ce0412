/** What all connections of a server may hold together. */
import assert from "node:assert/strict";
import type { HubConnection } from "../../hub/HubOptions.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, type Pair, type Stage, turn, until } from "./Stage.js";

const mebibyte = 2 ** 20;

/** Clients that have answered a ping, so that little is on its way to them, and stop reading. */
async function stalled(stage: Stage, count: number): Promise<ReadonlyArray<Pair>> {
  const pairs: Array<Pair> = [];
  for (let left = count; left > 0; left--) pairs.push(await stage.pair());
  const hasAnswered = ({ connection }: Pair) => connection.stats().receipts.status === "answered";
  await until(() => pairs.every(hasAnswered), "answers");
  for (const { client } of pairs) client.pause();
  return pairs;
}

/** Each is offered so many messages of 8 KiB of its own, and the loop turns now and then. */
async function flood(connections: ReadonlyArray<HubConnection>, messages: number): Promise<void> {
  const pad = "x".repeat(8 * 1024);
  for (let number = 0; number < messages; number++) {
    for (const connection of connections) connection.offer(`${number} ${connection.id} ${pad}`);
    if (number % 8 === 0) await turn();
  }
  await turn();
}

const lost = (connection: HubConnection) => balanced(connection).dropped.shed.messages;

export const memory: ReadonlyArray<AdapterCase> = [
  caseOf(
    "clients that stop reading hold at most maxTotalBytes together, and cost those that read nothing",
    { options: { maxTotalBytes: mebibyte, configuration: { windowBytes: 16_384 } } },
    async (stage) => {
      const [first] = await stalled(stage, 3);
      const reading = await stage.pair();
      const all = [...stage.sluice.connections];
      for (let round = 0; round < 8; round++) {
        await flood(all.slice(0, 3), 16);
        reading.connection.offer(`${round}`);
        const { bytes = 0, maxBytes } = stage.sluice.budget ?? {};
        assert.equal(maxBytes, mebibyte);
        assert(bytes <= mebibyte, `${bytes} bytes are on the budget`);
      }
      await until(() => reading.client.received.length === 8, "what is read");
      const sheds = all.map(lost);
      assert(sheds.slice(0, 3).every((count) => count > 0));
      assert.equal(sheds[3], 0);
      assert.equal(
        stage.sluice.budget?.shed.messages,
        sheds.reduce((sum, count) => sum + count, 0),
      );
      first?.client.resume();
      await until(() => first?.connection.stats().buffered.messages === 0, "the rest to be read");
    },
  ),
  caseOf(
    "of those that may lose nothing in silence it closes no more than it must, as slow consumers",
    {
      options: {
        maxTotalBytes: mebibyte,
        configuration: { windowBytes: 16_384, overflow: "block" },
      },
    },
    async (stage) => {
      await stalled(stage, 3);
      const all = [...stage.sluice.connections];
      await flood(all, 56);
      const gone = all.filter(({ state }) => state === "closed");
      assert.equal(gone.length, 1);
      for (const connection of gone) {
        const { code, reason, by } = await connection.closed;
        assert.deepEqual([code, reason, by], [1013, "slow consumer", "eviction"]);
        assert(lost(connection) > 0);
      }
    },
  ),
  caseOf(
    "without maxTotalBytes there is no budget",
    { options: { maxTotalBytes: "off" } },
    async (stage) => assert.equal(stage.sluice.budget, undefined),
  ),
];
