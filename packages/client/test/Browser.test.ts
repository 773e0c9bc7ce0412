/** The client in Chromium, with the WebSocket of the page. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { bundle } from "./bundle.js";
import { Place, until } from "./serve.js";

const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

/** Where there is no Chromium it is skipped, and says so; where CI is set it fails. */
const inBrowser = executablePath !== undefined || process.env["CI"] ? describe : describe.skip;

inBrowser("a page in Chromium (apt-get install chromium, or set CHROMIUM)", () => {
  test("comes back by itself, and has what it missed", async () => {
    const script = await bundle("iife");
    const place = await Place.open({}, `<!doctype html><script>${script}</script>`);
    const browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ["--no-sandbox"],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${place.port}/`);
    await page.evaluate(follow, place.url);
    await until(() => place.sluice.subscribers("prices.eur") === 1);
    // It has a place from its first message on.
    place.sluice.publish("prices.eur", "1");
    await page.waitForFunction(() => (globalThis as unknown as Page).had.length === 1);
    for (let at = 2; at <= 200; at++) {
      place.sluice.publish("prices.eur", `${at}`);
      if (at === 100) place.lose();
    }
    await page.waitForFunction(() => (globalThis as unknown as Page).had.length >= 200);
    const { had, gaps } = await page.evaluate(() => {
      const { had, gaps } = globalThis as unknown as Page;
      return { had, gaps };
    });
    expect(had).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(gaps).toBe(0);
  });
});

interface Page {
  readonly sluice: typeof import("@sluice/client");
  had: Array<unknown>;
  gaps: number;
}

/** In the page. */
function follow(url: string): void {
  const page = globalThis as unknown as Page;
  [page.had, page.gaps] = [[], 0];
  new page.sluice.SluiceClient(url, { minBackoffMillis: 20 }).subscribe("prices.eur", {
    onMessage: (data) => void page.had.push(data),
    onGap: () => {
      page.gaps++;
    },
  });
}
