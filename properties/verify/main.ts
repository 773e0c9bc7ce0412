/**
 * The whole of it: every state of small spaces, random traces at full budget, a real socket, wrong
 * implementations, and the tests that name a rule; then one table. Exit code 1 when a rule is broken, when
 * something wrong is not found, or when a rule has been looked at in no way. With `--simulate` alone: how many seeds the
 * simulation needs for each fault.
 */

import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { rules } from "@sluice/properties";
import { textTable } from "@sluice/properties/text";
import { cleanUpOnSignals } from "./Cleanup.js";
import { conformance } from "./conformance.js";
import { type Evidence, ways } from "./Evidence.js";
import { exhaustive } from "./exhaustive.js";
import { simulated } from "./simulated.js";
import { tests } from "./tests.js";
import { wrong } from "./wrong.js";

const units = {
  exhaustive: "edges",
  random: "traces",
  socket: "traces",
  mutants: "found",
  tests: "run",
} as const;

if (isMainThread && process.argv.includes("--simulate")) {
  cleanUpOnSignals();
  await simulated((line) => process.stdout.write(`${line}\n`));
} else if (isMainThread) await verify();
else parentPort?.postMessage({ evidence: exhaustive((line) => parentPort?.postMessage({ line })) });

async function verify(): Promise<void> {
  cleanUpOnSignals();
  const start = performance.now();
  const report = (line: string) => process.stdout.write(`${line}\n`);
  report("every way of looking, one after another: 3 minutes on 2 idle cores, more on busy ones");
  const evidence: Array<Evidence> = [];
  // The exhaustive part takes one core; the others share the rest.
  const beside = inThread(report);
  evidence.push(...(await conformance(report)));
  evidence.push(...(await wrong(report)));
  evidence.push(...(await beside));
  evidence.push(...(await tests(report)));
  const failures = evidence.flatMap((one) => one.failures);
  report("");
  for (const line of table(evidence)) report(line);
  report("");
  for (const failure of new Set(failures)) report(`${failure}\n`);
  const seconds = Math.round((performance.now() - start) / 1_000);
  const unseen = rules.filter(({ id }) => !evidence.some(({ rule }) => rule === id));
  const isGood = failures.length === 0 && unseen.length === 0;
  report(`${isGood ? "every rule holds" : `${failures.length} failures`}, ${seconds} s`);
  process.exitCode = isGood ? 0 : 1;
}

function inThread(report: (line: string) => void): Promise<ReadonlyArray<Evidence>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.on("error", reject);
    worker.on("message", ({ line, evidence }) => {
      if (line !== undefined) report(line);
      if (evidence !== undefined) resolve(evidence);
    });
  });
}

/** A row for each rule: its level, each way in which it was looked at, and what came of it. */
function table(evidence: ReadonlyArray<Evidence>): ReadonlyArray<string> {
  const head = ["rule", "level", ...ways.map((way) => `${way} (${units[way]})`), "verdict"];
  const rows = rules.map(({ id, level }) => {
    const mine = evidence.filter(({ rule }) => rule === id);
    const cells = ways.map((way) => {
      const counts = mine.filter((one) => one.way === way).map(({ count }) => count);
      return counts.length === 0
        ? ""
        : counts.reduce((sum, count) => sum + count, 0).toLocaleString("en");
    });
    const isBroken = mine.some(({ failures }) => failures.length > 0);
    return [id, level, ...cells, mine.length === 0 ? "UNCHECKED" : isBroken ? "BROKEN" : "holds"];
  });
  return textTable(head, rows);
}
