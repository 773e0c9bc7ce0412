/** Debian's Chromium without a screen, and a page that notes whatever it complains of. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";

const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

const isRequired = Boolean(process.env["CI"]);

/** Where there is no Chromium these are skipped, and say so; where CI is set they fail. */
export const describeInBrowser =
  executablePath !== undefined || isRequired
    ? describe
    : (name: string, body: () => void) =>
        describe.skip(`${name} (no Chromium: apt-get install chromium, or set CHROMIUM)`, body);

/** A browser for the tests of a file. */
export function withBrowser() {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath === undefined) throw new Error("no Chromium: apt-get install chromium");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());
  return async (url: string, options: BrowserContextOptions = {}) => {
    if (browser === undefined) throw new Error("the browser has not started");
    const context = await browser.newContext({
      viewport: { width: 1300, height: 1040 },
      ...options,
    });
    onTestFinished(() => context.close());
    return Visit.start(await context.newPage(), url);
  };
}

/** A page of a browser that goes with its test. */
export async function launch(): Promise<Page> {
  if (executablePath === undefined) throw new Error("no Chromium: apt-get install chromium");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  onTestFinished(() => browser.close());
  return browser.newPage();
}

/** A visit to the live page. */
export class Visit {
  readonly page: Page;
  /** What the page said on its console, and what it threw. */
  readonly complaints: Array<string> = [];
  /** What it asked for. */
  readonly requests: Array<string> = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => this.requests.push(request.url()));
  }

  static async start(page: Page, url: string): Promise<Visit> {
    const visit = new Visit(page);
    await page.goto(url);
    await page.locator("#summary", { hasText: "connections," }).waitFor();
    return visit;
  }

  /** The number in a state's box. */
  async countOf(state: string): Promise<number> {
    const text = await this.page.locator(`g[data-state="${state}"] > .count`).textContent();
    return Number((text ?? "").replaceAll(",", ""));
  }

  /** Opens the connection of a client, whose name is exactly this. */
  async open(client: string): Promise<void> {
    await this.page.getByRole("gridcell", { name: client, exact: true }).first().click();
    await this.page.locator("#detail h2", { hasText: client }).waitFor();
  }

  /** The events of the connection that is open, the first of them first. */
  async events(): Promise<ReadonlyArray<string>> {
    const latestFirst = await this.page.locator(".happenings li .mark").allTextContents();
    return latestFirst.reverse();
  }
}
