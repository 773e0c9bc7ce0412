/**
 * The same in Chromium: a page that works 2 ms on each message reads a third of the feed. Receipts need no code in the
 * page, for the browser answers pings when it has handed over what was before them.
 */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { spread } from "../Spread.js";
import { type Kind, pathOf, type ServerRequest } from "./protocol.js";

const seconds = 30;
const workMillis = 2;

const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

export const browser: Part = {
  name: "freshness-chromium",
  figures: {
    "freshness-chromium": `age on arrival of the same in a page in Chromium that works ${workMillis} ms on each message`,
  },
  run,
};

async function run() {
  if (executablePath === undefined) {
    console.log("  no Chromium here: set CHROMIUM to its path");
    return [];
  }
  const chrome = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const on = await median(chrome, "on");
  const off = await median(chrome, "off");
  await chrome.close();
  return [
    figure({
      id: "freshness-chromium",
      unit: "ms",
      ours: [on],
      peers: { "that without receipts": [off] },
      goals: [{ atMost: 1_000 }],
    }),
  ];
}

/** The median age of what the page has received in the second half. */
async function median(chrome: Browser, kind: Kind): Promise<number> {
  const server = new Child<ServerRequest>(new URL("./FeedServer.js", import.meta.url));
  const port = await server.ask<number>({ ask: "port" });
  const page = await chrome.newPage();
  await page.goto(`http://127.0.0.1:${port}/page`);
  await page.evaluate(listen, {
    url: `ws://127.0.0.1:${port}${pathOf("drop-oldest", kind)}`,
    workMillis,
  });
  await server.ask({ ask: "run", seconds });
  const ages = await page.evaluate(() => (globalThis as unknown as Page).ages);
  await page.close();
  await server.stop();
  const late = ages.filter(({ atMillis }) => atMillis >= (seconds * 1000) / 2);
  return spread(late.map(({ age }) => age)).median;
}

interface Page {
  ages: Array<{ readonly atMillis: number; readonly age: number }>;
}

/** In the page: what any page does with a feed. */
function listen({ url, workMillis }: { readonly url: string; readonly workMillis: number }) {
  const ages: Page["ages"] = [];
  (globalThis as unknown as Page).ages = ages;
  const socket = new WebSocket(url);
  const now = () => performance.timeOrigin + performance.now();
  let firstMillis = 0;
  socket.onmessage = ({ data }) => {
    const nowMillis = now();
    firstMillis ||= nowMillis;
    ages.push({ atMillis: nowMillis - firstMillis, age: nowMillis - Number.parseFloat(data) });
    while (now() < nowMillis + workMillis);
  };
  return new Promise<void>((resolve) => {
    socket.onopen = () => resolve();
  });
}
