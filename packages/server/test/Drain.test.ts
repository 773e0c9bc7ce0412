import { expect, test } from "vitest";
import { BusyEngine } from "./BusyEngine.js";
import { running, until } from "./running.js";

test("a server that stops tells each query so, whatever the engine does, and closes everyone in order", async () => {
  const database = new BusyEngine();
  const { server, connect } = await running({ database });
  const visitor = await connect("/query");
  for (const id of ["q1", "q2", "q3"]) visitor.send({ type: "query", id, sql: id });
  await until(() => database.asked.length === 2);
  const listener = await connect("/feed");
  await listener.next();
  await server.drain();
  expect(await visitor.closed).toEqual({ code: 1001, reason: "server stopping" });
  expect((await listener.closed).code).toBe(1001);
  const messages = visitor.received.map((text) => JSON.parse(text));
  for (const id of ["q1", "q2", "q3"]) {
    const last = { type: "error", id, code: "stopping", message: "the server stops" };
    expect(messages.filter((message) => message.id === id).at(-1)).toEqual(last);
  }
});
