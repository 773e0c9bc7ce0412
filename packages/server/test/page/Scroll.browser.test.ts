/** The live page with 5,000 connections, one in ten of which changes its state every second. */
import { App, type us_socket, us_socket_local_port } from "uWebSockets.js";
import { livePage } from "@sluice/page";
import { Actor, ConnectionRegistry } from "@sluice/runtime";
import { ServerConnection } from "@sluice/runtime/adapter";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { byteLength, type Message, type UwsConnection } from "@sluice/uws";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeInBrowser, withBrowser } from "./browser.js";

const size = 5_000;
const timeout = { timeout: 600_000 };
const patience = { timeout: 180_000 };

describeInBrowser("the live page with 5,000 connections", () => {
  const visit = withBrowser();

  test("scrolls while snapshots come, with few rows in the document", timeout, async () => {
    const url = await crowd();
    const { page, complaints, ...visited } = await visit(url);
    expect(visited.requests).toEqual([url]);
    await page.locator("h2", { hasText: "5,000 connections" }).waitFor();
    await page.locator(".scroller").hover();
    const scrolled = await page.evaluate(scrollFor, 120);
    // How smooth it is depends on who else wants the processor: it is for a person to read.
    console.log(`5,000 rows, scrolled for 120 frames: ${JSON.stringify(scrolled)}`);
    expect(scrolled.mostRows).toBeLessThan(200);
    expect(scrolled.scrolledPixels).toBeGreaterThan(10_000);
    // The end is where it should be, and the filter finds one in all of them.
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await vi.waitUntil(
      async () => (await page.locator("tr.active").getAttribute("aria-rowindex")) === "5001",
      patience,
    );
    await page.getByRole("searchbox").fill("client-4321");
    await vi.waitUntil(async () => (await page.locator("tbody tr[id]").count()) === 1, patience);
    expect(complaints).toEqual([]);
  });
});

/** An app with the page, and connections of a transport that takes what it is told to. */
async function crowd(): Promise<string> {
  const connections = new ConnectionRegistry<UwsConnection>();
  const names = new Map<UwsConnection, string>();
  const flusher = new ManualFlusher();
  const transports = Array.from({ length: size }, (_, n) => {
    const transport = new ScriptedTransport<Message>({ sizeOf: byteLength, room: 0 });
    const configuration = { maxMessages: 20 };
    const actor = new Actor<Message>({ transport, flusher, sizeOf: byteLength, configuration });
    const connection = new ServerConnection(actor);
    names.set(connection, `client-${n}`);
    connections.add(connection);
    return { transport, actor };
  });
  let turn = 0;
  const timer = setInterval(() => {
    for (let n = 0; n < size / 100; n++) {
      const { transport, actor } = transports[turn++ % size] as (typeof transports)[number];
      for (let message = 0; message < (turn % 7) * 5; message++) actor.offer("x".repeat(100));
      if (turn % 3 === 0) transport.drain();
      actor.drained();
    }
    flusher.flush();
  }, 100);
  const app = App();
  const routes = { "/crowd": { connections } };
  livePage({ routes, nameOf: (connection) => names.get(connection) ?? "" }).mount(app);
  const port = await new Promise<number>((resolve) => {
    app.listen("127.0.0.1", 0, (listening) =>
      resolve(us_socket_local_port(listening as us_socket)),
    );
  });
  onTestFinished(() => {
    clearInterval(timer);
    app.close();
  });
  return `http://127.0.0.1:${port}/`;
}

/** Runs in the page: scrolls down and up, a good way every frame, and measures. */
async function scrollFor(frameCount: number) {
  const scroller = document.querySelector(".scroller") as HTMLElement;
  const tasks: Array<number> = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(Math.round(duration));
  });
  observer.observe({ entryTypes: ["longtask"] });
  const frames: Array<number> = [];
  let mostRows = 0;
  let scrolledPixels = 0;
  let step = 97;
  let last = performance.now();
  while (frames.length < frameCount) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    frames.push(now - last);
    last = now;
    if (scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight) step = -97;
    scroller.scrollTop += step;
    scrolledPixels += Math.abs(step);
    mostRows = Math.max(mostRows, scroller.querySelectorAll("tr").length);
  }
  observer.disconnect();
  frames.sort((a, b) => a - b);
  const at = (share: number) => Math.round(frames[Math.floor(frames.length * share)] as number);
  return {
    mostRows,
    scrolledPixels,
    medianFrameMillis: at(0.5),
    p99FrameMillis: at(0.99),
    longTasks: tasks.length,
    longestTaskMillis: Math.max(0, ...tasks),
  };
}
