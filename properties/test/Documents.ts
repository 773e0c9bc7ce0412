/** The documents of the project: every Markdown file that is written for people, by its path from the root. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the workspace. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The packages that have sources, by their paths from the root. */
export const packages: ReadonlyArray<string> = [
  "machines",
  "properties",
  ...readdirSync(join(root, "packages")).map((name) => join("packages", name)),
].filter((name) => existsSync(join(root, name, "src")));

const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

/** Their paths, the README of the root first. */
export const documents: ReadonlyArray<string> = [
  ...markdownIn("."),
  ...markdownIn("docs"),
  ...packages.flatMap(markdownIn),
];
