import { expect, test } from "vitest";
import type { Batches, Rows } from "../src/query/Rows.js";
import { running, until } from "./running.js";

test("a server that stops ends its queries first: the feed may wait for the engine, and so for them", async () => {
  let asked = 0;
  let free: () => void = () => {};
  const engineIsFree = new Promise<void>((resolve) => {
    free = resolve;
  });
  /** An engine that works on a visitor's query until that is closed, and on nothing else before. */
  const busy = {
    async stream(): Promise<Batches> {
      asked++;
      const next = () => engineIsFree.then(() => undefined);
      return { columns: [], next, close: async () => free() };
    },
    async query(): Promise<Rows> {
      asked++;
      await engineIsFree;
      throw new Error("the engine has gone");
    },
  };
  const { server, connect } = await running({ database: busy });
  const visitor = await connect("/query");
  visitor.send({ type: "query", id: "q1", sql: "select 1" });
  await until(() => asked === 1);
  const listener = await connect("/feed");
  await until(() => asked === 2);
  await server.drain();
  expect((await visitor.closed).code).toBe(1001);
  expect((await listener.closed).code).toBe(1001);
});
