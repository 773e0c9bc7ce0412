/** A client and a server of `ws` that goes, comes back, and says goodbye in different ways. */
import { type ClientOptions, type Gap, type Goodbye, SluiceClient } from "@sluice/client";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { Place, until } from "./serve.js";

function clientOf({ url }: Place, options: ClientOptions = {}) {
  const goodbyes: Array<Goodbye> = [];
  const client = new SluiceClient(url, {
    WebSocket,
    minBackoffMillis: 5,
    maxBackoffMillis: 20,
    onClose: (goodbye) => void goodbyes.push(goodbye),
    ...options,
  });
  onTestFinished(() => client.close());
  const had: Array<unknown> = [];
  const gaps: Array<Gap> = [];
  const follow = (channel: string) =>
    client.subscribe(channel, {
      onMessage: (data) => void had.push(data),
      onGap: (gap) => void gaps.push(gap),
    });
  return { client, goodbyes, had, gaps, follow };
}

const isSubscribed = ({ sluice }: Place) => sluice.subscribers("prices.eur") === 1;

test("it comes back by itself and has what was published meanwhile, once and in order", async () => {
  const place = await Place.open();
  const { had, gaps, goodbyes, follow } = clientOf(place);
  follow("prices.eur");
  await until(() => isSubscribed(place));
  for (let at = 1; at <= 300; at++) {
    place.sluice.publish("prices.eur", `${at}`);
    if (at % 100 === 50) place.lose();
    if (at % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => had.length >= 300);
  expect(had).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
  expect(gaps).toEqual([]);
  expect(goodbyes.length).toBeGreaterThan(0);
});

test("a server that has forgotten everything is one gap of another epoch, and what it has said since comes", async () => {
  const place = await Place.open();
  const { had, gaps, follow } = clientOf(place);
  follow("prices.eur");
  await until(() => isSubscribed(place));
  place.sluice.publish("prices.eur", "1");
  await until(() => had.length === 1);
  await place.stop();
  await place.open();
  place.sluice.publish("prices.eur", "2");
  await until(() => had.length === 2);
  expect(had).toEqual([1, 2]);
  expect(gaps).toMatchObject([
    { channel: "prices.eur", first: 1, last: 0, count: 0, reason: "epoch" },
  ]);
});

test("what its history does not have any more is one exact gap", async () => {
  const place = await Place.open({ maxMessages: 3 });
  const { had, gaps, follow } = clientOf(place);
  follow("prices.eur");
  await until(() => isSubscribed(place));
  place.sluice.publish("prices.eur", "1");
  await until(() => had.length === 1);
  place.lose();
  await until(() => !isSubscribed(place));
  for (let at = 2; at <= 10; at++) place.sluice.publish("prices.eur", `${at}`);
  await until(() => had.length === 4);
  expect(had).toEqual([1, 8, 9, 10]);
  expect(gaps).toMatchObject([{ first: 2, last: 7, count: 6, reason: "trimmed" }]);
});

test("it comes back when it is told to, and says when", async () => {
  const place = await Place.open();
  const { goodbyes, client } = clientOf(place, {
    minBackoffMillis: 60_000,
    maxBackoffMillis: 60_000,
  });
  await until(() => client.isOpen);
  for (const socket of place.sockets) socket.close(4_000, "kicked; retry=0.01");
  await until(() => place.arrivals === 2);
  expect(goodbyes).toEqual([{ code: 4_000, reason: "kicked; retry=0.01", retryMillis: 10 }]);
});

test("it does not come back after a code that means so, nor when it was closed", async () => {
  const place = await Place.open();
  const [kicked, left] = [clientOf(place), clientOf(place)];
  await until(() => kicked.client.isOpen && left.client.isOpen);
  left.client.close();
  await until(() => left.goodbyes.length === 1);
  for (const socket of place.sockets) socket.close(1_008, "no");
  await until(() => kicked.goodbyes.length === 1);
  for (const { client, goodbyes } of [kicked, left]) {
    expect(client.isClosed).toBe(true);
    expect(goodbyes[0]?.retryMillis).toBeUndefined();
    expect(client.send("hello")).toBe(false);
  }
  expect(place.arrivals).toBe(2);
});

test("it tries again while nobody listens, and may be closed meanwhile", async () => {
  const place = await Place.open();
  await place.stop();
  const { client, goodbyes } = clientOf(place);
  await until(() => goodbyes.length === 3);
  expect(
    goodbyes.every(({ code, retryMillis }) => code === 1_006 && retryMillis !== undefined),
  ).toBe(true);
  client.close();
  expect(client.isClosed).toBe(true);
});

test("one channel is subscribed to once, and not after it was left; what is of none comes as it is", async () => {
  const others: Array<unknown> = [];
  const place = await Place.open();
  const { client, had, follow } = clientOf(place, { onMessage: (data) => void others.push(data) });
  const leave = follow("prices.eur");
  expect(() => follow("prices.eur")).toThrow("subscribed to already");
  await until(() => isSubscribed(place));
  leave();
  leave();
  await until(() => place.sluice.subscribers("prices.eur") === 0);
  const isAgain = follow("prices.eur");
  await until(() => isSubscribed(place));
  place.sluice.broadcast("hello");
  place.sluice.broadcast("{");
  place.sluice.broadcast(new Uint8Array([1]));
  place.sluice.publish("prices.eur", "1");
  await until(() => had.length === 1);
  expect(others).toHaveLength(3);
  expect(client.isOpen).toBe(true);
  isAgain();
});

test("it goes to the next of several addresses whenever a connection is lost or cannot be had", async () => {
  const [first, second] = [await Place.open(), await Place.open()];
  const nowhere = "ws://127.0.0.1:1";
  const client = new SluiceClient([first.url, nowhere, second.url], {
    WebSocket,
    minBackoffMillis: 5,
    maxBackoffMillis: 20,
  });
  onTestFinished(() => client.close());
  await until(() => first.arrivals === 1);
  first.lose();
  await until(() => second.arrivals === 1);
  second.lose();
  await until(() => first.arrivals === 2);
});

test("an address that is none is refused at once, wherever it is among several", () => {
  expect(() => new SluiceClient(["ws://127.0.0.1:1", "no address"], { WebSocket })).toThrow(
    TypeError,
  );
});
