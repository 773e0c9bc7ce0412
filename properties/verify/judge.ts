/** One rule on one subject, in a process of its own: exit code 1 when it is broken, with the whole story. */
import { actor, cases, inWords, outbox, type Subject, sender } from "@sluice/properties";

const [, , rule, name = "outbox"] = process.argv;
const subject = ({ outbox, sender, actor } as Readonly<Record<string, Subject>>)[name];
if (subject === undefined) throw new Error(`${name} is no subject`);

const mine = cases(subject, { budget: { runs: 400 } }).filter(({ check }) => check.rule === rule);
for (const { run } of mine) {
  const verdict = await run();
  process.stdout.write(`${inWords(verdict)}\n`);
  if (verdict.outcome === "broken") process.exitCode = 1;
}
