/** Wrong implementations and faults in copies of the shipping code: each must be found by its rule, by name. */
import { cases } from "@sluice/properties";
import type { Evidence } from "./Evidence.js";
import { type Fault, faults } from "./faults.js";
import { type Mutant, mutants } from "./mutants.js";
import { Workshop } from "./Workshop.js";

export async function wrong(report: (line: string) => void): Promise<ReadonlyArray<Evidence>> {
  const evidence: Array<Evidence> = [];
  report(`mutants: ${mutants.length} wrong implementations, then ${faults.length} faults ...`);
  const found = () => {
    if (evidence.length % 10 === 0) report(`mutants: ${evidence.length} looked at`);
  };
  for (const mutant of mutants) {
    evidence.push(await judge(mutant));
    found();
  }
  const queue = [...faults];
  // Two at a time, in a copy each.
  await Promise.all([findAll(queue, evidence, found), findAll(queue, evidence, found)]);
  const survived = evidence.filter(({ failures }) => failures.length > 0).length;
  report(`mutants: ${evidence.length - survived} of ${evidence.length} found by their rule`);
  return evidence;
}

async function judge({ rule, subject }: Mutant): Promise<Evidence> {
  const mine = cases(subject, { budget: { runs: 1_000 } }).filter(
    ({ check }) => check.rule === rule,
  );
  const outcomes: Array<string> = [];
  for (const { run } of mine) outcomes.push((await run()).outcome);
  const failures = outcomes.includes("broken")
    ? []
    : [`one that ${subject.name} is not found by ${rule}: ${outcomes.join(", ")}`];
  return { rule, way: "mutants", count: 1, failures };
}

async function findAll(
  queue: Array<Fault>,
  evidence: Array<Evidence>,
  found: () => void,
): Promise<void> {
  const workshop = new Workshop();
  try {
    await workshop.expectSound();
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      const { rule, name } = fault;
      const { isFound, words } = await workshop.judge(fault);
      const isNamed = words.includes(`${rule} · `);
      const failures =
        isFound && isNamed ? [] : [`a fault, ${name}, is not found by ${rule}: ${words}`];
      evidence.push({ rule, way: "mutants", count: 1, failures });
      found();
    }
  } finally {
    workshop.remove();
  }
}
