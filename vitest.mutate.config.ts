/** How Stryker runs the tests of machines and core: see stryker.config.json. */
import { fileURLToPath } from "node:url";
import { mergeConfig } from "vitest/config";
import type { Reporter } from "vitest/node";
import everyTest from "./vitest.config.js";

/** Stryker counts failed tests. A file that fails to load has none, and its mutant would pass for alive. */
const loading: Reporter = {
  onTestRunEnd: (modules) => {
    for (const { task: file } of modules) {
      if (file.result?.state !== "fail" || file.tasks.length > 0) continue;
      const { result, file: of } = file;
      file.tasks.push({ type: "test", name: "it loads", suite: of, file: of, result } as never);
    }
  },
};

export default mergeConfig(everyTest, {
  resolve: {
    // Stryker tests a copy of the tree: by way of node_modules the originals would be tested.
    alias: {
      "@sluice/machines": fileURLToPath(new URL("machines/src/index.ts", import.meta.url)),
    },
  },
  test: {
    // Loaded afresh for every mutant, which is often enough: not for every file of tests.
    isolate: false,
    reporters: [loading],
  },
});
