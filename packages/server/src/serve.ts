/** `sluice serve`: the server with its clients, its live table and, at the end, its ledger. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { DemoClients } from "./clients/DemoClients.js";
import { type InspectTarget, startInspecting } from "./inspecting.js";
import { ledger } from "./Ledger.js";
import { LiveTable } from "./LiveTable.js";
import { Database } from "./query/Database.js";
import { ListenError, Server } from "./Server.js";
import { EnvironmentError, Telemetry } from "./Telemetry.js";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly clients: "demo" | "none";
  /** Until it is told to stop, if undefined. */
  readonly forMillis: number | undefined;
  /** Where connections are shown in Stately's inspector, if anywhere. */
  readonly inspect?: InspectTarget;
}

/** Serves until the time is up or a signal comes. Returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const stopping = stopSignal();
  const telemetry = await startTelemetry();
  if (telemetry === undefined) return 2;
  const database = await Database.open();
  try {
    const { host, port } = options;
    const server = await Server.start({ database, host, port, telemetry });
    return await attend(server, options, stopping);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    console.error(`error: ${error.message}`);
    return 1;
  } finally {
    stopping.abort();
    await database.close();
    await telemetry.stop();
  }
}

async function attend(
  server: Server,
  { clients, forMillis, inspect }: ServeOptions,
  stopping: AbortController,
): Promise<number> {
  console.log(`sluice listens on ${server.url}`);
  console.log(`  page ${server.url}/  queries ${ws(server)}/query  feed ${ws(server)}/feed`);
  const inspecting =
    inspect === undefined ? undefined : await startInspecting(server.registries, inspect);
  const demo = clients === "demo" ? DemoClients.start(server) : undefined;
  if (demo !== undefined) server.page.demonstrate(demo);
  const table = new LiveTable(server.book, process.stdout);
  await wait(forMillis, stopping.signal);
  table.stop();
  console.log("stopping: the clients read what is left");
  try {
    demo?.finish();
    await server.drain();
    const { lines, balances } = ledger(server.book, await demo?.receipts());
    console.log(lines.join("\n"));
    return balances ? 0 : 1;
  } finally {
    await inspecting?.();
    await server.stop();
  }
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

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): AbortController {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name of ["SIGINT", "SIGTERM"]) {
    once(process, name, { signal }).then(
      () => stopping.abort(),
      () => {},
    );
  }
  return stopping;
}

async function wait(millis: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (millis === undefined) await once(signal, "abort");
  else await sleep(millis, undefined, { signal }).catch(() => {});
}

function ws(server: Server): string {
  return server.url.replace("http", "ws");
}
