import { readFileSync } from "node:fs";
import { defaults, overflowStrategies } from "@sluice/core";
import { mermaid } from "@sluice/machines";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("the chart in the README is the chart of the machine", () => {
  expect(readme.match(/```mermaid\n(.*?)```/s)?.[1]).toBe(mermaid());
});

test("the README states the defaults that the code has, and every strategy", () => {
  expect(readme).toContain(`\`throttleAt\` (${defaults.throttleAt * 100} %)`);
  expect(readme).toContain(`\`pauseAt\` (${defaults.pauseAt * 100} %)`);
  expect(readme).toContain(`\`maxDelayMillis\` (${defaults.maxDelayMillis} ms)`);
  expect(readme).toContain(`\`minDelayMillis\` (${defaults.minDelayMillis})`);
  for (const strategy of overflowStrategies) expect(readme).toContain(`| \`${strategy}\``);
});
