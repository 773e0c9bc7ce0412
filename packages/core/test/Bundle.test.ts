/** The core runs wherever JavaScript does: in a browser, a worker, at an edge. It is small, and brings nothing along. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const promised = Number(/a bundle of it is at most (\d+) KiB/.exec(readme)?.[1]);

test.each([
  ["Outbox", promised - 1],
  ["Outbox, configuration", promised],
])(
  "a browser's bundle of %s is at most %i KiB, and asks for neither Node, Effect nor XState",
  async (names, limit) => {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: `export { ${names} } from "@sluice/core";`,
        resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      conditions: ["@sluice/source"],
    });
    expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(limit * 1024);
    const foreign = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules"));
    expect(foreign.filter((path) => !path.includes("fastest-levenshtein"))).toEqual([]);
  },
);
