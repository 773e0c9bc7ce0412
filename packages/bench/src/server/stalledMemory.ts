/** What clients that never read cost the reference server: by the test that holds it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";

const program = fileURLToPath(
  new URL("../../../server/test/memory/stalled-feed.mjs", import.meta.url),
);

export const stalledMemory: Part = {
  name: "stalled-memory",
  figures: {
    "stalled-memory":
      "growth of resident memory with 300 clients that never read and one that gets every message, 15 s of the live feed",
  },
  run: async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    const growth = / (\d+) MB more/.exec(stdout)?.[1];
    if (growth === undefined) throw new Error(`it does not say how the memory grew: ${stdout}`);
    return [
      figure({
        id: "stalled-memory",
        unit: "MB",
        ours: [Number(growth)],
        goals: [{ atMost: 60 }],
      }),
    ];
  },
};
