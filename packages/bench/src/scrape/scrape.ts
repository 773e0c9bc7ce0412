/**
 * The longest time for which the event loop does not turn while 10,000 connections are scraped; beside the same text made
 * in one go, and beside no scrape at all, which shows what the machine does to the loop. Every total of every scrape is
 * compared with what was sent.
 */
import { setTimeout as passed } from "node:timers/promises";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Readers } from "../sockets/Readers.js";
import type { ScrapeRequest, Way } from "./protocol.js";

const rounds = 9;
const connections = 10_000;
const atATime = 1_000;
const messages = 3;

const ways: ReadonlyArray<Way | undefined> = ["sliced", "at-once", undefined];
/** As long as a scrape takes. */
const restMillis = 50;

const goal = { atMost: 5 };

export const scrape: Part = {
  name: "scrape",
  figures: {
    scrape: `longest stop of the event loop by a scrape of ${connections.toLocaleString("en")} connections`,
  },
  run: async () => {
    const child = new Child<ScrapeRequest>(new URL("./ScrapeProcess.js", import.meta.url));
    const readers = new Readers();
    try {
      const port = await child.ask<number>({ ask: "port" });
      for (let left = connections; left > 0; left -= atATime) {
        await readers.connect(port, "/", atATime);
      }
      await child.ask({ ask: "use", messages });
      const [sliced = [], atOnce = [], none = []] = await interleaved(ways, rounds, (way) =>
        longestMillis(child, port, way),
      );
      return [
        figure({
          id: "scrape",
          unit: "ms",
          ours: sliced,
          peers: { "one go": atOnce, "no scrape": none },
          goals: [goal],
        }),
      ];
    } finally {
      readers.stop();
      await child.stop();
    }
  },
};

async function longestMillis(
  child: Child<ScrapeRequest>,
  port: number,
  way: Way | undefined,
): Promise<number> {
  await child.ask({ ask: "watch" });
  if (way === undefined) await passed(restMillis);
  else check(await (await fetch(`http://127.0.0.1:${port}/${way}`)).text());
  return child.ask<number>({ ask: "longest" });
}

function check(text: string): void {
  for (const kind of ["offered", "delivered"]) {
    const sample = new RegExp(`^sluice_${kind}_messages_total{.*} (\\d+)$`, "m");
    const total = Number(sample.exec(text)?.[1]);
    if (total !== connections * messages) throw new Error(`${total} messages are ${kind}`);
  }
}
