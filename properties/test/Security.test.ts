/** Whatever SECURITY says was attacked is attacked by a test that is there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./Documents.js";

const sections = readFileSync(join(root, "SECURITY.md"), "utf8").split(/^## /m);
const attacked = sections.find((section) => section.startsWith("What was attacked\n")) ?? "";
const rows = Array.from(attacked.matchAll(/^\| (?!attack |-)(.+) \| (.+) \| (.+) \|$/gm), (cells) =>
  cells.slice(1),
);

test("every attack of SECURITY names tests that there are", () => {
  expect(rows.length).toBeGreaterThan(9);
  const missing = rows.flatMap(([attack = "", , tests = ""]) => {
    const paths = Array.from(tests.matchAll(/`([^`]+)`/g), ([, path = ""]) => path);
    if (paths.length === 0) return [`no test of: ${attack}`];
    return paths.filter((path) => !existsSync(join(root, "packages", path)));
  });
  expect(missing).toEqual([]);
});
