/** The live page at every width: what somebody looks for is in sight, and nothing of it is cut off. */
import { App, type us_socket, us_socket_local_port } from "uWebSockets.js";
import { livePage } from "@sluice/page";
import { Actor, ConnectionRegistry } from "@sluice/runtime";
import { ServerConnection } from "@sluice/runtime/adapter";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { byteLength, type Message, type UwsConnection } from "@sluice/uws";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { Database } from "../running.js";
import { describeInBrowser, withBrowser } from "./browser.js";
import { demonstration } from "./demonstration.js";

const timeout = { timeout: 600_000 };
const patience = { timeout: 180_000, interval: 50 };

/** From wide to narrow: what is laid out for the width before does not fit in the next. */
const widths = [1_920, 1_600, 1_280, 1_100, 800, 390, 320];

describeInBrowser("the live page", () => {
  const visit = withBrowser();

  test(
    "has room for the longest advice and the largest figures, at every width",
    timeout,
    async () => {
      const visited = await visit(await extremes());
      const { page } = visited;
      await page.locator("td.advice", { hasText: longest }).first().waitFor();
      await page.locator("td.sent", { hasText: "/s" }).first().waitFor({ state: "attached" });
      await fitsEveryWidth(page);
      await page.setViewportSize({ width: 1_920, height: 844 });
      await page.locator("tbody tr[id]").first().click();
      await page.locator("#detail .advice", { hasText: longest }).waitFor();
      await fitsEveryWidth(page);
      expect(visited.complaints).toEqual([]);
    },
  );

  test(
    "shows state, health, fill and advice of each on a phone, and the client's whole name",
    timeout,
    async () => {
      const database = await Database.open();
      onTestFinished(() => database.close());
      const { server } = await demonstration(database);
      const { page } = await visit(server.url, { viewport: { width: 390, height: 844 } });
      const row = page.locator("tbody tr[id]", { hasText: "feed-stalled-block" });
      await row.locator(".state", { hasText: "dropping" }).waitFor({ timeout: 300_000 });
      for (const cell of ["client", "state", "health", "fill", "advice"]) {
        expect(await row.locator(`td.${cell}`).textContent()).not.toBe("");
        const box = await row.locator(`td.${cell}`).boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
      }
      await expect.poll(() => faults(page, ["client"]), patience).toEqual([]);
      await row.click();
      await page.locator("#detail dl").waitFor();
      await expect.poll(() => faults(page, ["client"]), patience).toEqual([]);
    },
  );
});

async function fitsEveryWidth(page: Page): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    await expect
      .poll(async () => ({ width, faults: await faults(page) }), patience)
      .toEqual({ width, faults: [] });
  }
}

/** The longest reason that there is. */
const longest = "under 1 % of recent messages were refused because too many senders waited";

/** A connection that is full, and whose figures are as long as they can be. */
class Extreme extends ServerConnection {
  #looks = 0;

  override look() {
    const some = (messages: number) => ({ messages, bytes: messages * 1_000 });
    this.#looks++;
    const { statistics, recommendation, ...seen } = super.look();
    return {
      ...seen,
      statistics: {
        ...statistics,
        delayMillis: 86_400_000,
        delivered: some(123_456_789 * this.#looks),
        rejected: { ...statistics.rejected, full: some(234_567_891 * this.#looks) },
      },
      recommendation: { ...recommendation, reason: longest },
    };
  }
}

/** An app with the page, and connections that are as extreme as can be; one has left. */
async function extremes(): Promise<string> {
  const connections = new ConnectionRegistry<UwsConnection>();
  const flusher = new ManualFlusher();
  const enter = () => {
    const transport = new ScriptedTransport<Message>({ sizeOf: byteLength, room: 0 });
    const configuration = { maxMessages: 20, overflow: "drop-newest" } as const;
    const actor = new Actor<Message>({ transport, flusher, sizeOf: byteLength, configuration });
    const connection = new Extreme(actor);
    connections.add(connection);
    return { actor, connection };
  };
  const app = App();
  livePage({ routes: { "/a-route": { connections } }, nameOf: ({ id }) => `client-${id}` }).mount(
    app,
  );
  for (let n = 0; n < 8; n++) {
    const { actor } = enter();
    for (let message = 0; message < 60; message++) actor.offer("x".repeat(1_000));
  }
  void enter().connection.close({ code: 4_999, reason: "x".repeat(123) });
  flusher.flush();
  const port = await new Promise<number>((resolve) => {
    app.listen("127.0.0.1", 0, (listening) =>
      resolve(us_socket_local_port(listening as us_socket)),
    );
  });
  onTestFinished(() => void app.close());
  return `http://127.0.0.1:${port}/`;
}

/** What scrolls sideways or is cut off, in words; `more` names columns that have to be whole as well. */
function faults(page: Page, more: ReadonlyArray<string> = []): Promise<ReadonlyArray<string>> {
  return page.evaluate(
    (cells) => {
      const found: Array<string> = [];
      const shown = (selector: string) =>
        [...document.querySelectorAll<HTMLElement>(selector)].filter(
          (element) => element.getClientRects().length > 0,
        );
      for (const element of shown("html, body, main, .card, .scroller, table")) {
        if (element.scrollWidth > element.clientWidth) {
          found.push(`${element.localName}#${element.id}.${element.className} scrolls sideways`);
        }
      }
      for (const element of shown(cells)) {
        const isCut =
          element.scrollWidth > element.clientWidth ||
          element.scrollHeight > element.clientHeight + 1;
        const row = element.closest("tr")?.getBoundingClientRect();
        const { top, bottom, left, right } = element.getBoundingClientRect();
        const isOut = row !== undefined && (top < row.top - 1 || bottom > row.bottom + 1);
        const isAway = left < 0 || right > innerWidth;
        if (isCut || isOut || isAway)
          found.push(
            `${element.className || element.localName} is cut off: ${element.textContent}`,
          );
      }
      // What is written in a line of its own, and is as wide as its text.
      for (const element of shown(
        "#summary, figcaption span, dd, .advice, .chip, #departures li *",
      )) {
        const { left, right } = element.getBoundingClientRect();
        const parent = element.closest(".card, header")?.getBoundingClientRect();
        if (parent !== undefined && (left < parent.left || right > parent.right)) {
          found.push(
            `${element.localName}.${element.className} leaves its card: ${element.textContent}`,
          );
        }
      }
      return found;
    },
    ["number", "state", "health", "fill", "advice", ...more]
      .map((name) => `tbody td.${name}`)
      .join(", "),
  );
}
