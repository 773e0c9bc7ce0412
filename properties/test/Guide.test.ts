/** What the guide says of options, strategies and reasons is what the code has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaults, drops, overflowStrategies, rejections } from "@sluice/core";
import { slowConsumer } from "@sluice/runtime";
import { expect, test } from "vitest";
import { root } from "./Documents.js";

const guide = readFileSync(join(root, "docs", "GUIDE.md"), "utf8");

/** The rows of the table whose first heading is this, each as its cells. */
function tableOf(heading: string): ReadonlyArray<ReadonlyArray<string>> {
  const tables = guide.split(/\n\n/).filter((block) => block.startsWith(`| ${heading} |`));
  return tables.flatMap((table) =>
    table
      .trimEnd()
      .split("\n")
      .slice(2)
      .map((row) => row.split("|").map((cell) => cell.trim()))
      .map((cells) => cells.slice(1, -1)),
  );
}

/** As it is written in code, in the guide's way. */
function literal(value: unknown): string {
  if (typeof value !== "number" || value < 1_000) return JSON.stringify(value);
  return value.toLocaleString("en").replaceAll(",", "_");
}

test("the guide has every option with its default, and no other", () => {
  const rows = tableOf("option").map(([name, value]) => [name, value]);
  const options = Object.entries(defaults);
  expect(rows).toEqual(options.map(([name, value]) => [`\`${name}\``, `\`${literal(value)}\``]));
});

test("the guide has every strategy, and no other", () => {
  const rows = tableOf("`overflow`").map(([name]) => name);
  expect(rows.toSorted()).toEqual(overflowStrategies.map((name) => `\`${name}\``).toSorted());
});

test("the guide has every reason with what it says of the client and its words", () => {
  const reasons = [...Object.entries(drops), ...Object.entries(rejections)];
  expect(tableOf("reason")).toEqual(
    reasons.map(([name, { isSlowness, words }]) => [
      `\`${name}\``,
      isSlowness ? "yes" : "no",
      words,
    ]),
  );
});

test("the guide states the marks and the delays that are the defaults", () => {
  expect(guide).toContain(`\`throttleAt\` (${defaults.throttleAt * 100} %)`);
  expect(guide).toContain(`\`pauseAt\` (${defaults.pauseAt * 100} %)`);
  expect(guide).toContain(`\`maxDelayMillis\` (${defaults.maxDelayMillis} ms)`);
  expect(guide).toContain(`\`minDelayMillis\` (${defaults.minDelayMillis})`);
});

test("the guide states how a slow consumer is closed", () => {
  const rows = tableOf("code");
  expect(rows).toContainEqual(
    expect.arrayContaining([`${slowConsumer.code}`, `\`${slowConsumer.reason}\``]),
  );
});
