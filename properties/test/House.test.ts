/** The structure of the house: small rooms, and arrows that run one way. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./Documents.js";

/** What programs embed, and what each of them may need of the others. */
const arrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  machines: [],
  "packages/core": ["machines"],
  "packages/runtime": ["machines", "core"],
  "packages/uws": ["core", "runtime"],
  "packages/ws": ["core", "runtime"],
  "packages/threads": ["core", "runtime"],
};

const maxLines = 250;

test.each(Object.keys(arrows))(`%s has no source file over ${maxLines} lines`, (name) => {
  const folder = join(root, name, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts"));
  expect(sources.length).toBeGreaterThan(0);
  const long = sources.filter((file) => linesOf(join(folder, file)) > maxLines);
  expect(long).toEqual([]);
});

test.each(Object.entries(arrows))("%s needs no other package than %j", (name, allowed) => {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8"));
  const ours = Object.keys(dependencies).filter((dependency) => dependency.startsWith("@sluice/"));
  expect(allowed.map((short) => `@sluice/${short}`)).toEqual(expect.arrayContaining(ours));
});

function linesOf(file: string): number {
  return readFileSync(file, "utf8").split("\n").length - 1;
}
