/** A server of several threads: whichever of them is asked, it answers for all. */
import type { Demonstration } from "@sluice/page";
import { expect, test, vi } from "vitest";
import { top } from "../../cli/src/top/top.js";
import { BusyEngine } from "./BusyEngine.js";
import { type Client, type Json, QueryError, until } from "./running.js";
import { nextOf, numbers, threaded } from "./threaded.js";

// Threads start when the machine gets to them.
vi.setConfig({ testTimeout: 120_000 });

/** Four listeners, which two threads have in turn. */
async function listeners(connect: (path: string) => Promise<Client>) {
  const clients: Array<Client> = [];
  for (const name of ["a", "b", "c", "d"]) clients.push(await connect(`/feed?client=${name}`));
  return clients;
}

test("/connections, /healthz, /metrics and /evictions of each thread are those of all", async () => {
  const { connect, request } = await threaded();
  await listeners(connect);
  for (const _ of [0, 1]) {
    const connections = JSON.parse(await request("/connections")) as ReadonlyArray<Json>;
    expect(connections.map(({ client }) => client).sort()).toEqual(["a", "b", "c", "d"]);
    expect(connections.map(({ thread }) => thread)).toEqual([0, 0, 1, 1]);
    expect(new Set(connections.map(({ id }) => id)).size).toBe(4);
    for (const one of connections) {
      expect(one).toMatchObject({
        path: "/feed",
        policy: "drop-oldest",
        maxMessages: 2_048,
        state: expect.any(String),
        health: expect.any(String),
        fill: expect.any(Number),
        delayMillis: expect.any(Number),
        delivered: { messages: expect.any(Number), bytes: expect.any(Number) },
        recommendation: { action: expect.any(String) },
      });
    }
  }
  for (const _ of [0, 1]) {
    expect(JSON.parse(await request("/healthz"))).toEqual({
      status: "ok",
      connections: 4,
      threads: [
        { thread: 0, connections: 2 },
        { thread: 1, connections: 2 },
      ],
    });
  }
  for (const _ of [0, 1]) {
    const metrics = await request("/metrics");
    for (const thread of [0, 1]) {
      expect(metrics).toContain(
        `sluice_connections_opened_total{path="/feed",thread="${thread}"} 2\n`,
      );
    }
    expect(metrics.match(/^process_start_time_seconds /gm)).toHaveLength(1);
  }
  for (const _ of [0, 1]) {
    const evictions = JSON.parse(await request("/evictions"));
    expect(evictions["/feed"]).toMatchObject({ counts: { overflow: 0 }, latest: [] });
  }
});

