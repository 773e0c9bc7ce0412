/** The query engine of the reference server is killed while it computes for four clients. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { imbalance, total } from "@sluice/core";
import type { ConnectionStatistics } from "@sluice/runtime";
import { QueryReader } from "../clients/QueryReader.js";
import type { OwnFault } from "../Fault.js";
import { compare } from "../ledger/compare.js";
import type { ServerEntry } from "../ledger/Entry.js";
import { plainRow, type Row } from "../Row.js";
import { pass } from "../Stage.js";

const clients = 4;
const endless = "select a.* from flights a, range(100) b";
const main = fileURLToPath(new URL("../../../server/dist/main.js", import.meta.url));

const about = {
  name: "engine",
  what: `the process of DuckDB killed in the midst of ${clients} queries of the reference server`,
  by: "signal",
  isQuick: false,
};

export const engine: OwnFault = {
  ...about,
  needs: () => (process.platform === "linux" ? undefined : "processes are found by /proc"),
  rows: async () => {
    const args = [main, "serve", "--port", "0", "--clients", "none"];
    const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    try {
      return [await killed(server, await hostOf(server))];
    } finally {
      server.kill("SIGKILL");
    }
  },
};

async function hostOf(server: ChildProcess): Promise<string> {
  let said = "";
  while (!/listens on http:..\S+\n/.test(said)) {
    said += String((await once(server.stdout as NodeJS.EventEmitter, "data"))[0]);
  }
  server.stdout?.resume();
  return /listens on http:..(\S+)/.exec(said)?.[1] as string;
}

async function killed(server: ChildProcess, host: string): Promise<Row> {
  const readers: Array<QueryReader> = [];
  for (let made = 0; made < clients; made++) readers.push(await QueryReader.open(host, `${made}`));
  for (const reader of readers) reader.ask(endless);
  await until(() => readers.every(({ entry }) => entry.received > 20));
  const struckMillis = performance.now();
  process.kill(childOf(server), "SIGKILL");
  await until(() => readers.every(({ outcome }) => outcome !== undefined));
  const detectMillis = performance.now() - struckMillis;
  const outcomes = readers.map(({ outcome }) => outcome);
  for (const reader of readers) reader.ask("select count(*) from flights");
  await until(() => readers.every(({ outcome }) => outcome !== undefined));
  const recoverMillis = performance.now() - struckMillis;
  const servers = await entriesOf(host);
  const difference = compare(
    servers,
    readers.map(({ entry }) => entry),
  );
  for (const reader of readers) reader.stop();
  return {
    ...plainRow,
    fault: about.name,
    what: about.what,
    by: about.by,
    adapter: "uws",
    cases: difference.connections,
    difference: difference.messages,
    peakBytes: Math.max(...servers.map(({ peakBytes }) => peakBytes)),
    boundBytes: boundBytes,
    detectMillis,
    recoverMillis,
    problems: [
      ...difference.words,
      ...outcomes.filter((outcome) => outcome !== "interrupted").map((outcome) => `${outcome}`),
      ...readers
        .filter(({ outcome }) => outcome !== "completed")
        .map(({ outcome }) => `afterwards: ${outcome}`),
    ],
  };
}

/** The outbox of a connection of `/query`. */
const boundBytes = 1024 * 1024;

function childOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

/** In the order in which they connected. */
async function entriesOf(host: string): Promise<ReadonlyArray<ServerEntry>> {
  const response = await fetch(`http://${host}/connections`);
  const found = (await response.json()) as ReadonlyArray<ConnectionStatistics>;
  return found.map((statistics, at) => {
    const { offered, delivered, dropped, rejected, buffered, waiting, peak } = statistics;
    if (imbalance(statistics).bytes !== 0) throw new Error(`the bytes of ${at} do not balance`);
    return {
      client: `${at}`,
      offered: offered.messages,
      delivered: delivered.messages,
      dropped: total(dropped).messages,
      rejected: total(rejected).messages,
      buffered: buffered.messages,
      waiting: waiting.messages,
      acknowledged: statistics.receipts.acknowledged.messages,
      peakBytes: peak.bytes,
      numbers: null,
      closedBy: null,
      code: null,
    };
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let patience = 600; !condition(); patience--) {
    if (patience === 0) throw new Error("the queries did not go on within 30 s");
    await pass(50);
  }
}
