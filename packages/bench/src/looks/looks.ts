/**
 * The longest time for which the event loop of the reference server does not turn while 5,000 connections are looked at:
 * by the live table, the page, a scraper and a reader of `/connections`. Beside it is the same while nobody looks, which
 * has the server's own work of each second, and what the machine does to it.
 */
import { once } from "node:events";
import { setTimeout as passed } from "node:timers/promises";
import { WebSocket } from "ws";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Readers } from "../sockets/Readers.js";
import type { LooksRequest } from "./protocol.js";

const rounds = 5;
const connections = 5_000;
const atATime = 1_000;
/** Table and page look once a second. */
const lookedMillis = 2_500;

/** How each looks, at a server on a port. */
const looking: Readonly<Record<string, (port: number) => Promise<void>>> = {
  table: () => passed(lookedMillis),
  page: openPage,
  metrics: (port) => fetchFor(port, "/metrics"),
  connections: (port) => fetchFor(port, "/connections"),
  none: () => passed(lookedMillis),
};

const goal = { atMost: 10 };
const stop = `longest stop of the event loop at ${connections.toLocaleString("en")} connections by`;

export const looks: Part = {
  name: "looks",
  figures: {
    "looks-table": `${stop} the live table`,
    "looks-page": `${stop} a page that opens and looks on`,
    "looks-metrics": `${stop} \`/metrics\``,
    "looks-connections": `${stop} \`/connections\``,
  },
  run: async () => {
    const child = new Child<LooksRequest>(new URL("./LooksProcess.js", import.meta.url));
    const readers = new Readers();
    try {
      const port = await child.ask<number>({ ask: "port" });
      for (let left = connections; left > 0; left -= atATime) {
        await readers.connect(port, "/feed", atATime);
      }
      const ways = Object.keys(looking);
      const found = await interleaved(ways, rounds, (way) => longestMillis(child, port, way));
      const none = found.at(-1) ?? [];
      return ways.slice(0, -1).map((way, index) =>
        figure({
          id: `looks-${way}`,
          unit: "ms",
          ours: found[index] ?? [],
          peers: { "no look": none },
          goals: [goal],
        }),
      );
    } finally {
      readers.stop();
      await child.stop();
    }
  },
};

async function longestMillis(
  child: Child<LooksRequest>,
  port: number,
  way: string,
): Promise<number> {
  await child.ask({ ask: "watch", hasTable: way === "table" });
  await looking[way]?.(port);
  return child.ask<number>({ ask: "longest" });
}

async function openPage(port: number): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const page = new WebSocket(`ws://${host}/live`, { origin: `http://${host}` });
  let seen = 0;
  page.on("message", (data: Buffer) => {
    const { type, columns } = JSON.parse(data.toString());
    if (type !== "snapshot") return;
    seen++;
    if (columns.id.length !== connections) throw new Error(`${columns.id.length} are listed`);
  });
  while (seen < 3) await once(page, "message");
  page.terminate();
}

async function fetchFor(port: number, path: string): Promise<void> {
  const end = performance.now() + lookedMillis;
  while (performance.now() < end) {
    // Read and not looked at: a busy reader would take the server's processor from it.
    const { body } = await fetch(`http://127.0.0.1:${port}${path}`);
    for await (const _ of body ?? []);
    await passed(lookedMillis / 5);
  }
}