test("sluice top shows the connections of all threads, and the live table too", async () => {
  const { server, connect } = await threaded();
  await listeners(connect);
  const lines: Array<string> = [];
  const screen = { isTTY: false, write: (text: string) => lines.push(text) };
  const keyboard = { on: () => {}, off: () => {}, resume: () => {}, pause: () => {} };
  const complain = (text: string) => lines.push(text);
  const options = { once: true, everyMillis: 1, forMillis: undefined, sort: "id" } as const;
  expect(await top({ urls: [server.url], ...options, screen, keyboard, complain })).toBe(0);
  expect(lines.join("")).toMatch(/: 4 connections \(/);
  const glance = await server.book.glance(3);
  expect(glance.count).toBe(4);
  expect(glance.first.map(({ id }) => id)).toHaveLength(3);
});

test("clients of all threads get one feed: each number once, in order", async () => {
  const { server, connect } = await threaded();
  const clients = await listeners(connect);
  const first = await connect("/feed");
  await until(() => clients.every(({ received }) => received.length > 500));
  await server.feed.stop();
  const last = server.feed.seq - 1;
  await until(() => [...clients, first].every((client) => numbers(client).at(-1) === last));
  for (const client of [...clients, first]) {
    const [begin = 0, ...others] = numbers(client);
    expect(others).toEqual(Array.from({ length: last - begin }, (_, index) => begin + 1 + index));
  }
});

test("the feed rests while nobody listens, in any thread", async () => {
  const { server, connect } = await threaded();
  const clients = [await connect("/feed"), await connect("/feed")];
  await until(() => clients.every(({ received }) => received.length > 0));
  for (const client of clients) client.terminate();
  await until(() => server.feed.listeners === 0);
  const again = await connect("/feed");
  await until(() => again.received.length > 0);
  expect(server.feed.listeners).toBe(1);
});

test("an address has twelve turns at the query engine in all threads together", async () => {
  const database = new BusyEngine();
  const { connect } = await threaded({ database });
  const count = (sql: string) => database.asked.filter((one) => one === sql).length;
  for (let client = 0; client < 6; client++) {
    const greedy = await connect("/query");
    for (const id of ["q1", "q2"]) greedy.send({ type: "query", id, sql: "greedy" });
  }
  await until(() => count("greedy") === 12);
  for (const from of ["127.0.0.1", "127.0.0.2"]) {
    // One on each thread; what a thread asks is heard in its order.
    for (const _ of [0, 1]) {
      const client = await connect("/query", from);
      client.send({ type: "query", id: "q1", sql: from });
    }
  }
  await until(() => count("127.0.0.2") === 2);
  expect(count("127.0.0.1")).toBe(0);
});

test("a query that is cancelled lets go of its turn, or waits for none any more, and a failure keeps its code", async () => {
  const engine = new BusyEngine();
  const failure = new QueryError({ code: "sql", message: "no such table" });
  const stream = (sql: string) => (sql === "bad" ? Promise.reject(failure) : engine.stream(sql));
  const { connect } = await threaded({ database: { stream } });
  const client = await connect("/query");
  client.send({ type: "query", id: "x", sql: "bad" });
  expect(await nextOf(client, "error")).toMatchObject({ code: "sql", message: "no such table" });
  // Two of a connection have turns at a time.
  for (const id of ["a", "b", "c", "d"]) client.send({ type: "query", id, sql: id });
  await until(() => engine.asked.length === 2);
  for (const id of ["c", "a"]) {
    client.send({ type: "cancel", id });
    expect(await nextOf(client, "cancelled")).toMatchObject({ id });
  }
  await until(() => engine.asked.length === 3);
  expect(engine.asked[2]).toBe("d");
});

test("a server that stops ends the queries of all threads with a message of their own, then closes them", async () => {
  const database = new BusyEngine();
  const { server, connect } = await threaded({ database });
  const clients = [await connect("/query"), await connect("/query")];
  for (const client of clients) client.send({ type: "query", id: "q", sql: "busy" });
  await until(() => database.asked.length === 2);
  await server.drain();
  for (const client of clients) {
    expect(await client.closed).toEqual({ code: 1001, reason: "server stopping" });
    expect(await nextOf(client, "error")).toMatchObject({ id: "q", code: "stopping" });
  }
  const closed = server.book.closed();
  expect(closed.map(({ path }) => path)).toEqual(["/query", "/query"]);
  expect(server.book.unknown).toEqual([]);
});

test("each thread lets in its share of the connections", async () => {
  const { connect, refusal } = await threaded({ admission: { maxConnections: 2 } });
  await connect("/feed");
  await connect("/feed");
  expect([await refusal("/feed"), await refusal("/feed")]).toEqual([503, 503]);
});

test("the page shows all threads, what a connection of another does, and who has left", async () => {
  const { connect, visit } = await threaded();
  const clients = await listeners(connect);
  for (const page of [await visit(), await visit()]) {
    const { columns, counts } = (await nextOf(page, "snapshot")) as unknown as Shown;
    expect([...columns.client].sort()).toEqual(["a", "b", "c", "d"]);
    expect(new Set(columns.id).size).toBe(4);
    expect(counts.reduce((sum, count) => sum + count)).toBe(4);
    for (const id of columns.id) {
      page.send({ type: "watch", id });
      expect(await nextOf(page, "moment")).toMatchObject({ id });
    }
    page.send({ type: "watch", id: "nobody" });
    expect(await nextOf(page, "error")).toMatchObject({ code: "unknown-connection" });
  }
  const page = await visit();
  clients[0]?.terminate();
  clients[1]?.terminate();
  let gone: ReadonlyArray<string> = [];
  while (gone.length < 2) {
    const { list } = (await nextOf(page, "departures")) as unknown as Departures;
    gone = list.map(({ client }) => client);
  }
  expect([...gone].sort()).toEqual(["a", "b"]);
});

test("the page of any thread has the controls of a demonstration", async () => {
  const { server, visit } = await threaded();
  const rates: Array<number> = [];
  const demonstration: Demonstration = {
    get feedRate() {
      return rates.at(-1) ?? 1;
    },
    maxClients: 2,
    clients: [],
    addClients: () => {},
    setSpeed: () => {},
    setStrategy: () => {},
    removeClient: (client) => {
      throw new Error(`${client} is not one of them`);
    },
    setFeedRate: (rate) => void rates.push(rate),
  };
  server.demonstrate(demonstration);
  const pages = [await visit(), await visit()];
  for (const page of pages)
    expect(await nextOf(page, "demonstration")).toMatchObject({ feedRate: 1 });
  for (const [index, page] of pages.entries()) {
    const rate = 10 * (index + 1);
    page.send({ type: "set-feed-rate", rate });
    for (const one of pages) {
      while ((await nextOf(one, "demonstration"))["feedRate"] !== rate);
    }
  }
  expect(rates).toEqual([10, 20]);
  pages[0]?.send({ type: "remove-client", client: "tea" });
  const refused = { code: "refused", message: "tea is not one of them" };
  expect(await nextOf(pages[0] as Client, "error")).toMatchObject(refused);
});

interface Shown {
  readonly columns: { readonly id: ReadonlyArray<string>; readonly client: ReadonlyArray<string> };
  readonly counts: ReadonlyArray<number>;
}

interface Departures {
  readonly list: ReadonlyArray<{ readonly client: string }>;
}
