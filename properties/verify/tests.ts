/** The tests whose titles begin with rules' numbers, run by vitest. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanup } from "./Cleanup.js";
import type { Evidence } from "./Evidence.js";
import { rulesOf } from "./RulesPage.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly testResults: ReadonlyArray<{
    readonly assertionResults: ReadonlyArray<{
      readonly title: string;
      readonly status: string;
      readonly failureMessages: ReadonlyArray<string>;
    }>;
  }>;
}

export async function tests(report: (line: string) => void): Promise<ReadonlyArray<Evidence>> {
  const folder = mkdtempSync(join(tmpdir(), "tests-"));
  const remove = cleanup(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await evidenceOf(join(folder, "report.json"), report);
  } finally {
    remove();
  }
}

async function evidenceOf(
  outputFile: string,
  report: (line: string) => void,
): Promise<ReadonlyArray<Evidence>> {
  const start = performance.now();
  report("tests: those with rules' numbers, of every package ...");
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const options = ["run", "--reporter=json", `--outputFile=${outputFile}`];
  await finished([vitest, ...options, "--testNamePattern", "R\\d+[^·]* · "]);
  const { testResults } = JSON.parse(readFileSync(outputFile, "utf8")) as Report;
  const ran = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "passed" || status === "failed");
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  report(`tests: ${ran.length} with rules' numbers, ${seconds} s`);
  return ran.flatMap(({ title, failureMessages }) => {
    const [numbers] = /R\d[^·]*(?= · )/.exec(title) ?? [];
    const failures = failureMessages.map((message) => `${title}\n${message}`);
    return rulesOf(numbers ?? "").map((rule) => ({
      rule,
      way: "tests" as const,
      count: 1,
      failures,
    }));
  });
}

/** Failing tests are in the report; that there is none is an error of its own. */
function finished(command: ReadonlyArray<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    // vitest ends its own workers when it is told to end.
    const child = spawn(process.execPath, command, { cwd: root, stdio: "ignore" });
    const stop = cleanup(() => child.kill("SIGTERM"));
    child.on("error", reject);
    child.on("close", () => {
      stop();
      resolve();
    });
  });
}
