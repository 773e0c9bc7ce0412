import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaults, overflowStrategies } from "@sluice/core";
import { mermaid } from "@sluice/machines/chart";
import { rules } from "@sluice/properties";
import { expect, test } from "vitest";
import { root } from "./Documents.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

test("the chart in the README is the chart of the machine", () => {
  expect(readme.match(/```mermaid\n(.*?)```/s)?.[1]).toBe(mermaid());
});

test("the README states the marks that are the defaults, every strategy, and how many rules there are", () => {
  expect(readme).toContain(`under ${defaults.throttleAt * 100} % full`);
  expect(readme).toContain(`*paused* from ${defaults.pauseAt * 100} %`);
  for (const strategy of overflowStrategies) expect(readme).toContain(`\`${strategy}\``);
  expect(readme).toContain(`[${rules.length} rules]`);
});

test("the README has at most 150 lines: what is longer is in docs", () => {
  expect(readme.split("\n").length - 1).toBeLessThanOrEqual(150);
});
