/** Nothing is allocated per message: neither by the outbox, nor by a connection, nor by what writes to the socket. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Of V8, without compressed pointers: the smallest objects are a number in a box, and `{}` with a property. */
const smallestObjectBytes = 16;

test("no way of sending allocates an object for a message", () => {
  const program = fileURLToPath(
    new URL("../dist/allocation/AllocationProcess.js", import.meta.url),
  );
  const options = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=128"];
  const written = execFileSync(process.execPath, [...options, program], { encoding: "utf8" });
  const bytes = JSON.parse(written) as Readonly<Record<string, number>>;
  expect(Object.keys(bytes)).toHaveLength(5);
  for (const [way, each] of Object.entries(bytes)) {
    expect(each, `bytes a message: ${way}`).toBeLessThan(smallestObjectBytes);
  }
});
