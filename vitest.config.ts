import { defineConfig } from "vitest/config";

const source = ["@sluice/source"];

export default defineConfig({
  resolve: { conditions: [...source, "import", "node", "default"] },
  ssr: { resolve: { conditions: [...source, "import", "node", "default"] } },
  test: {
    include: ["{machines,packages/*,properties}/test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000,
  },
});
