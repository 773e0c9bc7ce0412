/** A program's bundle, and a page in Chromium that runs it. */
import { existsSync } from "node:fs";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { folder } from "./Program.js";

const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

/** Where CI is set there has to be one. */
export const noBrowser = executablePath === undefined && !process.env["CI"];

/** A module as one script without imports: a file, or a text that stands in the folder of the examples. */
export async function bundled(module: { file: string } | { text: string }): Promise<string> {
  const { outputFiles } = await build({
    ...("file" in module
      ? { entryPoints: [`${folder}/src/${module.file}`] }
      : { stdin: { contents: module.text, resolveDir: `${folder}/src` } }),
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
  });
  return outputFiles.map(({ text }) => text).join("");
}

/** A page that is closed with its test, and what it says on its console or throws. */
export async function pageOf(): Promise<{ readonly page: Page; readonly said: Array<string> }> {
  const browser = await chromium.launch({
    args: ["--no-sandbox"],
    ...(executablePath !== undefined && { executablePath }),
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const said: Array<string> = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  return { page, said };
}
