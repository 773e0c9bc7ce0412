import { once } from "node:events";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { paths } from "../src/Visitor.js";
import { Database, running } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database.close());

test.each([...paths, "/live"])("%s is refused to foreign pages with 403", async (path) => {
  const { refusal } = await running({ database });
  const { status, body } = await refusal(path, { origin: "https://evil.example" });
  expect({ status, code: body["code"] }).toEqual({ status: 403, code: "foreign-origin" });
});

test.each([...paths, "/live"])("%s is open to its own pages, and to allowed ones", async (path) => {
  const { server } = await running({ database, origins: { allow: ["https://ops.example"] } });
  for (const origin of [server.url, "https://ops.example"]) {
    const socket = new WebSocket(server.url.replace("http", "ws") + path, { headers: { origin } });
    onTestFinished(() => socket.terminate());
    await once(socket, "open");
  }
});

test("an origin that is none is refused when the server starts", async () => {
  await expect(running({ database, origins: { allow: ["ops.example"] } })).rejects.toThrow(
    'allow.0 ("ops.example") must be an origin',
  );
});
