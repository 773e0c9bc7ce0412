/**
 * Mutation testing, a package at a time, each by its own tests; at the end the score of each, and a failure when one is
 * below 90 %. Names of packages as arguments restrict it to these: `pnpm mutate packages/uws`.
 *
 * Tests of what stands above would find some mutants more, and take ten times as long.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The least score, in percent. */
const least = 90;

/** What is mutated, and whose tests look for it. The chart is walked by the core. */
const packages = {
  machines: ["machines", "packages/core"],
  "packages/core": ["packages/core"],
  "packages/runtime": ["packages/runtime"],
  "packages/uws": ["packages/uws"],
  "packages/ws": ["packages/ws"],
};

const detected = new Set(["Killed", "Timeout"]);
const undetected = new Set(["Survived", "NoCoverage"]);

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(packages, name));
if (unknown.length > 0) {
  process.stderr.write(`${unknown.join(", ")}: there are ${Object.keys(packages).join(", ")}\n`);
  process.exit(2);
}
const scores = (named.length > 0 ? named : Object.keys(packages)).map((name) => {
  const stryker = spawnSync("stryker", ["run", "--mutate", `${name}/src/**/*.ts`], {
    stdio: "inherit",
    env: { ...process.env, MUTATION_TESTS: packages[name].join(",") },
  });
  return stryker.status === 0 ? score(name) : { name, killed: 0, of: 0, percent: 0 };
});
process.stdout.write(`\nMutation score by package\n${scores.map(line).join("\n")}\n`);
process.exitCode = scores.every(({ percent }) => percent >= least) ? 0 : 1;

/** Killed and timed out are detected; survived and not covered are not; what does not compile does not count. */
function score(name) {
  const report = JSON.parse(readFileSync("reports/mutation/mutation.json", "utf8"));
  const statuses = Object.values(report.files).flatMap(({ mutants }) =>
    mutants.map(({ status }) => status),
  );
  const killed = statuses.filter((status) => detected.has(status)).length;
  const of = killed + statuses.filter((status) => undetected.has(status)).length;
  return { name, killed, of, percent: of > 0 ? (100 * killed) / of : 100 };
}

function line({ name, killed, of, percent }) {
  if (of === 0) return `${name.padEnd(16)}  could not be tested`;
  const below = percent < least ? `  below ${least} %` : "";
  return `${name.padEnd(16)}  ${percent.toFixed(1).padStart(5)} %  ${killed} of ${of} mutants${below}`;
}
