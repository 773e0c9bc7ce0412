/** Channels that may lose, over a real NATS server. */
import { expect, test } from "vitest";
import { describeOnNats, natsServer } from "./natsServer.js";
import { heard, isUp, node, until } from "./nodes.js";

const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `${from + at}`);

describeOnNats("on NATS", () => {
  test("R41 · a message reaches every member on every node once, in the order of its publisher, by name and by patterns", async () => {
    const { url } = await natsServer();
    const [here, there] = [await node(url), await node(url)];
    await isUp(here, there);
    const mine = await here.member("prices.eur");
    const all = [
      await there.member("prices.eur"),
      await there.member("prices.*", "prices.eur"),
      await there.member("**"),
      await there.member("**.eur", "prices.**"),
    ];
    await heard(here, "prices.eur", mine, ...all);
    for (const one of numbers(3_000)) here.sluice.publish("prices.eur", one);
    await until(() => [mine, ...all].every(({ received }) => received.length >= 3_000));
    for (const { received } of [mine, ...all]) expect(received).toEqual(numbers(3_000));
    expect(there.sluice.bus).toMatchObject({ failures: 0, joined: 5, buffered: { messages: 0 } });
    here.sluice.publish("prices", "of no part");
    await until(() => all[3]?.received.length === 3_001 && all[2]?.received.length === 3_001);
    expect(all[0]?.received).toHaveLength(3_000);
  });

  test("R42 · what is published while NATS is away waits within its bounds, and what finds no room is counted", async () => {
    const server = await natsServer();
    const [here, there] = [
      await node(server.url, { bus: { maxMessages: 100 } }),
      await node(server.url),
    ];
    await isUp(here, there);
    const theirs = await there.member("a");
    await heard(here, "a", theirs);
    await server.kill();
    await until(() => !here.sluice.bus?.isConnected && !there.sluice.bus?.isConnected);
    for (const one of numbers(1_000)) here.sluice.publish("a", one);
    expect(here.sluice.bus).toMatchObject({
      buffered: { messages: 100 },
      dropped: { disconnected: { messages: 900 } },
    });
    // Whoever is not there when it is sent does not get it, but knows how many it was.
    await server.start();
    await until(
      () => here.sluice.bus?.buffered.messages === 0 && there.sluice.bus?.isConnected === true,
    );
    await until(() => {
      here.sluice.publish("a", "!");
      return theirs.received.at(-1) === "!";
    });
    const got = theirs.received.filter((one) => one !== "!");
    expect(got).toEqual(numbers(1_000).slice(1_000 - got.length));
    expect(there.sluice.bus?.dropped["missed"]?.messages).toBeGreaterThanOrEqual(
      1_000 - got.length,
    );
    expect(here.told.join()).toContain("the bus failed at run");
  });

  test("R42 · a NATS server that stands still costs what finds no room, and the rest comes once and in order", async () => {
    const server = await natsServer();
    const [here, there] = [
      await node(server.url, { bus: { maxBytes: 2_000_000 } }),
      await node(server.url, { configuration: { maxMessages: 10_000, maxBytes: 2 ** 30 } }),
    ];
    await isUp(here, there);
    const theirs = await there.member("a");
    await heard(here, "a", theirs);
    server.pause();
    const filling = "x".repeat(9_990);
    for (const one of numbers(1_000)) here.sluice.publish("a", `${one} ${filling}`);
    // Its window may be on its way; what is here stays within its bounds.
    await until(() => (here.sluice.bus?.dropped["behind"]?.messages ?? 0) > 0);
    expect(here.sluice.bus?.buffered.bytes).toBeLessThanOrEqual(2_000_000);
    const lost = here.sluice.bus?.dropped["behind"]?.messages ?? 0;
    server.goOn();
    await until(() => theirs.received.length === 1_000 - lost);
    const got = theirs.received.map((one) => Number(one.split(" ")[0]));
    expect(got).toEqual(got.toSorted((a, b) => a - b));
    expect(new Set(got).size).toBe(1_000 - lost);
    expect(there.sluice.bus?.dropped["missed"]?.messages).toBe(lost);
  });

  test("what is too large for NATS is counted, and the next goes its way", async () => {
    const { url } = await natsServer();
    const [here, there] = [await node(url), await node(url)];
    await isUp(here, there);
    const theirs = await there.member("a");
    await heard(here, "a", theirs);
    here.sluice.publish("a", "x".repeat(1_100_000));
    here.sluice.publish("a", "small");
    await until(() => theirs.received.length === 1);
    expect(theirs.received).toEqual(["small"]);
    expect(here.sluice.bus?.dropped["too-large"]).toEqual({ messages: 1, bytes: 1_100_000 });
  });
});

test("a bus without NATS breaks no publish and keeps no server from closing", async () => {
  const here = await node("nats://127.0.0.1:1");
  const mine = await here.member("a");
  expect(here.sluice.publish("a", "1")).toEqual({ accepted: 1, rejected: 0 });
  await until(() => mine.received.length === 1);
  await until(() => here.told.length > 0);
  mine.socket.terminate();
  await here.sluice.close();
  expect(here.sluice.bus).toMatchObject({
    isConnected: false,
    dropped: { disconnected: { messages: 1 } },
  });
});
