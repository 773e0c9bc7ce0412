import { imbalance, overflowStrategies } from "@sluice/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, Database, running, until } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database?.close());

const some = {
  messages: expect.toSatisfy((messages: number) => messages > 0),
  bytes: expect.any(Number),
};

const serve = (feedRate = 20_000) => running({ database, feedRate });

describe("the feed", () => {
  test("sends flights in time order, numbered without a gap from when its client joined", async () => {
    const { connect } = await serve();
    const client = await connect("/feed");
    const first = await client.next();
    expect(first).toEqual({
      seq: expect.any(Number),
      time: "2001-01-01T00:01:00",
      flights: expect.any(Array),
    });
    for (const flight of first["flights"] as ReadonlyArray<unknown>) {
      expect(flight).toEqual({
        delay: expect.any(Number),
        distance: expect.any(Number),
        origin: expect.stringMatching(/^[A-Z]{3}$/),
        destination: expect.stringMatching(/^[A-Z]{3}$/),
      });
    }
    let last = first;
    // Some ten thousand flights: more than are read from the database at a time.
    for (let count = 1; count < 1_500; count++) {
      const message = await client.next();
      expect(message["seq"]).toBe(Number(last["seq"]) + 1);
      expect(String(message["time"]) > String(last["time"])).toBe(true);
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

test("stalled clients lose what their policy says, and what was delivered to them arrives in order", async () => {
  const { server, connect } = await serve();
  const reader = await connect("/feed?client=reader");
  const clients = new Map<string, Client>();
  for (const policy of overflowStrategies) {
    const client = await connect(`/feed?policy=${policy}&client=${policy}`);
    client.pause();
    clients.set(policy, client);
  }
  const reportOf = (client: string) =>
    [...server.book.open(), ...server.book.closed()].find((one) => one.client === client);
  await until(() => overflowStrategies.every((one) => (reportOf(one)?.dropRate.lifetime ?? 0) > 0));
  await until(() => server.book.closed().length === 1);
  expect(reportOf("block")).toMatchObject({ rejected: { full: some } });
  expect(reportOf("drop-newest")).toMatchObject({ rejected: { full: some } });
  expect(reportOf("drop-oldest")).toMatchObject({ dropped: { evicted: some } });
  expect(reportOf("drop-all")).toMatchObject({ dropped: { cleared: some } });
  expect(reportOf("disconnect")).toMatchObject({
    closed: { code: 1013 },
    rejected: { "slow-consumer": { messages: 1 } },
  });
  for (const client of clients.values()) client.resume();
  await server.drain();
  for (const [policy, client] of clients) {
    const { code } = await client.closed;
    expect(code).toBe(policy === "disconnect" ? 1013 : 1001);
    const report = reportOf(policy);
    expect(report && imbalance(report)).toEqual({ messages: 0, bytes: 0 });
    expect(report?.delivered.messages).toBe(client.received.length);
    const seqs = client.received.map((text) => JSON.parse(text).seq as number);
    expect(seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] as number))).toBe(true);
  }
  // The others' trouble is not the reader's: it has everything.
  await reader.closed;
  expect(reader.received.length).toBe(reportOf("reader")?.offered.messages);
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

  test("goes with how many messages the outbox holds", async () => {
    const { server, connect } = await serve();
    const client = await connect("/feed?maxMessages=16");
    await client.next();
    client.pause();
    const report = () => server.book.open()[0];
    await until(() => (report()?.dropped.evicted.messages ?? 0) > 0);
    expect(report()).toMatchObject({ maxMessages: 16, buffered: { messages: 16 } });
    expect(report()?.receipts).toMatchObject({
      status: "answered",
      windowBytes: expect.any(Number),
    });
  });

  test("goes with 2,048 messages when no number is given", async () => {
    const { server, connect } = await serve(100);
    await connect("/feed");
    expect(server.book.open()).toMatchObject([{ maxMessages: 2_048 }]);
  });

  test.each([
    ["/feed?policy=drop-some", "unknown-policy", 'policy ("drop-some") must be one of: block, '],
    ["/feed?policy=", "unknown-policy", 'policy ("") must be'],
    ["/query?policy=drop-oldest", "unknown-policy", "must be one of: block"],
    [
      "/feed?maxMessages=0",
      "bad-max-messages",
      'maxMessages ("0") must be a whole number from 1 to',
    ],
    [
      "/feed?maxMessages=2049",
      "bad-max-messages",
      'maxMessages ("2049") must be a whole number from',
    ],
    [
      "/feed?maxMessages=1e2",
      "bad-max-messages",
      'maxMessages ("1e2") must be a whole number from 1',
    ],
    [
      "/feed?maxMessages=",
      "bad-max-messages",
      'maxMessages ("") must be a whole number from 1 to 2048',
    ],
    ["/query?maxMessages=10", "bad-max-messages", 'maxMessages ("10") must be 1024 here'],
    ["/feed?client=a%20b", "bad-client", "must be 1 to 40"],
  ])("%s is refused at the upgrade", async (path, code, message) => {
    const { refusal } = await serve(100);
    expect(await refusal(path)).toEqual({
      status: 400,
      body: { code, message: expect.stringContaining(message) },
    });
  });
});
