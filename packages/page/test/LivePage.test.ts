import type { PlainConnection } from "@sluice/runtime";
import type { Message } from "@sluice/uws";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { WebSocket } from "ws";
import type { Demonstration } from "../src/index.js";
import { mounted } from "./mounted.js";

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 10_000 });

/** Fills a connection's outbox within one turn. */
function fill(connection: PlainConnection<Message>, messages: number): void {
  for (let n = 0; n < messages; n++) connection.offer("x");
}

/** Its client reads nothing, and its socket takes no more: what it is offered now stays where it is. */
async function stuck(connection: PlainConnection<Message>, client: WebSocket): Promise<void> {
  client.pause();
  const message = new Uint8Array(512 * 1024);
  do {
    connection.offer(message);
    await new Promise((resolve) => setImmediate(resolve));
  } while (connection.stats().buffered.messages === 0);
}

describe("the document", () => {
  test("is one file that asks for nothing elsewhere", async () => {
    const { url } = await mounted();
    const response = await fetch(url);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    const html = await response.text();
    expect(html.length).toBeLessThan(250_000);
    expect(html).toContain('data-state="throttled"');
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test.each([
    ["HEAD", 200],
    ["POST", 405],
  ])("answers %s with %d", async (method, status) => {
    const { url } = await mounted();
    expect((await fetch(url, { method })).status).toBe(status);
  });

  test("is where it was mounted, and its feed is below it", async () => {
    const { url, visit } = await mounted("/sluice");
    expect((await fetch(`${url}/sluice`)).status).toBe(200);
    expect((await fetch(`${url}/sluice/live`)).status).toBe(426);
    await (await visit({}, "/sluice/live")).next("hello");
  });
});

describe("who may look", () => {
  test("a foreign origin is refused, and so is none", async () => {
    const { refusal } = await mounted();
    expect(await refusal({ origin: "http://evil.example" })).toBe(403);
    expect(await refusal({})).toBe(403);
  });
});

describe("a snapshot", () => {
  test("lists everyone, counts them by state, and counts the crossings", async () => {
    const { sluice, connect, visit } = await mounted();
    const client = await connect();
    await until(() => sluice.connections.size === 1);
    const [first] = sluice.connections;
    if (first === undefined) throw new Error("it has gone");
    await stuck(first, client);
    await connect();
    await until(() => sluice.connections.size === 2);
    const visitor = await visit();
    const { states, events } = await visitor.next("hello");
    await visitor.next("snapshot");
    fill(first, 11);
    const snapshot = await visitor.next("snapshot", ({ crossings }) => crossings.length > 0);
    const crossed = new Map(snapshot.crossings.map(([event, , , n]) => [events[event], n]));
    expect(crossed.get("throttle.reached")).toBe(1);
    expect(crossed.get("pause.reached")).toBe(1);
    expect(crossed.get("overflow")).toBe(1);
    expect(snapshot.columns.id).toEqual([...sluice.connections].map(({ id }) => id));
    expect(snapshot.columns.client[0]).toBe(`name of ${first.id}`);
    expect(snapshot.losses).toEqual([[0, "evicted", 2]]);
    const inNormal = states.findIndex(
      ({ state, health }) => state === "normal" && health === "healthy",
    );
    expect(snapshot.counts.reduce((sum, n) => sum + n)).toBe(2);
    expect(snapshot.counts[inNormal]).toBeGreaterThanOrEqual(1);
  });

  test("has totals that go on when a connection has closed", async () => {
    const { sluice, connect, visit } = await mounted();
    const client = await connect();
    await until(() => sluice.connections.size === 1);
    const visitor = await visit();
    await visitor.next("snapshot");
    sluice.broadcast("one");
    const before = await visitor.next("snapshot", ({ totals }) => totals.delivered === 1);
    client.terminate();
    const after = await visitor.next("snapshot", ({ columns }) => columns.id.length === 0);
    expect(after.totals).toMatchObject({ ...before.totals, buffered: 0 });
  });
});

describe("a timeline", () => {
  test("tells each step of the connection that the page looks at, and its end", async () => {
    const { sluice, connect, visit } = await mounted();
    const client = await connect();
    await until(() => sluice.connections.size === 1);
    const visitor = await visit();
    const { events } = await visitor.next("hello");
    const [connection] = sluice.connections;
    if (connection === undefined) throw new Error("it has gone");
    await stuck(connection, client);
    visitor.say({ type: "watch", id: connection.id });
    const first = await visitor.next("moment");
    expect(first).toMatchObject({ id: connection.id, marks: { throttleAt: 0.7 } });
    expect(first.fill).toBeLessThan(0.7);
    fill(connection, 12);
    const { steps } = await visitor.next("moment", (moment) => moment.steps.length > 0);
    expect(steps.slice(0, 3).map(([, event]) => events[event])).toEqual([
      "throttle.reached",
      "pause.reached",
      "overflow",
    ]);
    connection.evict();
    const last = await visitor.next("moment", ({ closed }) => closed !== undefined);
    expect(last.closed).toEqual({ code: 1013, reason: "slow consumer", by: "eviction" });
  });

  test("of a connection that flaps is bounded, and what is left out is counted", async () => {
    const { sluice, connect, visit } = await mounted();
    await connect();
    await until(() => sluice.connections.size === 1);
    const visitor = await visit();
    const [connection] = sluice.connections;
    if (connection === undefined) throw new Error("it has gone");
    visitor.say({ type: "watch", id: connection.id });
    await visitor.next("moment");
    const timer = setInterval(() => fill(connection, 12));
    onTestFinished(() => clearInterval(timer));
    const { steps } = await visitor.next("moment", ({ omitted }) => omitted > 0);
    expect(steps.length).toBeLessThanOrEqual(64);
  });
});

describe("a tab that sleeps", () => {
  test("costs the server a few messages, and misses no more than those that were dropped", async () => {
    const { sluice, page, connect, visit } = await mounted();
    await connect();
    await until(() => sluice.connections.size === 1);
    const id = [...sluice.connections][0]?.id;
    const visitor = await visit();
    await visitor.next("snapshot");
    visitor.socket.pause();
    const [own] = page.connections;
    if (own === undefined) throw new Error("it has gone");
    // Each of these is answered at once, and the answers are not read.
    while (own.stats().dropped.evicted.messages === 0) {
      for (let n = 0; n < 1_000; n++) visitor.say({ type: "watch", id });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(own.stats().peak.messages).toBeLessThanOrEqual(32);
    visitor.socket.resume();
    const { atMillis } = await visitor.next("snapshot");
    await visitor.next("snapshot", (snapshot) => snapshot.atMillis > atMillis);
  });
});

describe("while no page is open", () => {
  test("nothing is observed, and the past is noted every five seconds", async () => {
    // What it does again and again it does when this test says so; sockets go on by themselves.
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { sluice, page, connect, visit } = await mounted();
    await connect();
    await until(() => sluice.connections.size === 1);
    const [connection] = sluice.connections;
    if (connection === undefined) throw new Error("it has gone");
    const stats = vi.spyOn(connection, "stats");
    const visitor = await visit();
    await visitor.next("snapshot");
    expect(page.isObserving).toBe(true);
    visitor.socket.terminate();
    await until(() => page.size === 0);
    expect(page.isObserving).toBe(false);
    stats.mockClear();
    vi.advanceTimersByTime(60_000);
    // The past is noted every five seconds, and nothing else is done.
    expect(vi.getTimerCount()).toBe(1);
    expect(stats).toHaveBeenCalledTimes(12);
    // The next one finds everything again.
    expect((await (await visit()).next("snapshot")).columns.id).toEqual([connection.id]);
  });
});

describe("bad input gets a structured error, and the page goes on:", () => {
  test.each([
    ["not JSON", "bad-json"],
    [{ type: "fly" }, "bad-message"],
    [{ type: "watch", id: "c-nobody" }, "unknown-connection"],
    [{ type: "set-feed-rate", rate: 10 }, "not-a-demonstration"],
  ])("%j", async (message, code) => {
    const { visit } = await mounted();
    const visitor = await visit();
    visitor.say(message);
    expect(await visitor.next("error")).toMatchObject({ code, message: expect.any(String) });
    await visitor.next("snapshot");
  });
});

describe("the controls of a demonstration", () => {
  const demonstration = () =>
    ({
      feedRate: 100,
      maxClients: 2,
      clients: [],
      addClients: vi.fn(() => {
        throw new Error("clients (3) must be at most 2");
      }),
      setSpeed: vi.fn(),
      setStrategy: vi.fn(),
      removeClient: vi.fn(),
      setFeedRate: vi.fn(),
    }) satisfies Demonstration;

  test("reach it, and every page hears of the change", async () => {
    const { page, visit } = await mounted();
    const stage = demonstration();
    page.demonstrate(stage);
    const [one, other] = [await visit(), await visit()];
    await one.next("demonstration");
    await other.next("demonstration");
    one.say({ type: "set-speed", client: "slow-1", bytesPerSecond: null });
    expect(await other.next("demonstration")).toMatchObject({ feedRate: 100, maxClients: 2 });
    expect(stage.setSpeed).toHaveBeenCalledWith("slow-1", null);
  });

  test("say why something was refused", async () => {
    const { page, visit } = await mounted();
    page.demonstrate(demonstration());
    const visitor = await visit();
    visitor.say({ type: "add-clients", kind: "fast", strategy: "block", count: 3 });
    expect(await visitor.next("error")).toEqual({
      type: "error",
      code: "refused",
      message: "clients (3) must be at most 2",
    });
  });

  test("are out of reach of a page that came by a name, which could be anyone's", async () => {
    const { page, visit } = await mounted();
    const stage = demonstration();
    page.demonstrate(stage);
    const host = "rebound.example:9001";
    const visitor = await visit({ host, origin: `http://${host}` });
    visitor.say({ type: "set-feed-rate", rate: 5_000 });
    expect(await visitor.next("error")).toMatchObject({ code: "not-a-demonstration" });
    expect(stage.setFeedRate).not.toHaveBeenCalled();
  });
});

describe("a page that is opened late", () => {
  test("is told who left before it came, when, with which code and why", async () => {
    const { sluice, visit, connect } = await mounted();
    await connect();
    const [connection] = sluice.connections;
    const id = connection?.id;
    await connection?.close({ code: 4001, reason: "enough" });
    const visitor = await visit();
    expect((await visitor.next("departures")).list).toEqual([
      {
        id,
        route: "/feed",
        client: `name of ${id}`,
        atEpochMillis: expect.any(Number),
        code: 4001,
        reason: "enough",
        by: expect.any(String),
        lost: 0,
      },
    ]);
  });

  test("is told of those who leave while it is open", async () => {
    const { sluice, visit, connect } = await mounted();
    const visitor = await visit();
    expect((await visitor.next("departures")).list).toEqual([]);
    await connect();
    const [connection] = sluice.connections;
    await connection?.close();
    const { list } = await visitor.next("departures", ({ list }) => list.length > 0);
    expect(list.map(({ id }) => id)).toEqual([connection?.id]);
  });

  test("begins with the minutes before it", async () => {
    const { visit } = await mounted();
    const { points } = await (await visit()).next("past");
    expect(points[0]).toMatchObject({ atMillis: expect.any(Number), bufferedBytes: 0 });
  });
});
