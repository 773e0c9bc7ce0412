/** The server told to stop on a bad day: its engine has more to do than it ever will. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { says, start } from "./CommandLine.js";
import { Client, until } from "./running.js";

// A process starts when the machine gets to it.
vi.setConfig({ testTimeout: 120_000 });

/** A query that computes for longer than any test runs, before its first row. */
const heavy = "select sum(hash(a.range + b.range)) from range(1000000) a, range(1000000) b";

/** What has a process wait for events, however long they take: see there. */
const timeless = new URL("timeless.mjs", import.meta.url);

/** A server whose engine is busy with all the queries that two clients may have, and a listener of its feed. */
async function busyServer() {
  vi.stubEnv("NODE_OPTIONS", `--import ${timeless}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const child = start("serve", "--port", "0", "--clients", "none");
  const ended = once(child, "exit");
  const said = await says(child, /feed ws/);
  const [, host = ""] = /listens on http:..(\S+)/.exec(said) ?? [];
  const listener = await Client.open(`ws://${host}/feed`);
  const clients = [
    await Client.open(`ws://${host}/query`),
    await Client.open(`ws://${host}/query`),
  ];
  for (const client of clients) {
    for (const id of ["a", "b", "c", "d"]) client.send({ type: "query", id, sql: heavy });
    // Two have a turn at a time; they have it for long once they compute.
    for (let count = 0; count < 2; count++)
      expect(await client.next()).toMatchObject({ type: "started" });
  }
  await until(() => listener.received.length > 0);
  return { child, ended, host, listener, clients, engine: engineOf(child) };
}

/** The process of the engine; undefined where the system does not tell. */
function engineOf({ pid }: ChildProcess): number | undefined {
  if (process.platform !== "linux") return undefined;
  const found = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return Number(found[0]);
}

function isAlive(pid: number | undefined): boolean {
  return pid !== undefined && readdirSync("/proc").includes(String(pid));
}

test("a signal ends each query with a message of its own, closes everyone in order, and leaves nothing", async () => {
  const { child, ended, host, listener, clients, engine } = await busyServer();
  child.kill("SIGTERM");
  for (const client of clients) {
    expect(await client.closed).toEqual({ code: 1001, reason: "server stopping" });
    const messages = client.received.map((text) => JSON.parse(text));
    for (const id of ["a", "b", "c", "d"]) {
      const last = messages.filter((message) => message.id === id).at(-1);
      expect(last).toEqual({ type: "error", id, code: "stopping", message: "the server stops" });
    }
  }
  expect((await listener.closed).code).toBe(1001);
  expect(await ended).toEqual([0, null]);
  expect(isAlive(engine)).toBe(false);
  const [refused] = await once(connect(Number(host.split(":").at(-1)), "127.0.0.1"), "error");
  expect(refused).toMatchObject({ code: "ECONNREFUSED" });
});

test("a second signal ends it at once, and the engine with it", async () => {
  const { child, ended, listener, clients, engine } = await busyServer();
  // It cannot be done before these have read.
  for (const client of [...clients, listener]) client.pause();
  const stops = says(child, /stopping:/);
  child.kill("SIGTERM");
  await stops;
  child.kill("SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
  await until(() => !isAlive(engine));
});

test("a signal while it loads the flights ends it, with no process left", async () => {
  const child = start("serve", "--port", "0", "--clients", "none");
  const ended = once(child, "exit");
  await until(() => /EngineProcess/.test(childOf(child)));
  const engine = engineOf(child);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  await until(() => !isAlive(engine));
});

/** How the first child of a process was called, or "". */
function childOf(parent: ChildProcess): string {
  try {
    return readFileSync(`/proc/${engineOf(parent)}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
