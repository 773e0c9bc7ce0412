import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const source = ["@sluice/source"];

export default defineConfig({
  resolve: { conditions: [...source, "import", "node", "default"] },
  ssr: { resolve: { conditions: [...source, "import", "node", "default"] } },
  test: {
    include: ["{machines,packages/*,properties}/test/**/*.test.ts"],
    pool: "forks",
    // One more than vitest leaves for itself: many tests wait for sockets, processes and a browser.
    maxWorkers: availableParallelism(),
    // For a machine whose cores are all busy with something else: no test waits for time to pass.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
