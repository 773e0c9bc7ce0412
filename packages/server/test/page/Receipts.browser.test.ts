/** Receipts of a real browser, whose page has no code for them. */
import { expect, test } from "vitest";
import { until } from "../running.js";
import { onlyOne, serve } from "../wild/serve.js";
import { describeInBrowser, launch } from "./browser.js";

describeInBrowser("a page in Chromium that works on each message, without code for it", () => {
  test("has at most a window on its way, has received what it acknowledged, and gets what is new", async () => {
    const windowBytes = 65_536;
    const message = (at: number) => `${at} `.padEnd(1_000, ".");
    const { sluice, port, url } = await serve({
      configuration: { windowBytes, maxMessages: 32, overflow: "drop-oldest" },
    });
    const page = await launch();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate(work, url);
    const connection = await onlyOne(sluice);
    await until(() => connection.stats().receipts.status === "answered");
    let sent = 0;
    let mostInFlight = 0;
    // As much as it takes to be far ahead of the page.
    while (connection.stats().dropped.evicted.messages < 2_000) {
      for (let at = 0; at < 10; at++) connection.offer(message(sent++));
      await new Promise((resolve) => setImmediate(resolve));
      mostInFlight = Math.max(mostInFlight, connection.stats().receipts.inFlight?.bytes ?? 0);
    }
    const { acknowledged } = connection.stats().receipts;
    const received = await page.evaluate(() => (globalThis as unknown as Worker).received);
    expect(acknowledged.messages).toBeLessThanOrEqual(received.length);
    expect(mostInFlight).toBeLessThanOrEqual(windowBytes + 1_000);
    expect(mostInFlight).toBeGreaterThan(windowBytes / 2);
    await until(() => connection.stats().buffered.messages === 0);
    await until(() => connection.stats().receipts.inFlight?.messages === 0);
    const all = await page.evaluate(() => (globalThis as unknown as Worker).received);
    expect(all).toHaveLength(connection.stats().delivered.messages);
    expect(all.at(-1)).toBe(sent - 1);
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });
});

interface Worker {
  received: Array<number>;
}

/** In the page: it works 2 ms on each message. */
function work(url: string): void {
  const received: Worker["received"] = [];
  (globalThis as unknown as Worker).received = received;
  new WebSocket(url).onmessage = ({ data }: { readonly data: unknown }) => {
    const until = performance.now() + 2;
    while (performance.now() < until);
    received.push(Number.parseInt(String(data), 10));
  };
}
