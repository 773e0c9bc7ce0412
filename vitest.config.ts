import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const source = ["@sluice/source"];

/** Whose tests change nothing outside themselves: they share a process, and what it has imported. */
const sharing = "{machines,packages/{chart,core,runtime,uws,ws}}/test/**/*.test.ts";

export default defineConfig({
  resolve: { conditions: [...source, "import", "node", "default"] },
  ssr: { resolve: { conditions: [...source, "import", "node", "default"] } },
  test: {
    pool: "forks",
    // One more than vitest leaves for itself: many tests wait for sockets, processes and a browser.
    maxWorkers: availableParallelism(),
    // For a machine whose cores are all busy with something else: no test waits for time to pass.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "sharing", include: [sharing], isolate: false } },
      {
        extends: true,
        test: {
          name: "alone",
          include: ["{packages/*,properties}/test/**/*.test.ts"],
          exclude: [sharing],
        },
      },
    ],
  },
});
