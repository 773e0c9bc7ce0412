import { imbalance, overflowStrategies } from "@sluice/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database, running, until } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database.close());

const serve = (feedRate = 20_000) => running({ database, feedRate });

describe("the feed", () => {
  test("sends flights in time order, numbered without a gap from when its client joined", async () => {
    const { connect } = await serve();
    const client = await connect("/feed");
    const first = await client.next();
    expect(first).toEqual({
      seq: expect.any(Number),
      date: "2001-01-01T00:01:00",
      delay: expect.any(Number),
      distance: expect.any(Number),
      origin: expect.stringMatching(/^[A-Z]{3}$/),
      destination: expect.stringMatching(/^[A-Z]{3}$/),
    });
    let last = first;
    for (let count = 1; count < 12_000; count++) {
      const message = await client.next();
      if (message["seq"] !== Number(last["seq"]) + 1) expect(message["seq"]).toBe("the next one");
      if (String(message["date"]) < String(last["date"]))
        expect(message["date"]).toBe("no earlier");
      last = message;
    }
  });

  test("gives the same numbers and flights to everyone", async () => {
    const { connect } = await serve();
    const early = await connect("/feed");
    await early.next();
    const late = await connect("/feed");
    await late.next();
    await until(() => early.received.includes(late.received.at(-1) as string));
    await until(() => late.received.length > 500 && early.received.length > 500);
    const from = early.received.indexOf(late.received[0] as string);
    expect(from).toBeGreaterThan(0);
    const both = Math.min(late.received.length, early.received.length - from);
    expect(early.received.slice(from, from + both)).toEqual(late.received.slice(0, both));
  });

  test("rests while nobody listens, and its numbers go on", async () => {
    const { server, connect } = await serve();
    const first = await connect("/feed");
    await first.next();
    first.terminate();
    await until(() => server.book.size === 0);
    const { seq } = server.feed;
    const second = await connect("/feed");
    expect(await second.next()).toMatchObject({ seq });
  });

  test("answers who talks to it, and goes on", async () => {
    const { connect } = await serve(100);
    const client = await connect("/feed");
    client.send("hello");
    expect((await client.upTo("error")).at(-1)).toMatchObject({ code: "unexpected-message" });
    expect(await client.next()).toHaveProperty("seq");
  });

  test("closes its connections in order when the server stops: what was delivered is received", async () => {
    const { server, connect } = await serve();
    const client = await connect("/feed");
    await client.next();
    await server.drain();
    expect(await client.closed).toEqual({ code: 1001, reason: "server stopping" });
    const [closed] = server.book.closed();
    expect(closed?.offered.messages).toBe(client.received.length);
    expect(closed?.delivered.messages).toBe(client.received.length);
  });
});

describe("a stalled client under", () => {
  test.each([
    ["block", { rejected: { full: more(0) } }],
    ["drop-newest", { rejected: { full: more(0) } }],
    ["drop-oldest", { dropped: { evicted: more(0) } }],
    ["drop-all", { dropped: { cleared: more(0) } }],
    ["disconnect", { closed: { code: 1013 }, rejected: { "slow-consumer": more(0) } }],
  ])("%s loses what that says, and all that was delivered arrives", async (policy, expected) => {
    const { server, connect } = await serve(50_000);
    const client = await connect(`/feed?policy=${policy}&client=stalled`);
    const reader = await connect("/feed?client=reader");
    client.pause();
    const stalled = () =>
      [...server.book.open(), ...server.book.closed()].find((one) => one.client === "stalled");
    await until(() => (stalled()?.dropRate.lifetime ?? 0) > 0);
    if (policy === "disconnect") await until(() => server.book.closed().length > 0);
    expect(stalled()).toMatchObject({ policy, ...expected });
    client.resume();
    await server.drain();
    const { code } = await client.closed;
    expect(code).toBe(policy === "disconnect" ? 1013 : 1001);
    const end = stalled();
    expect(end && imbalance(end)).toEqual({ messages: 0, bytes: 0 });
    expect(end?.delivered.messages).toBe(client.received.length);
    const seqs = client.received.map((text) => JSON.parse(text).seq as number);
    expect(seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] as number))).toBe(true);
    // Somebody else's trouble: the reader has everything.
    await reader.closed;
    const own = server.book.closed().find((one) => one.client === "reader");
    expect(reader.received.length).toBe(own?.offered.messages);
  });
});

describe("the policy", () => {
  test.each(overflowStrategies)("%s is one", async (policy) => {
    const { server, connect } = await serve(100);
    await connect(`/feed?policy=${policy}`);
    expect(server.book.open()).toMatchObject([{ policy }]);
  });

  test("is drop-oldest when none is named", async () => {
    const { server, connect } = await serve(100);
    await connect("/feed");
    expect(server.book.open()).toMatchObject([{ policy: "drop-oldest" }]);
  });

  test.each([
    ["/feed?policy=drop-some", "unknown-policy", 'policy ("drop-some") must be one of: block, '],
    ["/feed?policy=", "unknown-policy", 'policy ("") must be'],
    ["/query?policy=drop-oldest", "unknown-policy", "must be one of: block"],
    ["/feed?client=a%20b", "bad-client", "must be 1 to 40"],
  ])("%s is refused at the upgrade", async (path, code, message) => {
    const { refusal } = await serve(100);
    expect(await refusal(path)).toEqual({
      status: 400,
      body: { code, message: expect.stringContaining(message) },
    });
  });
});

function more(than: number): unknown {
  return {
    messages: expect.toSatisfy((messages: number) => messages > than),
    bytes: expect.any(Number),
  };
}
