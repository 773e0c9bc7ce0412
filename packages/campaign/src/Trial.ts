/** One fault, done to one server: it is struck, it is given time to settle, both ledgers are compared, all leave. */
import { type Configuration, configuration } from "@sluice/core";
import type { Lateness } from "./clients/protocol.js";
import type { Fault, Setting } from "./Fault.js";
import { compare, type Difference } from "./ledger/compare.js";
import type { ClientEntry, ServerEntry } from "./ledger/Entry.js";
import { pass, Stage } from "./Stage.js";
import type { Kind, Look, Remains } from "./server/protocol.js";

export interface Outcome {
  readonly difference: Difference;
  readonly servers: ReadonlyArray<ServerEntry>;
  readonly clients: ReadonlyArray<ClientEntry>;
  readonly configuration: Configuration;
  readonly lateness: Lateness;
  readonly look: Look;
  readonly firstStruckMillis: number;
  readonly struckMillis: number;
  /** How long the victims took to have new messages; null if they have not, undefined if it was not asked. */
  readonly recoverMillis: number | null | undefined;
  readonly leaks: ReadonlyArray<string>;
  readonly problems: ReadonlyArray<string>;
}

const usual: Setting = {
  victims: 16,
  pongs: "answered",
  way: "nothing",
  receiveBytes: undefined,
  configuration: {},
  maxTotalBytes: "off",
  isReentrant: false,
  messagesPerSecond: 500,
  messageBytes: 4_096,
  node: [],
};

/** Short, so that a trial is: what takes half a minute otherwise takes a second. */
const impatient = {
  overflow: "drop-oldest",
  stallTimeoutMillis: 1_000,
  evictTimeoutMillis: 3_000,
  watchdogMillis: 200,
  healthWindowMillis: 2_000,
} as const;

export async function trial(fault: Fault, kind: Kind): Promise<Outcome> {
  const { setting = {} } = fault;
  const options = { ...impatient, ...setting.configuration };
  const stage = await Stage.open(kind, { ...usual, ...setting, configuration: options });
  try {
    await fault.strike(stage);
    const lateness = await stage.lateness();
    // Of what it is compared with nothing is judged: it may be far behind.
    if (!stage.isControl) await settle(stage);
    const look = await stage.look();
    const servers = await stage.serverEntries();
    const clients = await stage.clientEntries();
    const difference = compare(servers, clients);
    const leaks = stage.isControl ? [] : await remaining(stage);
    const { firstStruckMillis, struckMillis, restoredMillis = 0, freshMillis, problems } = stage;
    const recoverMillis = freshMillis == null ? freshMillis : freshMillis - restoredMillis;
    return {
      difference,
      servers,
      clients,
      configuration: configuration(options),
      lateness,
      look,
      firstStruckMillis,
      struckMillis,
      recoverMillis,
      leaks,
      problems: [...problems, ...look.errors],
    };
  } finally {
    stage.close();
  }
}

/** Nothing new is sent; waits until all that was delivered has come, or that is no more to be hoped for. */
async function settle(stage: Stage): Promise<void> {
  await stage.server.ask({ ask: "quiet" });
  for (let patience = 100; patience > 0; patience--) {
    const { bufferedBytes } = await stage.look();
    if (bufferedBytes === 0) {
      const servers = await stage.serverEntries();
      if (compare(servers, await stage.clientEntries()).messages === 0) return;
    }
    await pass(100);
  }
}

/** What is left of connections that have all gone. */
async function remaining(stage: Stage): Promise<ReadonlyArray<string>> {
  await stage.leave();
  let leaks: ReadonlyArray<string> = [];
  for (let patience = goneWithinMillis / lookEveryMillis; patience > 0; patience--) {
    leaks = leaked(stage.before, await stage.server.ask<Remains>({ ask: "forget" }));
    if (leaks.length === 0) return [];
    await pass(lookEveryMillis);
  }
  return leaks;
}

function leaked(before: Remains, after: Remains): ReadonlyArray<string> {
  const leaks: Array<string> = [];
  if (after.connections > 0) leaks.push(`${after.connections} connections`);
  for (const [kind, count] of Object.entries(after.resources)) {
    const more = count - (before.resources[kind] ?? 0);
    if (more > 0) leaks.push(`${more} ${kind}`);
  }
  const heapBytes = after.heapBytes - before.heapBytes;
  if (heapBytes > heapLimitBytes) leaks.push(`${Math.round(heapBytes / 1024)} KiB of heap`);
  return leaks;
}

/** uWebSockets.js keeps the socket of a client that does not answer its goodbye for 16 to 20 s. */
const goneWithinMillis = 40_000;
const lookEveryMillis = 200;

/** Code that was compiled meanwhile stays: it is no leak. */
const heapLimitBytes = 4 * 1024 * 1024;
