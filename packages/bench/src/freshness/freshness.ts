/**
 * How old messages are when they arrive, at clients that read slower than they are sent: with receipts, without, and from
 * uWebSockets.js alone. All of a strategy read the same feed at once, each at its own pace.
 */
import type { OverflowStrategy } from "@sluice/core";
import { textTable } from "@sluice/properties/text";
import { Child } from "../Child.js";
import { type Figure, figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { significant } from "../Report.js";
import {
  type Ages,
  feed,
  type Kind,
  kinds,
  nowMillis,
  pathOf,
  type ReadersRequest,
  type ServerRequest,
  type Share,
  shares,
  strategies,
} from "./protocol.js";

type Cell = readonly [OverflowStrategy, Share];

/** What is shown as a figure. The others are printed only. */
const cells: ReadonlyArray<Cell> = [
  ...shares.map((share): Cell => ["drop-oldest", share]),
  ["drop-newest", 1 / 3],
  ["drop-all", 1 / 3],
  ["block", 1 / 3],
];
const third = idOf(["drop-oldest", 1 / 3]);

export const freshness: Part = {
  name: "freshness",
  figures: {
    ...Object.fromEntries(cells.map((cell) => [idOf(cell), inWords(cell)])),
    "freshness-cost":
      "how much older messages are with receipts, at a client that reads as fast as it can",
  },
  run,
};

async function run(): Promise<ReadonlyArray<Figure>> {
  const server = new Child<ServerRequest>(new URL("./FeedServer.js", import.meta.url));
  const readers = new Child<ReadersRequest>(new URL("./ReadersProcess.js", import.meta.url));
  const ages = new Map<string, Ages>();
  for (const strategy of strategies) {
    for (const [name, one] of await measure(server, readers, strategy)) ages.set(name, one);
  }
  await readers.stop();
  await server.stop();
  for (const line of table(ages)) console.log(`  ${line}`);
  const median = ([strategy, share]: Cell, kind: Kind) =>
    ages.get(nameOf(strategy, kind, share))?.median ?? Number.NaN;
  const free: Cell = ["drop-oldest", null];
  return [
    ...cells.map((cell) =>
      figure({
        id: idOf(cell),
        unit: "ms",
        ours: [median(cell, "on")],
        peers: {
          "that without receipts": [median(cell, "off")],
          "uWebSockets.js alone": [median(cell, "bare")],
        },
        goals: idOf(cell) === third ? [{ atMost: 150 }] : [],
      }),
    ),
    figure({
      id: "freshness-cost",
      unit: "ms",
      ours: [median(free, "on") - median(free, "off")],
      goals: [{ atMost: 1 }],
    }),
  ];
}

function table(ages: ReadonlyMap<string, Ages>): ReadonlyArray<string> {
  const head = ["p50 / p99, ms", "", ...shares.map(percent)];
  const rows = strategies.flatMap((strategy) =>
    kinds.map((kind) => {
      const texts = shares.map((share) => {
        const one = ages.get(nameOf(strategy, kind, share)) as Ages;
        if (one.isClosed) return "disconnected";
        return `${significant(one.median)} / ${significant(one.p99)}`;
      });
      return [strategy, kind === "bare" ? "uWS alone" : `receipts ${kind}`, ...texts];
    }),
  );
  return textTable(head, rows);
}

function idOf([strategy, share]: Cell): string {
  return `freshness-${strategy}-${share === null ? "free" : Math.round(share * 100)}`;
}

function inWords([strategy, share]: Cell): string {
  const { messagesPerSecond, messageBytes } = feed;
  const reads = share === null ? "as fast as it can" : `${percent(share)} of it`;
  return `age on arrival, ${messagesPerSecond.toLocaleString("en")} messages of ${messageBytes} B/s, \`${strategy}\`, a client that reads ${reads}`;
}

const nameOf = (strategy: OverflowStrategy, kind: Kind, share: Share) =>
  `${strategy} ${kind} ${share}`;
function percent(share: Share): string {
  return share === null ? "free" : `${Math.round(share * 100)} %`;
}

async function measure(
  server: Child<ServerRequest>,
  readers: Child<ReadersRequest>,
  strategy: OverflowStrategy,
): Promise<ReadonlyMap<string, Ages>> {
  const port = await server.ask<number>({ ask: "port" });
  const clients = kinds.flatMap((kind) => shares.map((share) => ({ kind, share })));
  const bytesPerSecond = feed.messagesPerSecond * feed.messageBytes;
  await readers.ask({
    ask: "connect",
    port,
    readers: clients.map(({ kind, share }) => ({
      path: pathOf(strategy, kind),
      bytesPerSecond: share === null ? null : share * bytesPerSecond,
    })),
  });
  const sinceMillis = nowMillis() + (feed.seconds * 1000) / 2;
  await server.ask({ ask: "run", seconds: feed.seconds });
  const ages = await readers.ask<ReadonlyArray<Ages>>({ ask: "ages", sinceMillis });
  return new Map(
    clients.map(({ kind, share }, at) => [nameOf(strategy, kind, share), ages[at] as Ages]),
  );
}
