/**
 * What is published goes past the outboxes of those that keep up, by topics of the app: they receive and are counted
 * what they would have by their outboxes alone.
 */
import { imbalance } from "@sluice/core";
import { Frame, Sluice, type SluiceOptions, type UwsConnection } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { type Client, onlyOne, serve, until } from "./server.js";

/** A server that knows its app, and so many clients. */
async function knowing(count: number, options: SluiceOptions = {}) {
  const { sluice, connect } = await serve((app) => ({ app, ...options }));
  const clients: Array<Client> = [];
  for (let at = 0; at < count; at++) clients.push(await connect());
  await until(() => sluice.connections.size === count);
  const connections = [...sluice.connections] as ReadonlyArray<UwsConnection>;
  /** Until all of them read; they join once a second. */
  const joined = () => until(() => connections.every((one) => isReading(one)));
  return { sluice, clients, connections, joined };
}

/** Whether it is served past its outbox: nobody is told, for nothing else is different. */
function isReading(connection: UwsConnection): boolean {
  const { actor } = connection as unknown as { readonly actor: { readonly reading: unknown } };
  return actor.reading !== undefined;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const received = (client: Client, count: number) => until(() => client.received.length === count);

test("who keeps up reads by a topic, and gets what it would get by its outbox, in the same order", async () => {
  const { sluice, clients, connections, joined } = await knowing(3);
  const expected = clients.map((): Array<string> => []);
  const channels = ["a.1", "a.2", "b"];
  const wants = [["a.*"], ["a.1", "b"], ["**"]];
  for (const [at, wanted] of wants.entries()) {
    for (const one of wanted) connections[at]?.subscribe(one);
  }
  const isFor = (at: number, channel: string) =>
    at === 2 || wants[at]?.includes(channel) || (at === 0 && channel.startsWith("a."));
  let sent = 0;
  const step = async (random: number, offersToo: boolean) => {
    const text = `${sent++}`;
    const except = random % 5 === 0 ? random % 3 : undefined;
    const options = except === undefined ? {} : { except: connections[except] };
    const way = (random >> 3) % (offersToo ? 40 : 39);
    const channel = channels[way % 3] as string;
    const isTo = (at: number) =>
      way === 39 ? at === random % 3 : at !== except && (way < 9 || isFor(at, channel));
    if (way === 39) connections[random % 3]?.offer(text);
    else if (way < 9) sluice.broadcast(text, options);
    else sluice.publish(channel, Frame.text(text), options);
    for (const [at, texts] of expected.entries()) if (isTo(at)) texts.push(text);
    for (const [at, connection] of connections.entries()) {
      const statistics = connection.stats();
      expect(statistics.offered.messages).toBe(expected[at]?.length);
      expect(imbalance(statistics)).toEqual({ messages: 0, bytes: 0 });
      expect(statistics.buffered.messages).toBeLessThanOrEqual(statistics.peak.messages);
    }
    if (random % 11 === 0) await turn();
  };
  let seed = 1;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed >> 8;
  };
  sluice.broadcast(`${sent++}`);
  for (const texts of expected) texts.push("0");
  for (const offersToo of [false, true, false]) {
    await joined();
    for (let count = 0; count < 700; count++) await step(random(), offersToo);
    for (const [at, client] of clients.entries()) await received(client, expected[at]?.length ?? 0);
  }
  expect(clients.map((client) => client.received)).toEqual(expected);
  await until(() => connections.every((one) => one.stats().buffered.messages === 0));
  for (const [at, connection] of connections.entries()) {
    expect(connection.stats().delivered.messages).toBe(expected[at]?.length);
  }
});

