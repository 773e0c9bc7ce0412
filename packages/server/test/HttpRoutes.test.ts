import { Agent, type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database, running, until } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database?.close());

const serve = (feedRate = 1_000) => running({ database, feedRate });

describe("GET", () => {
  test("/healthz says that all is well", async () => {
    const { request } = await serve();
    const response = await request("/healthz");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok", connections: 0 });
  });

  test("/ is a page", async () => {
    const { request } = await serve();
    const response = await request("/");
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(await response.text()).toContain("<title>Sluice</title>");
  });

  test("/connections has an object for each connection", async () => {
    const { request, connect } = await serve();
    const feed = await connect("/feed?policy=drop-all&client=tester");
    await feed.next();
    await connect("/query");
    const response = await request("/connections");
    expect(response.headers.get("content-type")).toBe("application/json");
    const volume = { messages: expect.any(Number), bytes: expect.any(Number) };
    const connections = (await response.json()) as ReadonlyArray<object>;
    expect(connections).toMatchObject([
      {
        id: expect.stringMatching(/./),
        path: "/feed",
        policy: "drop-all",
        client: "tester",
        state: "normal",
        health: "healthy",
        fill: expect.any(Number),
        delayMillis: 0,
        offered: volume,
        delivered: volume,
        dropped: { evicted: volume, cleared: volume, closed: volume },
        rejected: { full: volume, timeout: volume, "too-large": volume, closed: volume },
        buffered: volume,
        waiting: volume,
        pausedMillis: 0,
        recommendation: { action: "ok", reason: "the client keeps up" },
      },
      { path: "/query", policy: "block", client: "", state: "normal" },
    ]);
  });

  test("/evictions has who was cut off, by path, though they are gone", async () => {
    const { request, connect, server } = await serve();
    const feed = await connect("/feed");
    await feed.next();
    for (const connection of server.registries["/feed"]) connection.evict();
    await until(() => server.registries["/feed"].size === 0);
    const evictions = await (await request("/evictions")).json();
    expect(evictions).toMatchObject({
      "/feed": {
        counts: { asked: 1, stalled: 0 },
        latest: [{ rung: "asked", code: 1013, reason: "slow consumer", stalledMillis: 0 }],
      },
      "/query": { latest: [] },
    });
  });

  test.each(["/nothing", "/connections/c1", "/feed/x"])("%s is not there", async (path) => {
    const { request } = await serve();
    const response = await request(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      code: "not-found",
      message: `there is nothing at ${path}`,
    });
  });

  test.each(["/query", "/feed"])("%s asks for an upgrade", async (path) => {
    const { request } = await serve();
    const response = await request(path);
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
    expect(await response.json()).toMatchObject({ code: "upgrade-required" });
  });
});

describe("other methods", () => {
  test.each(["POST", "PUT", "DELETE"])("%s is not allowed", async (method) => {
    const { request } = await serve();
    const response = await request("/healthz", { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await response.json()).toMatchObject({ code: "method-not-allowed" });
  });

  test("HEAD is a GET without its body", async () => {
    const { request } = await serve();
    const response = await request("/healthz", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
    expect(await response.text()).toBe("");
  });

  test.each(["/", "/healthz", "/connections", "/nope", "/query", "/live"])(
    "HEAD of %s leaves no body, and no connection that answers nothing more",
    async (path) => {
      const { server } = await serve();
      // One connection at a time, kept for the next if the answer says that it stays.
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const method of ["HEAD", "GET"]) {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          request(server.url + path, { method, agent }, resolve)
            .on("error", reject)
            .end();
        });
        const body = await answer.toArray();
        expect(method === "HEAD" ? body : []).toEqual([]);
      }
      agent.destroy();
    },
  );
});

describe("/metrics", () => {
  test("is Prometheus text: each family has its help and type, each sample a number", async () => {
    const { request, connect } = await serve();
    await (await connect("/feed")).next();
    const response = await request("/metrics");
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    const text = await response.text();
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
    );
    expect(types.get("sluice_dropped_messages_total")).toBe("counter");
    expect(types.get("sluice_buffered_bytes")).toBe("gauge");
    expect(types.get("process_resident_memory_bytes")).toBe("gauge");
    expect(types.get("nodejs_eventloop_delay_seconds")).toBe("summary");
    for (const [name, type] of types) {
      expect(text).toContain(`# HELP ${name} `);
      if (name?.startsWith("sluice_")) expect(name.endsWith("_total")).toBe(type === "counter");
    }
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    // Not a number is one to Prometheus, in any case; Node's own gauges have it before their first sample.
    const sampleLine = /^[a-z_0-9]+(\{.*\})? (-?[\d.e+-]+|nan)$/i;
    for (const sample of samples) expect(sample).toMatch(sampleLine);
    expect(text).toContain('sluice_connections{path="/feed",state="normal"} 1');
    expect(text).toContain('sluice_connections_health{path="/query",health="unhealthy"} 0');
  });

  test("counts on when a connection has closed", async () => {
    const { server, request, connect } = await serve();
    const read = async (name: string) => {
      const text = await (await request("/metrics")).text();
      const pattern = new RegExp(`^${name}{path="/feed"(?:,[^}]*)?} (\\d+)$`, "gm");
      return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
    };
    const names = ["offered", "delivered"].map((kind) => `sluice_${kind}_messages_total`);
    const client = await connect("/feed");
    await client.next();
    const before = await Promise.all(names.map(read));
    expect(Math.min(...before)).toBeGreaterThan(0);
    client.terminate();
    await until(() => server.book.size === 0);
    const after = await Promise.all(names.map(read));
    after.forEach((value, index) => expect(value).toBeGreaterThanOrEqual(before[index] as number));
    await (await connect("/feed")).next();
    const later = await Promise.all(names.map(read));
    later.forEach((value, index) => expect(value).toBeGreaterThan(after[index] as number));
    expect(await read("sluice_connections")).toBe(1);
    expect(await read("sluice_connections_opened_total")).toBe(2);
  });
});
