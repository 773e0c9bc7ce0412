/**
 * `sluice demo prices`: 500 order books that change 20,000 times a second, to a client that keeps up, one that reads a tenth
 * of that, and one that stops. Each has the true last book of every symbol in the end, and the slow one is never far behind.
 */

import { App, us_socket_local_port } from "uWebSockets.js";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { textTable } from "@sluice/cli";
import { total } from "@sluice/core";
import { type Label, type Message, Sluice, type UwsConnection } from "@sluice/uws";
import { Market } from "./Market.js";
import { marketClosed, type PriceHabit, type PriceReport } from "./PriceClient.js";
import type { PriceThreadData } from "./PriceThread.js";

export interface PricesOptions {
  /** How long the market is open. */
  readonly forMillis: number;
  readonly updatesPerSecond?: number | undefined;
  readonly symbols?: number | undefined;
  /** One JSON document in place of lines. */
  readonly json?: boolean | undefined;
  readonly print?: ((line: string) => void) | undefined;
  /** Aborted when nobody looks any more. */
  readonly signal?: AbortSignal | undefined;
}

/** What one client got. */
export interface PriceRow {
  readonly client: string;
  /** Changes that there were for it. */
  readonly updates: number;
  readonly delivered: number;
  /** Superseded before they were sent. */
  readonly conflated: number;
  /** Lost in any other way. */
  readonly lost: number;
  /** Symbols of which it has the true last book, of so many. */
  readonly right: number;
  readonly symbols: number;
  readonly medianAgeMillis: number | null;
}

/** A thread runs compiled code; from `src` as from `dist` this is the way to it. */
const thread = new URL("../../dist/prices/PriceThread.js", import.meta.url);

/** About as many bytes as a book has. */
const bookBytes = 90;
const tickMillis = 5;
/** Nobody is waited for longer than that when the market has closed. */
const patienceMillis = 30_000;

/** Prints what each client got; 1 if one has not the true last book of every symbol. */
export async function runPrices(options: PricesOptions): Promise<number> {
  const { print = console.log, json = false, updatesPerSecond = 20_000, symbols = 500 } = options;
  const habits: ReadonlyArray<PriceHabit> = [
    { name: "fast", bytesPerSecond: Number.POSITIVE_INFINITY },
    { name: "slow", bytesPerSecond: Math.round((updatesPerSecond * bookBytes) / 10) },
    { name: "stalled", bytesPerSecond: 0 },
  ];
  const rows = await play(new Market(symbols), habits, { ...options, updatesPerSecond });
  const holds = rows.length === habits.length && rows.every((row) => row.right === row.symbols);
  if (json) print(JSON.stringify({ holds, clients: rows }, undefined, 2));
  else for (const line of linesOf(rows)) print(line);
  return holds ? 0 : 1;
}

async function play(
  market: Market,
  habits: ReadonlyArray<PriceHabit>,
  { forMillis, updatesPerSecond, signal }: PricesOptions & { readonly updatesPerSecond: number },
): Promise<ReadonlyArray<PriceRow>> {
  const app = App();
  const sluice = new Sluice({ app, configuration: { maxMessages: 2 * market.size } });
  const prices = sluice.wrap({
    open: (socket) => void sluice.of(socket).subscribe("prices"),
    message: (socket, name) => {
      sluice.of(socket).label = Buffer.from(name).toString();
    },
  });
  app.ws("/prices", prices);
  const port = await new Promise<number>((resolve, reject) => {
    app.listen("127.0.0.1", 0, (listening) => {
      if (listening === false) reject(new Error("no port to listen on"));
      else resolve(us_socket_local_port(listening as never));
    });
  });
  const workerData: PriceThreadData = { url: `ws://127.0.0.1:${port}/prices`, habits };
  const clients = new Worker(thread, { workerData });
  const reports: Array<PriceReport> = [];
  let failure: Error | undefined;
  clients.on("message", (report: PriceReport) => reports.push(report));
  clients.on("error", (error) => {
    failure = error;
  });
  const ended = new Promise<void>((resolve) => clients.once("exit", () => resolve()));
  try {
    const named = () => [...sluice.connections].filter(({ label }) => label !== undefined);
    while (named().length < habits.length && failure === undefined) await sleep(tickMillis);
    const connections = named();
    await trade(market, { forMillis, updatesPerSecond, signal }, (text, label) =>
      sluice.publish("prices", text, label),
    );
    sluice.publish("prices", marketClosed);
    clients.postMessage("closed");
    await Promise.race([ended, sleep(patienceMillis, undefined, { ref: false })]);
    if (failure !== undefined) throw failure;
    return connections.flatMap((connection) => {
      const report = reports.find(({ name }) => name === connection.label);
      return report === undefined ? [] : [rowOf(market, report, connection)];
    });
  } finally {
    await clients.terminate();
    app.close();
  }
}

/** So many changes a second, as evenly as a timer can. */
async function trade(
  market: Market,
  { forMillis, updatesPerSecond, signal }: PricesOptions & { readonly updatesPerSecond: number },
  publish: (text: string, label: Label<Message>) => void,
): Promise<void> {
  const startMillis = performance.now();
  for (;;) {
    const openMillis = Math.min(performance.now() - startMillis, forMillis);
    const due = Math.floor((openMillis * updatesPerSecond) / 1_000);
    while (market.version < due) {
      const { book, label } = market.next();
      publish(JSON.stringify(book), label);
    }
    if (openMillis >= forMillis || signal?.aborted) return;
    await sleep(tickMillis);
  }
}

function rowOf(market: Market, report: PriceReport, connection: UwsConnection): PriceRow {
  const { offered, delivered, dropped, rejected } = connection.stats();
  const { conflated, ...others } = dropped;
  const books = [...market.books.values()];
  return {
    client: report.name,
    // The word that it is over is one of them.
    updates: offered.messages - 1,
    delivered: delivered.messages - 1,
    conflated: conflated.messages,
    lost: total({ ...others, ...rejected }).messages + report.backwards,
    right: books.filter(({ symbol, version }) => report.versions[symbol] === version).length,
    symbols: books.length,
    medianAgeMillis: report.medianAgeMillis,
  };
}

function* linesOf(rows: ReadonlyArray<PriceRow>): Iterable<string> {
  const head = ["client", "updates", "delivered", "conflated", "lost", "last values", "median age"];
  const cells = rows.map((row) => [
    row.client,
    `${row.updates}`,
    `${row.delivered}`,
    `${row.conflated}`,
    `${row.lost}`,
    `${row.right} of ${row.symbols} true`,
    row.medianAgeMillis === null ? "" : `${row.medianAgeMillis} ms`,
  ]);
  yield* textTable(head, cells);
}
