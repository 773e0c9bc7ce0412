/** The core runs where there is no Node: the same bundle of one example, in a browser and in Node. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { folder } from "./Program.js";

const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
const says = "reading 7, reading 8, reading 9, reading 10; 6 left out";

const { outputFiles } = await build({
  entryPoints: [`${folder}/src/core/browser.ts`],
  bundle: true,
  write: false,
  format: "iife",
  platform: "browser",
});
const [script = ""] = outputFiles.map(({ text }) => text);

test("the browser's example runs in Node", () => {
  expect(execFileSync(process.execPath, ["-"], { input: script, encoding: "utf8" })).toBe(
    `${says}\n`,
  );
});

// Where CI is set there has to be one.
test.skipIf(executablePath === undefined && !process.env["CI"])(
  "the browser's example runs in a browser",
  async ({ onTestFinished }) => {
    const browser = await chromium.launch({
      args: ["--no-sandbox"],
      ...(executablePath !== undefined && { executablePath }),
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const said: Array<string> = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    await page.setContent(`<script>${script}</script>`);
    expect(said).toEqual([says]);
  },
);
