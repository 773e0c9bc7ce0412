/** `sluice serve`: the server with its clients, its live table and, at the end, its ledger. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Progress, Stopping } from "@sluice/cli";
import type { Demonstration } from "@sluice/page";
import type { AdmissionOptions } from "@sluice/uws";
import type { Accounts, ConnectionBook } from "./ConnectionBook.js";
import { DemoClients, type Stage } from "./clients/DemoClients.js";
import type { Cluster } from "./cluster/Cluster.js";
import { collectAlone } from "./collectAlone.js";
import { checkedAdmission, checkedOrigins, tokenName } from "./entering.js";
import type { Registries } from "./http/Metrics.js";
import { type InspectTarget, startInspecting } from "./inspecting.js";
import { ledger } from "./Ledger.js";
import { LiveTable } from "./LiveTable.js";
import { Database } from "./query/Database.js";
import { ListenError, Server } from "./Server.js";
import { EnvironmentError, Telemetry } from "./Telemetry.js";
import { sharesProblem } from "./threads/shares.js";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly clients: "demo" | "none";
  /** Until it is told to stop, if undefined. */
  readonly forMillis: number | undefined;
  /** Where connections are shown in Stately's inspector, if anywhere. */
  readonly inspect?: InspectTarget | undefined;
  /** Aborted when what is printed reaches nobody any more. */
  readonly gone: AbortSignal;
  /** How long one query may execute. */
  readonly queryTimeoutMillis: number;
  /** Threads that serve; more than one are behind one port. */
  readonly threads?: number | undefined;
  /** NATS, by which it shares its feed with other servers. */
  readonly nats?: string | undefined;
  /** Origins whose pages may connect besides its own. */
  readonly origins?: ReadonlyArray<string>;
  /** Who is let in, but for the token: that is in the environment, for arguments are seen by all of a machine. */
  readonly admission?: Omit<AdmissionOptions, "token" | "isExempt">;
}

/** Serves until the time is up, a signal comes or its reader goes away. Returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const origins = checkedOrigins(options.origins ?? []);
  const admission = checkedAdmission({ ...options.admission, token: process.env[tokenName] });
  if (origins === undefined || admission === undefined) return 2;
  const refusal = threadsProblem(options, admission);
  if (refusal !== undefined) {
    console.error(`error: ${refusal}`);
    return 2;
  }
  collectAlone();
  const stopping = new Stopping(options.gone);
  const telemetry = await startTelemetry();
  if (telemetry === undefined) return 2;
  const loading = new Progress("loading the flights", process.stderr);
  const { signal } = stopping;
  const timeLimitMillis = options.queryTimeoutMillis;
  const opening = Database.open({ timeLimitMillis, signal }).finally(() => loading.end());
  const database = await opening.catch((error) => {
    if (!signal.aborted) throw error;
  });
  let cluster: Cluster | undefined;
  try {
    const { host, port, threads = 1 } = options;
    // Told to stop before it had begun.
    if (database === undefined) return 0;
    if (threads > 1) {
      // Nothing of threads is loaded where one is enough.
      const { ThreadedServer } = await import("./threads/ThreadedServer.js");
      const given = { database, host, port, threads, origins, admission };
      return await attend(await ThreadedServer.start(given), options, signal);
    }
    cluster = await clusterAt(options.nats);
    const given = { database, host, port, telemetry, origins, admission, cluster };
    const server = await Server.start(given);
    return await attend(server, options, signal);
  } catch (error) {
    if (!(error instanceof ListenError || error instanceof NatsError)) throw error;
    console.error(`error: ${error.message}`);
    return 1;
  } finally {
    stopping.end();
    await cluster?.close();
    await database?.close();
    await telemetry.stop();
  }
}

/** A server of one thread or of several. */
interface Attended extends Stage {
  readonly book: Pick<ConnectionBook, "glance"> & Accounts;
  /** Of a server of one thread. */
  readonly registries?: Registries;
  demonstrate(demonstration: Demonstration): void;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

async function attend(
  server: Attended,
  { clients, forMillis, inspect }: ServeOptions,
  stopping: AbortSignal,
): Promise<number> {
  console.log(`sluice listens on ${server.url}`);
  console.log(`  page ${server.url}/  queries ${ws(server)}/query  feed ${ws(server)}/feed`);
  const { registries } = server;
  const inspecting =
    inspect === undefined || registries === undefined
      ? undefined
      : await startInspecting(registries, inspect);
  const demo = clients === "demo" ? DemoClients.start(server) : undefined;
  if (demo !== undefined) server.demonstrate(demo);
  const table = new LiveTable(server.book, process.stdout);
  await wait(forMillis, stopping);
  table.say("stopping: the clients read what is left, for 15 s at the most");
  try {
    demo?.finish();
    await server.drain();
    const receipts = await demo?.receipts();
    table.stop();
    const { lines, balances } = ledger(server.book, receipts);
    console.log(lines.join("\n"));
    return balances ? 0 : 1;
  } finally {
    table.stop();
    await inspecting?.();
    await server.stop();
  }
}

/** What cannot be had of a server of several threads. */
function threadsProblem(
  { threads = 1, nats, inspect }: ServeOptions,
  admission: AdmissionOptions,
): string | undefined {
  if (threads === 1) return undefined;
  const alone = `needs --threads 1, not ${threads}`;
  if (nats !== undefined)
    return `--nats (${nats}) ${alone}: several threads share no feed with other servers`;
  if (inspect !== undefined)
    return `--inspect (${inspect}) ${alone}: the inspector shows the connections of one thread`;
  return sharesProblem(admission, threads);
}

/** NATS cannot be reached where it was said to be. */
class NatsError extends Error {}

/** Nothing of NATS is loaded where none is asked for. */
async function clusterAt(nats: string | undefined): Promise<Cluster | undefined> {
  if (nats === undefined) return undefined;
  const { Cluster } = await import("./cluster/Cluster.js");
  return Cluster.join(nats).catch((error) => {
    throw new NatsError(`NATS (${nats}) cannot be reached: ${error.message}`);
  });
}

/** Undefined when the environment is wrong; that has been said then. */
async function startTelemetry(): Promise<Telemetry | undefined> {
  try {
    return await Telemetry.start(process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(`error: ${error.message}`);
    return undefined;
  }
}

async function wait(millis: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (millis === undefined) await once(signal, "abort");
  else await sleep(millis, undefined, { signal }).catch(() => {});
}

function ws(server: Attended): string {
  return server.url.replace("http", "ws");
}
