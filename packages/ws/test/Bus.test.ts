/** Two servers of one process on a bus of the process. */
import { LocalNetwork } from "@sluice/runtime/testing";
import { expect, test } from "vitest";
import { connected, peer, serve, until } from "./server.js";

async function pair(network: LocalNetwork, options = {}) {
  const buses = [network.bus(), network.bus()] as const;
  const [here, there] = [
    await serve({ ...options, bus: buses[0] }),
    await serve({ ...options, bus: buses[1] }),
  ];
  return { here, there, buses };
}

async function member(
  { sluice, port }: Awaited<ReturnType<typeof serve>>,
  ...wanted: ReadonlyArray<string>
) {
  const before = sluice.connections.size;
  const client = await peer(`ws://127.0.0.1:${port}`);
  await until(() => sluice.connections.size > before);
  const connection = [...sluice.connections].at(-1);
  for (const one of wanted) connection?.subscribe(one);
  return client;
}

test("what is published on one node reaches the members of the channel on every node, each once", async () => {
  const { here, there, buses } = await pair(new LocalNetwork());
  const mine = await member(here, "prices.eur");
  const both = await member(there, "prices.eur", "prices.*");
  const wild = await member(there, "**");
  expect(here.sluice.publish("prices.eur", "1")).toEqual({ accepted: 1, rejected: 0 });
  there.sluice.publish("prices.eur", "2");
  await until(() => [mine, both, wild].every(({ received }) => received.length === 2));
  expect(mine.received).toEqual(["1", "2"]);
  expect(both.received.toSorted()).toEqual(["1", "2"]);
  expect(here.sluice.bus).toMatchObject({
    failures: 0,
    published: { messages: 1, bytes: 1 },
    received: { messages: 1 },
  });
  both.socket.terminate();
  await until(() => buses[1].joins.get("prices.*")?.left === 1);
  expect(buses[1].joins.get("prices.eur")).toEqual({ joined: 1, left: 1 });
});

test("an ordered channel is heard in one order by all nodes, the publisher's own too, and says when it is stored", async () => {
  const { here, there } = await pair(new LocalNetwork(() => true));
  const clients = [await member(here, "orders"), await member(there, "orders")];
  const stored = Array.from({ length: 20 }, (_, at) => {
    const result = (at % 2 ? here : there).sluice.publish("orders", `${at}`);
    expect(result).toMatchObject({ accepted: 0, rejected: 0 });
    return result.stored;
  });
  await until(() => clients.every(({ received }) => received.length === 20));
  expect(clients[0]?.received).toEqual(clients[1]?.received);
  expect(await stored[19]).toEqual({ _tag: "Stored", position: { epoch: "local", position: 20 } });
});

test("a member that blocks keeps an ordered channel waiting and loses nothing, and is closed when it takes nothing for its time", async () => {
  const configuration = { overflow: "block", maxMessages: 4, blockTimeoutMillis: 100 } as const;
  const { here, there } = await pair(new LocalNetwork(() => true), { configuration });
  const { client, connection } = await connected(here);
  connection.subscribe("orders");
  const other = await member(there, "orders");
  for (let at = 0; at < 100; at++) here.sluice.publish("orders", `${at}`);
  // One that takes nothing any more.
  await until(() => other.received.length === 100);
  expect(other.received).toEqual(Array.from({ length: 100 }, (_, at) => `${at}`));
  client.pause();
  const large = "x".repeat(1_000_000);
  for (let at = 0; at < 100; at++) there.sluice.publish("orders", large);
  await until(() => connection.state === "closed");
  expect(connection.stats().rejected.full).toEqual({ messages: 0, bytes: 0 });
  await until(() => other.received.length === 200);
});
