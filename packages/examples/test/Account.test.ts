/** A client of ten lines that counts messages and notices knows exactly what it did not get, whatever lost it. */
import { once } from "node:events";
import { type ConfigurationOptions, overflowStrategies, total } from "@sluice/core";
import { Sluice } from "@sluice/ws";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { accountOf } from "../src/client/account.js";

const topics = ["a", "b", "c"] as const;
const filler = "x".repeat(60_000);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const story = fc.record({
  overflow: fc.constantFrom(...overflowStrategies.filter((one) => one !== "disconnect")),
  maxMessages: fc.integer({ min: 2, max: 20 }),
  acts: fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          topic: fc.constantFrom(...topics),
          lane: fc.constantFrom(undefined, "control" as const, "bulk" as const),
          ttlMillis: fc.constantFrom(undefined, undefined, 1),
          large: fc.boolean(),
          times: fc.integer({ min: 1, max: 12 }),
        }),
      },
      { weight: 2, arbitrary: fc.constantFrom("stall" as const, "read" as const, "turn" as const) },
    ),
    { minLength: 10, maxLength: 40 },
  ),
});

test("R43 · in a hundred runs under random strategies and stalls its account is the server's", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void server.close());
  let next: ConfigurationOptions = {};
  const limits = { maxMessages: 10, overflow: "drop-oldest" } as const;
  const sluice = new Sluice({
    gaps: true,
    configuration: () => next,
    lanes: { control: limits, bulk: limits },
  });
  sluice.wrap(server);
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  let missing = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ overflow, maxMessages, acts }) => {
      next = { overflow, maxMessages };
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      const account = accountOf(socket as unknown as globalThis.WebSocket);
      await once(socket, "open");
      while (sluice.connections.size === 0) await turn();
      const [connection] = [...sluice.connections];
      if (connection === undefined) throw new Error("no connection");
      const offered = new Map<string, number>();
      const lanes = new Map<string, "control" | "bulk" | undefined>();
      for (const act of acts) {
        if (act === "stall") socket.pause();
        else if (act === "read") socket.resume();
        else if (act === "turn") await turn();
        else {
          const { topic, ttlMillis, large, times } = act;
          if (!lanes.has(topic)) lanes.set(topic, act.lane);
          const text = JSON.stringify({ topic, filler: large ? filler : "" });
          for (let left = times; left > 0; left--) {
            connection.offer(text, { topic, ttlMillis, lane: lanes.get(topic) });
          }
          offered.set(topic, (offered.get(topic) ?? 0) + times);
        }
      }
      socket.resume();
      const knows = () =>
        [...offered].every(([topic, count]) => {
          const { had = 0, missing = 0 } = account.get(topic) ?? {};
          return had + missing === count;
        });
      // Each turn what it knows is at most what there is, and in the end all of it.
      while (!knows()) await turn();
      const { dropped, rejected } = connection.stats();
      const lost = total({ ...dropped, ...rejected }).messages;
      const told = [...account.values()].reduce((sum, one) => sum + one.missing, 0);
      expect(told).toBe(lost);
      missing += told;
      socket.close();
      await once(socket, "close");
      while (sluice.connections.size > 0) await turn();
    }),
    { numRuns: 100 },
  );
  expect(missing).toBeGreaterThan(1_000);
});
