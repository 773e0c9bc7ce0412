/** `RULES.md`: the rules, and how each is looked at. Made of what looks, so that it cannot say anything else. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
  actor,
  type Check,
  cases,
  checks,
  outbox,
  type Rule,
  rules,
  sender,
} from "@sluice/properties";
import { faults } from "./faults.js";
import { mutants } from "./mutants.js";
import { socket } from "./systems/socket.js";

/** Tests whose titles begin with rule numbers, such as `R8 · …` or `R1 to R3, R5 · …`, by rule. */
export function testsByRule(root: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of testFiles(root)) {
    for (const rule of rulesNamedIn(readFileSync(file, "utf8"))) {
      found.set(rule, (found.get(rule) ?? new Set()).add(relative(root, file)));
    }
  }
  return found;
}

function testFiles(root: string): ReadonlyArray<string> {
  const folders = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  return ["machines", "properties", ...folders].flatMap((folder) => {
    const place = join(root, folder, "test");
    try {
      return readdirSync(place)
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => join(place, name));
    } catch {
      return [];
    }
  });
}

function rulesNamedIn(text: string): ReadonlyArray<string> {
  return [...text.matchAll(/["`](R\d[^"`·]*) · /g)].flatMap(([, numbers]) =>
    rulesOf(numbers as string),
  );
}

/** `R1 to R3, R5` are four rules. */
export function rulesOf(numbers: string): ReadonlyArray<string> {
  return numbers.split(/, | and /).flatMap((part) => {
    const [first = 0, last = first] = [...part.matchAll(/R(\d+)/g)].map(([, digits]) =>
      Number(digits),
    );
    return Array.from({ length: last - first + 1 }, (_, index) => `R${first + index}`);
  });
}

/** The whole page. */
export function rulesPage(
  tests: ReadonlyMap<string, ReadonlySet<string>>,
  exhausted: ReadonlySet<string>,
): string {
  return [
    "# The rules",
    "",
    "What must hold of a bounded, backpressured sender. This page is made of what checks it",
    "(`properties/verify/RulesPage.ts`); a test fails when it is out of date, when a rule has no check, and when",
    "a check has no rule.",
    "",
    "- *Exhaustive*: on every state and edge of small spaces of the shipping code (`properties/src/exhaustive`).",
    "- *Random*: by these checks of the conformance kit, each on the subjects that have what it takes: the core",
    "  outbox, the core's `FlowControlledSender`, the Effect actor, the adapter on a real socket; and on strangers.",
    "- *Found*: wrong implementations, and faults put into the shipping code, that this rule finds by name.",
    "",
    "`pnpm verify` runs all of it and prints a table.",
    "",
    ...rules.flatMap((rule) => section(rule, tests, exhausted)),
    counterexample,
    "",
  ].join("\n");
}

function section(
  rule: Rule,
  tests: ReadonlyMap<string, ReadonlySet<string>>,
  exhausted: ReadonlySet<string>,
): ReadonlyArray<string> {
  const { id, law, intent, level } = rule;
  const laws = checks
    .filter((check) => check.rule === id)
    .map((check) => `${check.law} (${subjectsOf(check)})`);
  const wrong = [
    ...mutants
      .filter((mutant) => mutant.rule === id)
      .map(({ subject }) => `one that ${subject.name}`),
    ...faults.filter((fault) => fault.rule === id).map(({ name }) => name),
  ];
  const files = [...(tests.get(id) ?? [])].sort().map((file) => `\`${file}\``);
  return [
    `## ${id} (${level})`,
    "",
    `${law}.`,
    "",
    `*Why*: ${intent}`,
    "",
    ...(exhausted.has(id) ? ["- Exhaustive."] : []),
    ...laws.map((one) => `- Random: ${one}.`),
    ...(files.length > 0 ? [`- Tests: ${files.join(", ")}.`] : []),
    ...(wrong.length > 0 ? [`- Found: ${wrong.join("; ")}.`] : []),
    "",
  ];
}

/** Ours that a check is about, in a word each. */
const ours = { outbox, sender, actor, socket };

function subjectsOf(check: Check): string {
  return Object.entries(ours)
    .filter(([, subject]) => {
      const one = cases(subject).find((each) => each.check === check);
      return one?.skipped === undefined;
    })
    .map(([name]) => name)
    .join(", ");
}

const counterexample = `## Why R22 needs offers to end

Draining alone is not enough. The transport below drains for ever, and the state never becomes normal: with a
capacity of 8 and the default marks the outbox is filled to the throttle mark, and from then on a message leaves
and another one comes. The fill hovers between the mark's two levels, and hysteresis keeps the state as it is,
which is its purpose (R16). The exhaustive checker finds this cycle when the assumption is left out, and
\`properties/test/Exhaustive.test.ts\` holds it:

\`\`\`
offer × 6        throttled, 75 % full
and then, for ever:
  ↻ drain 1      throttled, 63 % full
  ↻ offer 1      throttled, 75 % full
\`\`\`

A connection recovers when its producer slows down, and that is what its delays are for.`;
