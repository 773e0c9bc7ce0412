/** Every example that listens is started by `node`, and does for a client what the documents say. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compiled, folder, Program } from "./Program.js";

const rows = Array.from({ length: 1_000 }, (_, row) => `row ${row}`);

/** What an example does for a client, by its name. */
const stories: Readonly<Record<string, (program: Program) => Promise<void>>> = {
  "uws/feed": async (program) => {
    const [first = ""] = await (await program.client("/feed")).until(1);
    expect(JSON.parse(first)).toEqual({ now: expect.any(Number) });
  },
  "ws/feed": async (program) => {
    const [welcome, first = ""] = await (await program.client("/")).until(2);
    expect(welcome).toBe("welcome");
    expect(JSON.parse(first)).toEqual({ now: expect.any(Number) });
  },
  "uws/query": asksFor(rows),
  "ws/query": asksFor(rows),
  "uws/drain": asksFor(["row"]),
  "uws/drainByHand": asksFor(["row"]),
  "uws/effect": async (program) => {
    const numbered = Array.from({ length: 1_000 }, (_, index) => `row ${index + 1}`);
    expect(await (await program.client("/rows")).until(1_000)).toEqual(numbered);
  },
  "uws/rooms": async (program) => {
    const [one, other] = [await program.client("/chat"), await program.client("/chat")];
    one.socket.send("hello");
    expect([...(await one.until(1)), ...(await other.until(1))]).toEqual(["hello", "hello"]);
  },
  "uws/incoming": async (program) => {
    const client = await program.client("/orders");
    const orders = Array.from({ length: 100 }, (_, index) => `order ${index + 1}`);
    for (const order of orders) client.socket.send(order);
    const answers = orders.map((order, index) => `${index + 1} ${order}`);
    expect(await client.until(100)).toEqual(answers);
    const closed = client.closed();
    for (let count = 0; count < 3_000; count++) client.socket.send("one more");
    const [code, reason] = await closed;
    // Whichever bound is first: that depends on how fast they come.
    expect([
      "too many messages: more than 50 a second",
      "too many messages wait: more than 100",
    ]).toContain(reason);
    expect([1008, 1013]).toContain(code);
  },
  "uws/labels": async (program) => {
    const all = await (await program.client("/market")).until(4);
    const said = all.map((text) => JSON.parse(text));
    expect(said.slice(0, 2)).toEqual([{ hello: "market" }, { news: "…" }]);
    expect(said.slice(2)).toEqual([
      { eur: expect.any(Number) },
      { topic: "orders.new", order: expect.any(Number) },
    ]);
  },
  "uws/nats": async (program) => {
    // Without NATS a node goes on for its own; with it, see the test of two.
    const client = await program.client("/chat");
    client.socket.send("hello");
    expect(await client.until(1)).toEqual(["hello"]);
  },
  "threads/main": async (program) => {
    const [one, other] = [await program.client("/chat"), await program.client("/chat")];
    // What one publishes before the other's thread is known to have a member is for its own thread alone.
    while (other.received.length === 0) {
      one.socket.send("hello");
      await one.until(one.received.length + 1);
    }
    expect(new Set([...one.received, ...other.received])).toEqual(new Set(["hello"]));
    const closed = [one.closed(), other.closed()];
    expect(await program.stop()).toBe(0);
    expect(await Promise.all(closed)).toEqual([
      [1001, "going away"],
      [1001, "going away"],
    ]);
  },
  "uws/resume": async (program) => {
    const client = await program.client("/prices");
    const channel = "prices.eur";
    client.socket.send(JSON.stringify({ type: "subscribe", channel }));
    const [begin = "", first = ""] = await client.until(2);
    const { epoch, position } = JSON.parse(begin);
    const data = { eur: expect.any(Number) };
    expect(JSON.parse(first)).toEqual({ channel, epoch, position: position + 1, data });
    const again = await program.client("/prices");
    again.socket.send(JSON.stringify({ type: "subscribe", channel, epoch, position }));
    expect((await again.until(1))[0]).toBe(first);
  },
  "uws/snapshot": async (program) => {
    const [eur = "", gbp, live = ""] = await (await program.client("/prices")).until(3);
    expect(eur).toMatch(/^eur [\d.]+/);
    expect(gbp).toBe("gbp 1.26");
    expect(live).toMatch(/^eur [\d.]+/);
    expect(live).not.toBe(eur);
    await program.prints(/^2 prices, and live$/m);
  },
  "client/follow": async (program) => {
    const server = program.serve("uws/resume");
    await program.prints(/^\d+ \{ eur: /m);
    await server.stop();
    // It forgets everything, and the client comes to the next one all the same.
    program.serve("uws/resume");
    await program.prints(/^1 \{ eur: /m);
  },
  "uws/stop": async (program) => {
    const closed = (await program.client("/feed")).closed();
    expect(await program.stop()).toBe(0);
    expect(await closed).toEqual([1001, "going away"]);
  },
  "ws/echo": async (program) => {
    const client = await program.client("/");
    client.socket.send("hello");
    expect(await client.until(1)).toEqual(["hello"]);
    const closed = client.closed();
    expect(await program.stop()).toBe(0);
    expect(await closed).toEqual([1001, "restart"]);
  },
  "uws/pino": async (program) => {
    await program.client("/feed");
    expect(program.output).toBe("");
  },
  "uws/promClient": async (program) => {
    await program.client("/feed");
    const text = await program.get("/metrics");
    expect(text).toContain("process_cpu_user_seconds_total");
    expect(text).toMatch(/^sluice_connections\{.*path="\/feed".*\} 1$/m);
  },
  "uws/metrics": async (program) => {
    await program.client("/feed");
    expect(await program.get("/metrics")).toMatch(/^sluice_connections\{.*path="\/feed".*\} 1$/m);
  },
  "uws/connections": async (program) => {
    await program.client("/feed");
    const connections = JSON.parse(await program.get("/connections"));
    expect(connections).toMatchObject([{ path: "/feed", recommendation: { action: "ok" } }]);
  },
  "uws/admission": async (program) => {
    await program.client("/feed");
    expect(program.output).toBe("");
  },
  "ws/admission": async (program) => {
    await program.client("/feed");
    expect(program.output).toBe("");
  },
  "uws/page": async (program) => {
    expect(await program.get("/sluice")).toMatch(/^<!doctype html>/i);
  },
};

describe.concurrent("an example that listens", () => {
  for (const [name, story] of Object.entries(stories)) {
    test(`does what is said of it: ${name}`, async ({ onTestFinished }) => {
      const program = await Program.start(name, onTestFinished);
      await story(program);
    });
  }
});

test("there is a story for each example that listens", () => {
  const names = readdirSync(`${folder}/src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.replace(/\.ts$/, ""));
  const listening = names.filter((name) => compiled(name).includes("9001"));
  expect(Object.keys(stories).sort()).toEqual(listening.sort());
});

/** A client that says something gets these rows, in this order. */
function asksFor(expected: ReadonlyArray<string>) {
  return async (program: Program) => {
    const client = await program.client("/rows");
    client.socket.send("go");
    expect(await client.until(expected.length)).toEqual(expected);
  };
}
