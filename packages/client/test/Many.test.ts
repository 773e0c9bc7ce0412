/** A thousand clients that lose their connections at once, in the middle of a feed, and come back. */
import { SluiceClient } from "@sluice/client";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { serveMany, until } from "./serve.js";

const clients = 1_000;

test("recover-1000: a thousand that come back at once miss nothing, and get nothing twice", async () => {
  const { sluice, sockets, lose, url } = await serveMany({ maxMessages: 10_000 });
  const had = Array.from({ length: clients }, (): Array<unknown> => []);
  let gaps = 0;
  for (const one of had) {
    const client = new SluiceClient(url, { WebSocket, minBackoffMillis: 100 });
    onTestFinished(() => client.close());
    client.subscribe("prices.eur", {
      onMessage: (data) => void one.push(data),
      onGap: () => void gaps++,
    });
  }
  await until(() => sluice.subscribers("prices.eur") === clients);
  let published = 0;
  const publish = async (count: number) => {
    for (let left = count; left > 0; left--) {
      sluice.publish("prices.eur", `${++published}`);
      // The rhythm of the feed.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  await publish(20);
  const lostAt = performance.now();
  lose();
  expect(sockets.size).toBe(0);
  while (sluice.subscribers("prices.eur") < clients) await publish(1);
  const backMillis = performance.now() - lostAt;
  await publish(20);
  await until(() => had.every(({ length }) => length >= published));
  const all = Array.from({ length: published }, (_, at) => at + 1);
  for (const one of had) expect(one).toEqual(all);
  expect(gaps).toBe(0);
  process.stdout.write(
    `recover-1000: ${clients} clients lost at once had all of ${published} messages, none twice; the last was back after ${Math.round(backMillis)} ms\n`,
  );
});
