/** Ordered channels over a real JetStream: once and in order at every member, whatever happens to nodes and to NATS. */
import { expect, test } from "vitest";
import { describeOnNats, natsServer } from "./natsServer.js";
import { heard, isUp, type NodeClient, node, until } from "./nodes.js";

const ordered = { ordered: ["orders.**"] };
const history = { channels: { history: { "orders.**": {} } } };
const blocking = { configuration: { overflow: "block" as const } };

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`);

/** What a client has received of messages with positions. */
const read = ({ received }: NodeClient) =>
  received.map((text) => JSON.parse(text)).filter(({ data }) => data !== undefined);

describeOnNats("ordered channels", () => {
  test("reach who has joined on this node before they are published", async () => {
    const { url } = await natsServer();
    const a = await node(url, { bus: ordered });
    await isUp(a);
    for (let round = 0; round < 20; round++) {
      const member = await a.member(`orders.${round}`);
      a.sluice.publish(`orders.${round}`, "first");
      await until(() => member.received.length === 1);
    }
  });

  test("R41 · come once and in one order to every member of every node, whoever publishes", async () => {
    const { url } = await natsServer();
    const [a, b] = [await node(url, { bus: ordered }), await node(url, { bus: ordered })];
    const members = [
      await a.member("orders.eur"),
      await a.member("orders.*"),
      await b.member("orders.eur", "orders.**"),
    ];
    await isUp(a, b);
    await heard(a, "orders.eur", ...members);
    const stored = [];
    for (let number = 0; number < 100; number++) {
      stored.push(a.sluice.publish("orders.eur", `a${number}`).stored);
      stored.push(b.sluice.publish("orders.eur", `b${number}`).stored);
    }
    const outcomes = await Promise.all(stored);
    const positions = outcomes.map((one) => (one?._tag === "Stored" ? one.position.position : one));
    const sorted = positions.map(Number).toSorted((one, other) => one - other);
    const least = sorted[0] ?? 0;
    expect(sorted).toEqual(Array.from({ length: 200 }, (_, at) => least + at));
    await until(() => members.every(({ received }) => received.length >= 200));
    const [first = [], ...others] = members.map(({ received }) => received);
    for (const other of others) expect(other).toEqual(first);
    expect(first.filter((one) => one.startsWith("a"))).toEqual(numbers(0, 99).map((n) => `a${n}`));
    expect(first.filter((one) => one.startsWith("b"))).toEqual(numbers(0, 99).map((n) => `b${n}`));
    expect(a.sluice.bus?.dropped["trimmed"]).toEqual({ messages: 0, bytes: 0 });
  });

  test("R42 · wait for a member that blocks, and for no other node", async () => {
    const { url } = await natsServer();
    const small = { overflow: "block" as const, maxMessages: 4, maxBytes: 200_000 };
    const a = await node(url, { bus: ordered, configuration: small });
    const b = await node(url, { bus: ordered });
    const slow = await a.member("orders.eur");
    const fast = await b.member("orders.eur");
    await isUp(a, b);
    await heard(b, "orders.eur", slow, fast);
    slow.socket.pause();
    const big = "x".repeat(50_000);
    for (let number = 0; number < 300; number++) {
      await b.sluice.publish("orders.eur", `${number} ${big}`).stored;
    }
    await until(() => fast.received.length === 300);
    expect(slow.connection.stats().buffered.messages).toBeLessThanOrEqual(4);
    slow.socket.resume();
    await until(() => slow.received.length === 300);
    expect(slow.received).toEqual(fast.received);
    const { dropped, rejected } = slow.connection.stats();
    expect([dropped.evicted.messages, rejected.full.messages]).toEqual([0, 0]);
  }, 60_000);

  test("R41 · lose nothing when NATS is killed and comes back, on either side", async () => {
    const server = await natsServer();
    const options = { bus: ordered, ...blocking };
    const [a, b] = [await node(server.url, options), await node(server.url, options)];
    const member = await b.member("orders.eur");
    await isUp(a, b);
    await heard(a, "orders.eur", member);
    const stored = [];
    for (let number = 0; number < 300; number++) {
      stored.push(a.sluice.publish("orders.eur", `${number}`).stored);
      if (number === 100) await server.kill();
      if (number === 200) void server.start();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const outcomes = await Promise.all(stored);
    expect(new Set(outcomes.map((one) => one?._tag))).toEqual(new Set(["Stored"]));
    await until(() => member.received.length >= 300);
    expect(member.received).toEqual(numbers(0, 299));
  }, 60_000);

  test("R40 · are resumed on another node: what was missed, then live, each once", async () => {
    const { url } = await natsServer();
    const options = { bus: ordered, ...history };
    const [a, b] = [await node(url, options), await node(url, options)];
    await isUp(a, b);
    const before = await a.member();
    await before.connection.resume({ channel: "orders.eur" });
    for (let number = 1; number <= 20; number++) {
      await a.sluice.publish("orders.eur", `${number}`).stored;
    }
    await until(() => read(before).length === 20);
    const { epoch, position } = read(before)[9];
    expect(position).toBe(10);
    before.socket.terminate();
    for (let number = 21; number <= 30; number++) {
      await b.sluice.publish("orders.eur", `${number}`).stored;
    }
    const after = await b.member();
    const live = after.connection.resume({ channel: "orders.eur", epoch, position });
    for (let number = 31; number <= 40; number++) {
      await b.sluice.publish("orders.eur", `${number}`).stored;
    }
    expect(await live).toMatchObject({ isLive: true, gaps: [] });
    await until(() => read(after).length >= 30);
    expect(read(after).map(({ data }) => data)).toEqual(numbers(11, 40).map(Number));
    expect(read(after).map((one) => one.position)).toEqual(numbers(11, 40).map(Number));
  }, 60_000);

  test("R40 · tell who comes back too late what has gone, exactly, and a place that nobody gave", async () => {
    const { url } = await natsServer();
    const bus = { ...ordered, stream: { maxMessages: 5 } };
    const options = { bus, ...history };
    const [a, b] = [await node(url, options), await node(url, options)];
    await isUp(a, b);
    const { stored } = a.sluice.publish("orders.eur", "1");
    const first = await stored;
    const epoch = first?._tag === "Stored" ? first.position.epoch : "";
    for (let number = 2; number <= 20; number++) {
      await a.sluice.publish("orders.eur", `${number}`).stored;
    }
    const late = await b.member();
    const resumed = await late.connection.resume({ channel: "orders.eur", epoch, position: 3 });
    expect(resumed).toMatchObject({
      isLive: true,
      replayed: 5,
      gaps: [{ first: 4, last: 15, count: 12, reason: "trimmed" }],
    });
    const liar = await b.member();
    const told = await liar.connection.resume({ channel: "orders.eur", epoch, position: 1_000 });
    expect(told.gaps).toMatchObject([{ reason: "epoch" }]);
  }, 60_000);

  test("R41 · are whole for who is behind when another name or pattern joins that has some of the same", async () => {
    const { url } = await natsServer();
    const small = { overflow: "block" as const, maxMessages: 4, maxBytes: 200_000 };
    const a = await node(url, { bus: ordered, configuration: small });
    const b = await node(url, { bus: ordered });
    const slow = await a.member("orders.eur");
    await isUp(a, b);
    await heard(b, "orders.eur", slow);
    slow.socket.pause();
    const big = "x".repeat(50_000);
    const say = (number: number) => b.sluice.publish("orders.eur", `${number} ${big}`).stored;
    for (let number = 0; number < 200; number++) await say(number);
    const late = await a.member("orders.*");
    for (let number = 200; number < 210; number++) await say(number);
    slow.socket.resume();
    await until(() => slow.received.length >= 210);
    const said = slow.received.map((text) => text.split(" ")[0]);
    expect(said).toEqual(numbers(0, 209));
    expect(a.sluice.bus?.dropped["trimmed"]).toEqual({ messages: 0, bytes: 0 });
    expect(late.received.at(-1)).toBe(slow.received.at(-1));
  }, 60_000);

  test("R40 · are resumed when NATS is there again", async () => {
    const server = await natsServer();
    const options = { bus: ordered, ...history };
    const [a, b] = [await node(server.url, options), await node(server.url, options)];
    await isUp(a, b);
    const first = await a.sluice.publish("orders.eur", "0").stored;
    const big = "x".repeat(20_000);
    for (let number = 1; number <= 100; number++) {
      await a.sluice.publish("orders.eur", `"${number} ${big}"`).stored;
    }
    const epoch = first?._tag === "Stored" ? first.position.epoch : "";
    const other = await b.member();
    await other.connection.resume({ channel: "orders.eur" });
    await server.kill();
    const member = await b.member();
    const resuming = member.connection.resume({ channel: "orders.eur", epoch, position: 1 });
    await until(() => b.told.length > 0);
    await server.start();
    expect(await resuming).toMatchObject({ isLive: true, replayed: 100, gaps: [] });
    await until(() => read(member).length === 100);
    expect(read(member).map(({ data }) => data.split(" ")[0])).toEqual(numbers(1, 100));
  }, 60_000);

  test("refuse bytes that their history could not write, and those that others have published cost nobody a resume", async () => {
    const { url } = await natsServer();
    const a = await node(url, { bus: ordered });
    const b = await node(url, { bus: ordered, ...history });
    await isUp(a, b);
    const first = await b.sluice.publish("orders.eur", "1").stored;
    expect(() => b.sluice.publish("orders.eur", new Uint8Array([1, 2]))).toThrow(TypeError);
    await a.sluice.publish("orders.eur", new Uint8Array([1, 2])).stored;
    await b.sluice.publish("orders.eur", "3").stored;
    const epoch = first?._tag === "Stored" ? first.position.epoch : "";
    const member = await b.member();
    await member.connection.resume({ channel: "orders.eur", epoch, position: 0 });
    await until(() => member.received.length >= 3);
    expect(member.received.map((text) => JSON.parse(text))).toMatchObject([
      { position: 1, data: 1 },
      { position: 2 },
      { position: 3, data: 3 },
    ]);
  });

  test("refuse what their stream could never keep", async () => {
    const { url } = await natsServer();
    const a = await node(url, { bus: { ...ordered, stream: { maxBytes: 65_536 } } });
    await isUp(a);
    const { stored } = a.sluice.publish("orders.eur", "x".repeat(65_536));
    expect(await stored).toEqual({ _tag: "Unstored", reason: "too-large" });
  });
});
