/** The conformance kit on every subject: ours must keep every rule, of strangers it says what is true. */
import { fileURLToPath } from "node:url";
import {
  actor,
  boundedQueue,
  cases,
  droppingQueue,
  inWords,
  outbox,
  type Subject,
  sender,
  slidingQueue,
  type Verdict,
} from "@sluice/properties";
import type { Evidence, Way } from "./Evidence.js";
import { denque } from "./systems/denque.js";
import { closeServers, socket, wsSocket } from "./systems/socket.js";

/** Subjects, how they are looked at, and how many traces for each check. */
const ours: ReadonlyArray<readonly [Subject, Way, number]> = [
  [outbox, "random", 2_000],
  [sender, "random", 2_000],
  [actor, "random", 1_000],
  [socket, "socket", 200],
  [wsSocket, "socket", 200],
];

const strangers = [slidingQueue, droppingQueue, boundedQueue, denque];

const corpus = fileURLToPath(new URL("../../regressions", import.meta.url));

export async function conformance(
  report: (line: string) => void,
): Promise<ReadonlyArray<Evidence>> {
  try {
    return await evidenceOf(report);
  } finally {
    // A server that listens keeps its process alive, and there is no other sign of it.
    await closeServers();
  }
}

async function evidenceOf(report: (line: string) => void): Promise<ReadonlyArray<Evidence>> {
  const evidence: Array<Evidence> = [];
  for (const [subject, way, runs] of ours) {
    report(`${way}: ${subject.name}, ${runs} traces for each check ...`);
    // Time is for what hangs; how much is tried does not depend on how busy the machine is.
    const budget = { runs, minRuns: runs / 2, millis: 600_000 };
    const start = performance.now();
    for (const one of cases(subject, { budget, corpus })) {
      if (one.skipped !== undefined) continue;
      const verdict = await one.run();
      const { rule } = one.check;
      const failures = verdict.outcome === "kept" ? [] : [`${one.title}\n${inWords(verdict)}`];
      evidence.push({ rule, way, count: verdict.runs, failures });
    }
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    report(`${way}: ${subject.name}, ${seconds} s`);
  }
  for (const subject of strangers) report(await truthAbout(subject));
  return evidence;
}

/** `a stranger, denque: keeps R3, R6, R8; breaks R22`. */
async function truthAbout(subject: Subject): Promise<string> {
  const verdicts: Array<Verdict> = [];
  for (const { run } of cases(subject, { budget: { runs: 300 } })) verdicts.push(await run());
  const rulesThat = (outcome: string) => [
    ...new Set(
      verdicts.filter((verdict) => verdict.outcome === outcome).map(({ check }) => check.rule),
    ),
  ];
  const broken = rulesThat("broken");
  const kept = rulesThat("kept").filter((rule) => !broken.includes(rule));
  const breaks = broken.length > 0 ? `; breaks ${broken.join(", ")}` : "";
  return `a stranger, ${subject.name}: keeps ${kept.join(", ")}${breaks}`;
}
