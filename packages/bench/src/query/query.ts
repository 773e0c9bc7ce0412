/**
 * Rows a second of the reference server's `/query`, to a client that reads as fast as it can: beside the same messages
 * of the same engine in a bare loop over a socket, and beside reading them and throwing them away.
 */

import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import type { Ports, QueryRequest } from "./protocol.js";
import { QueryClient } from "./QueryClient.js";

const rounds = 15;
const count = 100_000;
const batchRows = 500;
const sql = `select * from flights limit ${count}`;

const kinds = ["ours", "bare", "unsent"] as const;
type Kind = (typeof kinds)[number];

const bareName = "a bare loop";

export const query: Part = {
  name: "query",
  figures: { query: `rows of a query to a fast client, ${count.toLocaleString("en")} of them` },
  run: async () => {
    const child = new Child<QueryRequest>(new URL("./QueryProcess.js", import.meta.url));
    const clients: Array<QueryClient> = [];
    try {
      const ports = await child.ask<Ports>({ ask: "ports" });
      const ours = await QueryClient.open(ports.ours);
      const bare = await QueryClient.open(ports.bare);
      clients.push(ours, bare);
      const wanted = { type: "query", id: "q1", sql, batchRows } as const;
      const ways: Readonly<Record<Kind, () => Promise<number>>> = {
        ours: () => ours.ask(wanted),
        bare: () => bare.ask(wanted),
        unsent: () => child.ask<number>({ ask: "drain", sql, batchRows }),
      };
      const [mine = [], loop = [], unsent = []] = await interleaved(kinds, rounds, (kind) =>
        rowsPerSecond(ways[kind]),
      );
      return [
        figure({
          id: "query",
          unit: "rows/s",
          ours: mine,
          peers: { [bareName]: loop, "batches that go nowhere": unsent },
          goals: [{ atLeast: 0.95, of: bareName }],
        }),
      ];
    } finally {
      for (const client of clients) client.stop();
      await child.stop();
    }
  },
};

async function rowsPerSecond(ask: () => Promise<number>): Promise<number> {
  const startMillis = performance.now();
  const rows = await ask();
  if (rows !== count) throw new Error(`${rows} rows came of ${count}`);
  return (rows * 1000) / (performance.now() - startMillis);
}
