/** What becomes of a client that sends pings, which every library answers by itself. */
import assert from "node:assert/strict";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { timed } from "./household.js";
import { until } from "./Stage.js";

/** The largest payload of a ping. */
const largest = ".".repeat(125);

export const pings: ReadonlyArray<AdapterCase> = [
  caseOf(
    "a client that sends pings and reads nothing is cut off before its answers are much, and others go on",
    {},
    async (stage) => {
      const other = await stage.pair();
      const { client, connection } = await stage.pair();
      client.pause();
      let closed = false;
      void connection.closed.then(() => {
        closed = true;
      });
      // A library that has a smaller limit of its own may be first.
      await until(() => {
        for (let count = 0; count < 200; count++) client.ping(largest);
        return closed;
      }, "an end");
      const { by, code, reason } = await connection.closed;
      const isOurs = by === "eviction";
      if (isOurs) assert.deepEqual([code, reason], [1008, "too many pings"]);
      else assert.deepEqual([code, by], [1006, "peer"]);
      assert.equal(connection.eviction?.rung, isOurs ? "pings" : undefined);
      assert.deepEqual([...stage.sluice.connections], [other.connection]);
      other.connection.offer("here");
      await until(() => other.client.received.length === 1, "a message");
    },
  ),
  timed("a client that reads its answers may go on sending pings", {}, async (stage, pass) => {
    const { client, connection } = await stage.pair();
    for (let second = 1; second <= 5; second++) {
      connection.offer("between them");
      for (let count = 0; count < 20; count++) {
        for (let one = 0; one < 10; one++) client.ping(largest);
        await until(() => client.pongs.length === 200 * (second - 1) + 10 * (count + 1), "answers");
      }
      await pass(1);
    }
    assert.equal(connection.state, "normal");
    // Between two looks, too, there is a limit.
    const isClosed = () => connection.state === "closed";
    for (let answers = client.pongs.length + 10; !isClosed(); answers += 10) {
      for (let one = 0; one < 10; one++) client.ping(largest);
      await until(() => client.pongs.length === answers || isClosed(), "answers");
    }
    assert.equal(connection.eviction?.rung, "pings");
  }),
];
