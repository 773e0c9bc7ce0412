/** How Stryker runs tests: those of the packages that `mutate.mjs` names. */
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

const tested = (process.env["MUTATION_TESTS"] ?? "machines,packages/*").split(",");

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const config = mergeConfig(everyTest, {
  resolve: {
    // Stryker tests a copy of the tree: by way of node_modules the originals would be tested.
    alias: [
      { find: /^@sluice\/machines$/, replacement: source("machines/src/index.ts") },
      { find: /^@sluice\/machines\/chart$/, replacement: source("machines/src/chart.ts") },
      { find: /^@sluice\/(core|runtime|uws|ws)$/, replacement: source("packages/$1/src/index.ts") },
      {
        find: /^@sluice\/runtime\/(adapter|metrics|testing)$/,
        replacement: source("packages/runtime/src/$1/index.ts"),
      },
    ],
  },
  test: {
    // Loaded afresh for every mutant, which is often enough: not for every file of tests.
    isolate: false,
    // A mutant may make a test wait for ever: to see that takes less time than to start another process.
    testTimeout: 6_000,
    reporters: [loading],
  },
});

// In the place of what is included otherwise: merged, lists are joined.
config.test.include = tested.map((name) => `${name}/test/**/*.test.ts`);

export default config;
