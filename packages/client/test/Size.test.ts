/** What it costs a page to load. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle } from "./bundle.js";

test("minified and gzipped it is at most 3 KiB", async () => {
  const text = await bundle("esm");
  expect(gzipSync(text).byteLength).toBeLessThanOrEqual(3 * 1_024);
});
