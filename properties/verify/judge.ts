/** One rule on one subject, in a process of its own: exit code 1 when it is broken, with the whole story. */
import {
  actor,
  cases,
  describeCounterexample,
  exhaust,
  fastScope,
  inWords,
  outbox,
  type Subject,
  sender,
} from "@sluice/properties";

// Beside it in the workshop.
const { stories } = (await import("./stories.mjs" as string)) as typeof import("./stories.js");

const [, , rule, name = "outbox"] = process.argv;
const subject = ({ outbox, sender, actor } as Readonly<Record<string, Subject>>)[name];

if (name === "ws") await judgeSuite();
else if (name in stories) await tell(name as keyof typeof stories);
else if (name === "receipts") explore();
else if (subject === undefined) throw new Error(`${name} is no subject`);
else await judge(subject);

async function judge(one: Subject): Promise<void> {
  const mine = cases(one, { budget: { runs: 400 } }).filter(({ check }) => check.rule === rule);
  for (const { run } of mine) {
    const verdict = await run();
    process.stdout.write(`${inWords(verdict)}\n`);
    if (verdict.outcome === "broken") process.exitCode = 1;
  }
}

/** Every interleaving of an actor and a client that answers, in small. */
function explore(): void {
  const actor = {
    strategies: ["block"],
    capacities: [],
    waiters: 1,
    evicts: false,
    windows: [2],
  } as const;
  const outboxes = { strategies: [], capacities: [], senderCapacities: [], byteCapacities: [] };
  const scope = { ...fastScope, ...outboxes, actor };
  for (const counterexample of exhaust({ scope }).broken) {
    if (counterexample.rule !== rule) continue;
    process.stdout.write(`broken: ${rule} · ${describeCounterexample(counterexample)}\n`);
    process.exitCode = 1;
  }
}

async function tell(what: keyof typeof stories): Promise<void> {
  const { [stories[what]]: told } = await import(`./${what}.mjs`);
  const broken: string | undefined = await told();
  process.stdout.write(broken === undefined ? `kept: ${rule}\n` : `broken: ${rule} · ${broken}\n`);
  if (broken !== undefined) process.exitCode = 1;
}

/** The cases of the adapters' suite that name the rule, on `ws`. */
async function judgeSuite(): Promise<void> {
  const { adapterCases } = await import("@sluice/runtime/testing");
  const { wsAdapter } = await import("./wsAdapter.mjs" as string);
  for (const { name: title, run } of adapterCases) {
    if (!title.startsWith(`${rule} `)) continue;
    const broken = (error: unknown) => {
      process.stdout.write(`broken: ${title}\n${(error as Error).stack}\n`);
      process.exitCode = 1;
    };
    // What nobody catches ends the server's process: it breaks the rule too.
    const fatal = (error: unknown) => {
      broken(error);
      process.exit();
    };
    process.once("uncaughtException", fatal);
    try {
      await run(wsAdapter);
      process.stdout.write(`kept: ${title}\n`);
    } catch (error) {
      broken(error);
    }
    process.off("uncaughtException", fatal);
  }
}
