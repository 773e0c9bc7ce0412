/** A link from one document to another leads somewhere. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";
import { documents, packages, root } from "./Documents.js";

const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Without the blocks of code, in which brackets are not links. */
const prose = (path: string) => read(path).replaceAll(/^```.*?^```/gms, "");

/** The anchors that a page of this text has: its headings, as GitHub writes them. */
function anchorsOf(path: string): ReadonlySet<string> {
  const headings = prose(path).matchAll(/^#+ (.*)$/gm);
  const anchors = Array.from(headings, ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(anchors);
}

function linksOf(path: string): ReadonlyArray<string> {
  const links = Array.from(prose(path).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

test.each(documents)("every link of %s leads to a file, and to a heading in it", (path) => {
  const broken = linksOf(path).filter((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : normalize(join(dirname(path), file));
    if (relative(root, join(root, target)).startsWith("..")) return true;
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  });
  expect(broken).toEqual([]);
});

test("the documents are found: those of the root, of docs and of the packages", () => {
  expect(documents).toContain("README.md");
  expect(documents).toContain(join("docs", "GUIDE.md"));
  expect(documents).toContain(join("packages", "core", "README.md"));
  expect(packages).toContain("machines");
});
