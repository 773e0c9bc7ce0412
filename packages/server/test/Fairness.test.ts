import { expect, test } from "vitest";
import type { Batches } from "../src/query/Rows.js";
import { BusyEngine } from "./BusyEngine.js";
import { type Client, running, until } from "./running.js";

test("the feed goes on while the engine does nothing for anybody", async () => {
  const stuck = { stream: () => new Promise<Batches>(() => {}) };
  const { connect } = await running({ database: stuck });
  const visitor = await connect("/query");
  visitor.send({ type: "query", id: "q1", sql: "select 1" });
  const listener = await connect("/feed");
  for (let count = 0; count < 50; count++) expect(await listener.next()).toHaveProperty("flights");
});

test("a client with all its queries on many sockets leaves turns to another", async () => {
  const database = new BusyEngine();
  const { connect } = await running({ database });
  for (let socket = 0; socket < 4; socket++) {
    const greedy = await connect("/query");
    for (let id = 0; id < 4; id++) greedy.send({ type: "query", id: `q${id}`, sql: "greedy" });
  }
  await until(() => database.asked.length === 8);
  const honest = await connect("/query");
  honest.send({ type: "query", id: "q1", sql: "honest" });
  await until(() => database.asked.includes("honest"));
  // The others wait for those of their own connections.
  expect(database.asked.filter((sql) => sql === "greedy")).toHaveLength(8);
});

test("queries of as many addresses as there are turns delay another by one call, and the feed not at all", async () => {
  const database = new BusyEngine();
  const { connect } = await running({ database });
  const greedy: Array<Client> = [];
  for (let at = 1; at <= 16; at++) {
    const client = await connect("/query", {}, `127.0.0.${at}`);
    for (const id of ["first", "more"]) client.send({ type: "query", id, sql: id });
    greedy.push(client);
  }
  await until(() => database.asked.length === 16);
  const listener = await connect("/feed", {}, "127.0.0.100");
  for (let count = 0; count < 50; count++) expect(await listener.next()).toHaveProperty("flights");
  const honest = await connect("/query", {}, "127.0.0.101");
  honest.send({ type: "query", id: "honest", sql: "honest" });
  honest.send({ type: "nothing" });
  // It has been heard, and waits: nobody has more than it would have.
  await honest.upTo("error");
  expect(database.asked).not.toContain("honest");
  greedy[0]?.send({ type: "cancel", id: "first" });
  await until(() => database.asked.length === 17);
  expect(database.asked.at(-1)).toBe("honest");
});

test("a query that has executed for long gives way to a client that has no turn, and is told so", async () => {
  const database = new BusyEngine();
  const turns = { running: 2, patienceMillis: 1 };
  const { connect } = await running({ database, turns });
  const greedy = await connect("/query");
  for (const id of ["a", "b"]) greedy.send({ type: "query", id, sql: id });
  await until(() => database.asked.length === 2);
  const honest = await connect("/query");
  honest.send({ type: "query", id: "q1", sql: "honest" });
  expect((await greedy.upTo("error")).at(-1)).toMatchObject({ code: "gave-way" });
  await until(() => database.asked.includes("honest"));
});

test("more than may wait are refused as busy", async () => {
  const database = new BusyEngine();
  const { connect } = await running({ database, turns: { running: 1, waiting: 1 } });
  const client = await connect("/query");
  client.send({ type: "query", id: "a", sql: "a" });
  await until(() => database.asked.length === 1);
  for (const id of ["b", "c"]) client.send({ type: "query", id, sql: id });
  const [last] = (await client.upTo("error")).slice(-1);
  expect(last).toMatchObject({ id: "c", code: "busy" });
});
