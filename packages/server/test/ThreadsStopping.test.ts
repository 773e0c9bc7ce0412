/** The server of several threads as one runs it: it ends in order, and lives on when one of its threads does not. */
import { once } from "node:events";
import { connect as connectTo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { complaints, end, says, start } from "./CommandLine.js";
import { Client, until } from "./running.js";
import { numbers, requested } from "./threaded.js";

// A process starts when the machine gets to it.
vi.setConfig({ testTimeout: 120_000 });

const flags = ["serve", "--threads", "2", "--port", "0"];
const alone = [...flags, "--clients", "none"];

async function started(...args: ReadonlyArray<string>) {
  const child = start(...args);
  const ended = end(child);
  const said = await says(child, /feed ws.*\n/);
  const [, host = ""] = /listens on http:..(\S+)/.exec(said) ?? [];
  const listen = (name: string) => Client.open(`ws://${host}/feed?client=${name}`);
  return { child, ended, host, listen };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s closes everyone of every thread with 1001, and the ledger is of all",
  async (signal) => {
    const { child, ended, host, listen } = await started(...alone);
    const clients = [await listen("a"), await listen("b"), await listen("c"), await listen("d")];
    await until(() => clients.every(({ received }) => received.length > 0));
    child.kill(signal);
    for (const { closed } of clients) {
      expect(await closed).toEqual({ code: 1001, reason: "server stopping" });
    }
    const { code, out, err } = await ended;
    expect([code, complaints(err)]).toEqual([0, ""]);
    for (const name of ["a", "b", "c", "d"]) {
      expect(out).toMatch(new RegExp(`^[01]\\.c\\d+ +/feed +${name} .* OK$`, "m"));
    }
    expect(out).toContain("every connection balances (4)");
    const [refused] = await once(connectTo(Number(host.split(":").at(-1)), "127.0.0.1"), "error");
    expect(refused).toMatchObject({ code: "ECONNREFUSED" });
  },
);

test("ends by itself when its time is up", async () => {
  const { code, out } = await end(start(...alone, "--for", "500ms"));
  expect(out).toContain("every connection balances (0)");
  expect(code).toBe(0);
});

test("has received what was delivered, says the ledger of its own clients in all threads", async () => {
  const { child, ended, host } = await started(...flags);
  const names = ["feed-fast", "feed-stalled", "query-fast", "query-stalled"];
  for (
    let connected: ReadonlyArray<string> = [];
    !names.every((name) => connected.includes(name));
  ) {
    const connections = JSON.parse(await requested(`http://${host}/connections`));
    connected = connections.map(({ client }: { client: string }) => client);
  }
  child.kill("SIGTERM");
  const { code, out } = await ended;
  expect(out).toMatch(/^every connection balances \(\d+\)$/m);
  for (const name of names) {
    expect(out).toMatch(new RegExp(`/(feed|query) +${name} .* OK$`, "m"));
  }
  expect(code).toBe(0);
});

test("a query is answered in every thread, each batch once and in order", async () => {
  const { host } = await started(...alone);
  const sql = "select * from flights limit 20000";
  const clients = [
    await Client.open(`ws://${host}/query`),
    await Client.open(`ws://${host}/query`),
  ];
  for (const client of clients) client.send({ type: "query", id: "q1", sql });
  for (const client of clients) {
    const messages = await client.upTo("completed");
    expect(messages.at(-1)).toMatchObject({ rows: 20_000, batches: 40 });
    const batches = messages.filter(({ type }) => type === "batch").map(({ seq }) => seq);
    expect(batches).toEqual(Array.from({ length: 40 }, (_, index) => index));
  }
});

test("a thread that ends by an error is replaced, the others lose nothing, and the ledger says that one is missing", async () => {
  vi.stubEnv("NODE_OPTIONS", `--import ${new URL("crashing.mjs", import.meta.url)}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { child, ended, host, listen } = await started(...alone);
  const clients = [await listen("a"), await listen("b")];
  await until(() => clients.every(({ received }) => received.length > 0));
  child.kill("SIGUSR2");
  const code = await Promise.race(clients.map(async ({ closed }) => (await closed).code));
  expect(code).toBe(1006);
  type Health = { readonly threads: ReadonlyArray<{ readonly thread: number }> };
  let health: Health = { threads: [] };
  const both = [{ thread: 0 }, { thread: 1 }];
  while (health.threads.length < 2) {
    health = JSON.parse(await requested(`http://${host}/healthz`));
  }
  expect(health.threads).toMatchObject(both);
  const comers = [await listen("c"), await listen("d")];
  await until(() => comers.every(({ received }) => received.length > 0));
  child.kill("SIGTERM");
  await Promise.all([...clients, ...comers].map(({ closed }) => closed));
  const { code: exit, out, err } = await ended;
  for (const one of [...clients, ...comers]) {
    const [begin = 0, ...others] = numbers(one);
    expect(others).toEqual(others.map((_, index) => begin + 1 + index));
  }
  // The one that stayed has heard all that those heard who came afterwards.
  const longest = Math.max(...clients.map((one) => numbers(one).at(-1) ?? 0));
  expect(longest).toBeGreaterThan(numbers(comers[0] as Client)[0] ?? Number.POSITIVE_INFINITY);
  expect(err).toContain("thread 1 has ended");
  expect(err).toContain("crashed by the test");
  expect(out).toContain("thread 1 has ended: what became of its connections is not known");
  expect(exit).toBe(1);
});

test("says that a port is in use, and ends with 1", async () => {
  const { host } = await started(...alone);
  const port = host.split(":").at(-1) as string;
  const { code, err } = await end(start("serve", "--threads", "2", "--port", port));
  expect(code).toBe(1);
  expect(err).toContain(`cannot listen on 127.0.0.1:${port}: the port is in use`);
});
