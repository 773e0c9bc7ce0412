/**
 * One server with very many connections, with Sluice or without: what they cost while they are idle and after messages
 * to all of them, how long such a message takes, and what is wrong with the counts of server and clients.
 */
import { setTimeout as passed } from "node:timers/promises";
import { Child } from "../Child.js";
import { type KernelMemory, kernelMemory } from "./kernel.js";
import type {
  ClientsRequest,
  Counts,
  Footprint,
  Kind,
  Ledger,
  LoopDelay,
  ServerRequest,
} from "./protocol.js";

/** What it came to. */
export interface Trial {
  readonly connections: number;
  /** Those that a message reaches by the app's topics. */
  readonly joined: number;
  /** The whole server, at its end. */
  readonly server: Footprint;
  /** Of one connection, in bytes: idle, and after messages. */
  readonly idle: Footprint;
  readonly used: Footprint;
  /** Of one connection, both ends of it together, in bytes; null where the kernel does not tell. */
  readonly kernel: { readonly objects: number; readonly buffers: number } | null;
  readonly rest: LoopDelay;
  readonly busy: LoopDelay;
  /** From publishing to the last receipt of the last client: of the first message, and of each one after it. */
  readonly firstMillis: number;
  readonly millis: ReadonlyArray<number>;
  readonly problems: ReadonlyArray<string>;
}

/** So many connections before the first measurement, so that code and buffers are there. */
const warmup = 100;
/** For each process of clients, which has an address of its own. */
const perProcess = 5_000;
const restSeconds = 5;
/** The first goes by the outboxes. After it, whoever keeps up reads with others. */
const messages = 11;

export async function trial(kind: Kind, all: number): Promise<Trial> {
  const connections = all - warmup;
  const server = new Child<ServerRequest>(new URL("./ServerProcess.js", import.meta.url), [kind]);
  const processes = Array.from(
    { length: Math.ceil(connections / perProcess) },
    () => new Child<ClientsRequest>(new URL("./ClientsProcess.js", import.meta.url)),
  );
  try {
    const port = await server.ask<number>({ ask: "port" });
    const connect = (at: number, count: number) =>
      processes[at]?.ask({ ask: "connect", port, from: `127.0.0.${at + 1}`, count });
    await connect(0, warmup);
    const before = await server.ask<Footprint>({ ask: "footprint" });
    const kernelBefore = kernelMemory();
    await Promise.all(
      processes.map((_, at) => connect(at, Math.min(perProcess, connections - at * perProcess))),
    );
    const idle = await server.ask<Footprint>({ ask: "footprint" });
    const kernel = kernelOf(kernelBefore, kernelMemory(), connections);
    await server.ask({ ask: "broadcast", messages: 1 });
    const joined = await joinedOf(server, all);
    const rest = await server.ask<LoopDelay>({ ask: "rest", seconds: restSeconds });
    const busy = await server.ask<LoopDelay>({ ask: "broadcast", messages: messages - 1 });
    const ledgers = await settled(processes, all);
    const counts = kind === "sluice" ? await acknowledged(server, all) : undefined;
    const used = await server.ask<Footprint>({ ask: "footprint" });
    const [firstMillis = Number.NaN, ...millis] = Array.from({ length: messages }, (_, at) =>
      takenMillis(ledgers, at),
    );
    return {
      connections: all,
      joined,
      server: used,
      idle: each(before, idle, connections),
      used: each(before, used, connections),
      kernel,
      rest,
      busy,
      firstMillis,
      millis,
      problems: [...ledgerProblems(ledgers, all), ...countProblems(counts, all)],
    };
  } finally {
    await Promise.all(processes.map((clients) => clients.stop()));
    await server.stop();
  }
}

/** Whoever keeps up reads with others from about a second on; who does not by then is sent to alone. */
async function joinedOf(server: Child<ServerRequest>, all: number): Promise<number> {
  for (let patience = 100; ; patience--) {
    const joined = await server.ask<number>({ ask: "joined" });
    if (joined >= all || patience === 0) return joined;
    await passed(100);
  }
}

/** Asks until everyone has everything, or has had time enough. */
async function settled(
  processes: ReadonlyArray<Child<ClientsRequest>>,
  all: number,
): Promise<ReadonlyArray<Ledger>> {
  for (let patience = 100; ; patience--) {
    const ledgers = await Promise.all(
      processes.map((clients) => clients.ask<Ledger>({ ask: "ledger" })),
    );
    if (having(ledgers, messages - 1) === all || patience === 0) return ledgers;
    await passed(100);
  }
}

/** The last message is asked for within a second. */
async function acknowledged(server: Child<ServerRequest>, all: number): Promise<Counts> {
  for (let patience = 50; ; patience--) {
    const counts = await server.ask<Counts>({ ask: "counts" });
    if (counts.acknowledged === all * messages || patience === 0) return counts;
    await passed(200);
  }
}

/** Clients that have received a message. */
const having = (ledgers: ReadonlyArray<Ledger>, at: number) =>
  ledgers.reduce((sum, { clients }) => sum + (clients[at] ?? 0), 0);

function takenMillis(ledgers: ReadonlyArray<Ledger>, at: number): number {
  const last = Math.max(...ledgers.map(({ lastMillis }) => lastMillis[at] ?? Number.NaN));
  return last - (ledgers[0]?.publishedMillis[at] ?? Number.NaN);
}

function ledgerProblems(ledgers: ReadonlyArray<Ledger>, all: number): ReadonlyArray<string> {
  const sum = (count: (ledger: Ledger) => number) =>
    ledgers.reduce((before, ledger) => before + count(ledger), 0);
  const problems: Array<string> = [];
  for (let at = 0; at < messages; at++) {
    const have = having(ledgers, at);
    if (have !== all) problems.push(`message ${at} has reached ${have} clients of ${all}`);
  }
  const strangers = sum((ledger) => ledger.strangers);
  if (strangers > 0) problems.push(`${strangers} messages were not the next one`);
  const closed = sum((ledger) => ledger.closed);
  if (closed > 0) problems.push(`${closed} connections have closed`);
  return problems;
}

/** What the server counts is what the clients have received. */
function countProblems(counts: Counts | undefined, all: number): ReadonlyArray<string> {
  if (counts === undefined) return [];
  const sent = all * messages;
  const right: Counts = {
    connections: all,
    offered: sent,
    delivered: sent,
    acknowledged: sent,
    others: 0,
  };
  const names = Object.keys(right) as ReadonlyArray<keyof Counts>;
  return names
    .filter((name) => counts[name] !== right[name])
    .map((name) => `the server counts ${counts[name]} ${name}, not ${right[name]}`);
}

function each(before: Footprint, after: Footprint, connections: number): Footprint {
  return {
    heap: (after.heap - before.heap) / connections,
    resident: (after.resident - before.resident) / connections,
  };
}

function kernelOf(
  before: KernelMemory | undefined,
  after: KernelMemory | undefined,
  connections: number,
): Trial["kernel"] {
  if (before === undefined || after === undefined) return null;
  return {
    objects: (after.objectBytes - before.objectBytes) / connections,
    buffers: (after.bufferBytes - before.bufferBytes) / connections,
  };
}