describe("a reader", () => {
  test("that is given more in a turn than topics write at once gets all of it, in order, and reads on", async () => {
    const { sluice, clients, connections, joined } = await knowing(2);
    sluice.broadcast("first");
    await joined();
    const many = Array.from({ length: 400 }, (_, at) => `${at}`.padEnd(140, "."));
    const except = connections[0];
    for (const text of many) sluice.broadcast(text);
    sluice.broadcast("last", { except });
    await received(clients[1] as Client, many.length + 2);
    await received(clients[0] as Client, many.length + 1);
    expect(clients[1]?.received).toEqual(["first", ...many, "last"]);
    expect(clients[0]?.received).toEqual(["first", ...many]);
    // Whoever was busy meanwhile comes back.
    await joined();
  });

  test("that is given more in a turn than its outbox takes without a mark has its outbox, and its marks", async () => {
    const { sluice, clients, connections, joined } = await knowing(1, {
      configuration: { maxMessages: 10 },
    });
    sluice.broadcast("first");
    await joined();
    for (let at = 0; at < 6; at++) sluice.broadcast(`${at}`);
    expect(connections[0]?.stats()).toMatchObject({ state: "normal", fill: 0.6 });
    expect(isReading(connections[0] as UwsConnection)).toBe(true);
    sluice.broadcast("seventh");
    expect(connections[0]?.stats()).toMatchObject({ state: "throttled", fill: 0.7 });
    expect(isReading(connections[0] as UwsConnection)).toBe(false);
    await received(clients[0] as Client, 8);
  });

  test("that stops reading falls behind with nothing lost but what its strategy drops, and comes back", async () => {
    const { sluice, clients, connections, joined } = await knowing(2, {
      configuration: { maxMessages: 50, overflow: "drop-oldest" },
    });
    sluice.broadcast("first");
    await joined();
    const [slow, fast] = clients as [Client, Client];
    const [behind] = connections as [UwsConnection, UwsConnection];
    slow.pause();
    let sent = 0;
    while (behind.stats().dropped.evicted.messages < 100) {
      sluice.broadcast(`${sent++}`.padEnd(10_000, "."));
      await turn();
    }
    expect(isReading(behind)).toBe(false);
    expect(behind.stats().delivered.bytes).toBeLessThan(8 * 2 ** 20);
    slow.resume();
    await until(() => isReading(behind));
    sluice.broadcast("last");
    await received(fast, sent + 2);
    const { delivered, dropped } = behind.stats();
    await until(() => slow.received.at(-1) === "last");
    expect(slow.received).toHaveLength(behind.stats().delivered.messages);
    expect(delivered.messages + dropped.evicted.messages).toBeGreaterThan(sent);
    const numbers = slow.received.slice(1, -1).map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  test.each<[string, (connection: UwsConnection, client: Client) => unknown]>([
    ["is closed", (connection) => connection.close()],
    ["is evicted", (connection) => connection.evict()],
    ["leaves", (_, client) => client.terminate()],
  ])(
    "that %s in mid-turn has every message counted once, and others get theirs",
    async (_, end) => {
      const { sluice, clients, connections, joined } = await knowing(2);
      sluice.broadcast("first");
      await joined();
      const [one, other] = connections as [UwsConnection, UwsConnection];
      sluice.broadcast("before");
      end(one, clients[0] as Client);
      sluice.broadcast("after");
      await one.closed;
      const { offered, buffered } = one.stats();
      expect(imbalance(one.stats())).toEqual({ messages: 0, bytes: 0 });
      expect(buffered.messages).toBe(0);
      expect(offered.messages).toBeGreaterThanOrEqual(2);
      await received(clients[1] as Client, 3);
      sluice.broadcast("later");
      await received(clients[1] as Client, 4);
      expect(other.stats().delivered.messages).toBe(4);
    },
  );
});

test("who is connected to another app is served by its outbox, and misses nothing", async () => {
  const { sluice, clients, connections, joined } = await knowing(1);
  const other = await serve({}, {}, sluice);
  const stranger = await other.connect();
  await until(() => sluice.connections.size === 2);
  sluice.broadcast("1");
  await joined();
  const [, apart] = [...sluice.connections];
  expect(isReading(apart as UwsConnection)).toBe(false);
  expect(isReading(connections[0] as UwsConnection)).toBe(true);
  for (const text of ["2", "3"]) sluice.broadcast(text);
  for (const client of [clients[0] as Client, stranger]) await received(client, 3);
  expect(stranger.received).toEqual(["1", "2", "3"]);
});

test("our topics are not told to the subscription handler, theirs are", async () => {
  const told: Array<string> = [];
  const { sluice, connect } = await serve((app) => ({ app }), {
    open: (socket) => void socket.subscribe("theirs"),
    subscription: (_, topic) => void told.push(Buffer.from(topic).toString()),
  });
  await connect();
  const connection = await onlyOne({ sluice });
  sluice.broadcast("1");
  await until(() => isReading(connection));
  expect(told).toEqual(["theirs"]);
});

test("what is no app is refused", () => {
  expect(() => new Sluice({ app: {} as never })).toThrow("app ({}) must be an App or an SSLApp");
});
