/** Ten thousand control messages beside a flood of bulk, to a real client that reads slowly. */
import { expect, test } from "vitest";
import { serve } from "./server.js";

const count = 10_000;
const perTurn = 5;
const bulk = "b".repeat(4_000);
/** The client reads so many bytes, and then nothing for some turns. */
const biteBytes = 16 * 1_024;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function median(values: ReadonlyArray<number>): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

test("R44 · none is lost, each is at its client before all bulk that came after it, and before it is a window of bulk", async () => {
  const lanes = { control: { maxMessages: count }, bulk: { maxMessages: 50 } };
  const { sluice, connect } = await serve({ lanes });
  const client = await connect();
  const [connection] = sluice.connections;
  if (connection === undefined) throw new Error("no connection");
  /** The client reads a bite in every sixteenth turn. */
  let seen = 0;
  const read = (turns: number) => {
    let bitten = 0;
    for (; seen < client.received.length; seen++) bitten += client.received[seen]?.length ?? 0;
    if (bitten >= biteBytes) client.pause();
    else if (turns % 16 === 0) client.resume();
  };
  /** By the number of each control message: what was on its way when it was offered, against a window. */
  const ahead: Array<number> = [];
  let control = 0;
  for (let [bulks, turns] = [0, 0]; control < count; await turn()) {
    read(turns++);
    for (let left = perTurn; left > 0; left--) {
      connection.offer(JSON.stringify({ bulk: bulks++, after: control, text: bulk }), {
        lane: "bulk",
      });
      const { receipts } = connection.stats();
      if (receipts.inFlight !== null && receipts.windowBytes !== null) {
        ahead.push(receipts.inFlight.bytes / receipts.windowBytes);
      }
      const offered = connection.offer(JSON.stringify({ control: control++ }), { lane: "control" });
      expect(offered._tag).toBe("Accepted");
    }
  }
  client.resume();
  while (connection.stats().buffered.messages > 0) await turn();
  const { delivered, dropped, rejected } = connection.stats();
  while (client.received.length < delivered.messages) await turn();
  expect(dropped.evicted.messages).toBeGreaterThan(0);
  expect(rejected["slow-consumer"].messages).toBe(0);
  let next = 0;
  for (const one of client.received.map((text) => JSON.parse(text))) {
    // Bulk that came after so many control messages is behind all of these.
    if ("control" in one) expect(one.control).toBe(next++);
    else expect(next).toBeGreaterThanOrEqual(one.after);
  }
  expect(next).toBe(count);
  expect(median(ahead)).toBeLessThanOrEqual(1.1);
});
