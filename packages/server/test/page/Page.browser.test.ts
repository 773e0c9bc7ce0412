/** The live page in a real browser, of a real server, with real clients that are slow. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { ConnectionReport } from "../../src/ConnectionBook.js";
import { Server } from "../../src/Server.js";
import { Database } from "../running.js";
import { describeInBrowser, type Visit, withBrowser } from "./browser.js";
import { Door } from "./Door.js";
import { demonstration } from "./demonstration.js";

const timeout = { timeout: 600_000 };
const patience = { timeout: 180_000, interval: 50 };

describeInBrowser("the live page", () => {
  const visit = withBrowser();
  let database: Database;
  beforeAll(async () => {
    database = await Database.open();
  });
  afterAll(() => database.close());

  test(
    "shows a stalled client go from normal to dropping, and the counts of /connections",
    timeout,
    async () => {
      const { server } = await demonstration(database);
      const visited = await visit(server.url);
      const { page } = visited;
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await visited.open("stalled-1");
      await vi.waitUntil(async () => (await visited.events()).includes("overflow"), patience);
      const steps = ["throttle.reached", "pause.reached", "overflow"];
      // A client may go back a step on its way: the first of each kind are in order.
      const events = (await visited.events()).filter((event) => steps.includes(event));
      expect([...new Set(events)]).toEqual(steps);
      const happened = await page.locator(".happenings li").allTextContents();
      expect(happened.join()).toMatch(/overflow\s+paused → dropping/);
      for (const state of ["normal", "throttled", "paused", "dropping", "closing"]) {
        await vi.waitUntil(() => agrees(visited, server.url, state), patience);
      }
      // A picture of one with a history tells more.
      await vi.waitUntil(async () => (await secondsOfTimeline(visited)) > 10, patience);
      await takePictures(visited);
      expect(visited.complaints).toEqual([]);
      expect(visited.requests).toEqual([`${server.url}/`]);
    },
  );

  test(
    "lets a reader change a client's speed and strategy, and the feed's rate",
    timeout,
    async () => {
      const { server, clients } = await demonstration(database, []);
      const visited = await visit(server.url);
      const { page } = visited;
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await visited.open("stalled-1");
      await vi.waitUntil(async () => (await visited.events()).includes("overflow"), patience);
      await page.getByLabel("It reads").selectOption("as fast as it can");
      await vi.waitUntil(
        async () => (await visited.events()).includes("throttle.cleared"),
        patience,
      );
      const before = await page.locator("#detail h2").textContent();
      await page.getByLabel("Strategy").selectOption("drop-newest");
      await page.locator("#detail h2", { hasText: "stalled-1.2" }).waitFor();
      expect(await page.locator("#detail h2").textContent()).not.toBe(before);
      await vi.waitUntil(() => server.book.open()[0]?.policy === "drop-newest", patience);
      await page.getByLabel("Feed").fill("200");
      await vi.waitUntil(() => server.feed.rate === 200, patience);
      await page.getByRole("button", { name: "Remove" }).click();
      await vi.waitUntil(() => server.book.size === 0 && clients.clients.length === 0, patience);
      expect(visited.complaints).toEqual([]);
    },
  );

  test("refuses a control with its reason, and goes on", timeout, async () => {
    const { server, clients } = await demonstration(database, []);
    const visited = await visit(server.url);
    clients.addClients({ kind: "fast", strategy: "block", count: 199 });
    await vi.waitUntil(() => visited.countOf("normal").then((n) => n > 190), patience);
    await visited.page.getByLabel("Add", { exact: true }).fill("2");
    await visited.page.getByRole("button", { name: "Add", exact: true }).click();
    await visited.page
      .locator(".failure", { hasText: "clients (201) must be at most 200" })
      .waitFor();
  });

  test("has no controls unless the server was started for demonstration", timeout, async () => {
    const server = await started();
    const visited = await visit(server.url);
    await visited.page.locator("text.count").first().waitFor();
    expect(await visited.page.locator("#controls").isVisible()).toBe(false);
  });

  test("says that the server has gone, and is back when the server is", timeout, async () => {
    const door = await Door.open();
    await door.leadTo(await started());
    const { page } = await visit(door.url);
    const banner = page.getByRole("alert").filter({ hasText: "The server has gone" });
    await door.leadNowhere();
    await banner.waitFor();
    const again = await started();
    await door.leadTo(again);
    await banner.waitFor({ state: "hidden" });
    expect(again.page.size).toBe(1);
  });

  test("is used with the keys alone", timeout, async () => {
    const { server } = await demonstration(database);
    const { page } = await visit(server.url);
    await vi.waitUntil(
      () =>
        page
          .locator("tbody tr[id]")
          .count()
          .then((n) => n > 5),
      patience,
    );
    // In order of arrival: the rows stay where they are.
    await page.getByRole("button", { name: "Connection", exact: true }).press("Enter");
    await page.getByRole("grid").focus();
    const ids = await page.locator("tbody tr[id]").evaluateAll((rows) => rows.map(({ id }) => id));
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"])
      await page.keyboard.press(key);
    const grid = page.getByRole("grid");
    await vi.waitUntil(
      async () => (await grid.getAttribute("aria-activedescendant")) === ids[1],
      patience,
    );
    await page.keyboard.press("Enter");
    await page.locator("#detail").waitFor();
    expect(`row-${(await page.locator("#detail h2").textContent())?.split(" ")[0]}`).toBe(ids[1]);
    await page.keyboard.press("Escape");
    await page.locator("#detail").waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("grid");
  });

  async function started(): Promise<Server> {
    const server = await Server.start({ database });
    onTestFinished(() => server.stop());
    return server;
  }
});

/** States change all the time: at this moment the chart and the server agree on a count, or they do not. */
async function agrees(visited: Visit, url: string, state: string): Promise<boolean> {
  const response = await fetch(`${url}/connections`);
  const connections = (await response.json()) as ReadonlyArray<ConnectionReport>;
  const count = connections.filter((one) => one.state === state).length;
  return (await visited.countOf(state)) === count;
}

/** How long ago the first event was of the connection that is open. */
async function secondsOfTimeline({ page }: Visit): Promise<number> {
  const text = (await page.locator(".happenings time").last().textContent()) ?? "";
  return Number(/[\d.]+/.exec(text)?.[0]);
}

/** For a person to look at; with `UPDATE_PICTURES` set they are the README's. */
async function takePictures({ page }: Visit): Promise<void> {
  const isUpdate = Boolean(process.env["UPDATE_PICTURES"]);
  const folder = isUpdate
    ? fileURLToPath(new URL("../../../page/pictures/", import.meta.url))
    : await mkdtemp(join(tmpdir(), "sluice-pictures-"));
  await mkdir(folder, { recursive: true });
  // A click has scrolled to what it clicked on, and points at it.
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(0, 0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Level areas of colour are the smaller without a filter, a fifth of the file; half the tones save a tenth.
    const picture = PNG.sync.read(await page.screenshot());
    picture.data.forEach((tone, at) => {
      picture.data[at] = tone < 255 ? tone & 0xfe : tone;
    });
    const bytes = PNG.sync.write(picture, {
      colorType: 2,
      filterType: 0,
      deflateLevel: 9,
      deflateStrategy: 0,
    });
    // Elsewhere the fonts are others.
    if (isUpdate) expect(bytes.length).toBeLessThan(200_000);
    await writeFile(join(folder, `${colorScheme}.png`), bytes);
  }
  console.log(`the pictures are in ${folder}`);
}
