/** Random input for what reads from outside: `pnpm fuzz [target] [--for 60s]`, so long for each target. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { for: { type: "string", default: "60s" } },
});
const [, count, unit] = /^([1-9]\d{0,5})(s|m|h)$/.exec(values.for) ?? [];
if (count === undefined || positionals.length > 1) {
  process.stderr.write("fuzz [target] [--for 60s]: a target at the most, and s, m or h\n");
  process.exit(2);
}
const millis = Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit];
const named = positionals.flatMap((name) => ["--testNamePattern", `^${name}:`]);
const { status } = spawnSync("vitest", ["run", "packages/server/test/Fuzz.test.ts", ...named], {
  stdio: "inherit",
  env: { ...process.env, FUZZ_MILLIS: String(millis) },
});
process.exitCode = status ?? 1;
