/**
 * The benchmarks: `pnpm bench` runs them all, `pnpm bench flush` those of one name. Needs `node --expose-gc`.
 *
 * Exit code 1 when a target is missed or a part fails, 2 for a name that there is not.
 */
import { writeFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { writeDocuments } from "./documents.js";
import type { Figure } from "./Figure.js";
import { figureTable } from "./figureTable.js";
import { circumstances, inWords } from "./machine.js";
import { chosen, type Part, type Settings } from "./Part.js";
import { parts } from "./parts.js";
import { jsonOf, type Recorded, record, recorded } from "./Recorded.js";

interface Options extends Settings {
  readonly only?: ReadonlyArray<string>;
  readonly json?: string;
  readonly write?: true;
  readonly list?: true;
}

const program = new Command("bench")
  .description("Measures Sluice beside its peers, and judges the figures by their targets.")
  .argument("[names...]", "figures or parts; a name means all that begins with it")
  .option("--only <names...>", "the same")
  .option("--json <file>", "write the figures there")
  .option("--write", "write the figures into figures.json and the documents")
  .option("--connections <n>", "how many simulate has; a million if not said", wholeNumber)
  .option("--seed <n>", "what its clients are drawn by", wholeNumber)
  .option("--out <folder>", "draw there what it finds, as SVG")
  .option("--list", "say which figures there are")
  .exitOverride()
  .action(run);
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

async function run(names: ReadonlyArray<string>, options: Options): Promise<void> {
  const asked = [...names, ...(options.only ?? [])];
  const unknown = asked.filter((name) => parts.every((part) => chosen(part, [name]).length === 0));
  if (unknown.length > 0) {
    program.error(`error: no figure ${unknown.join(", ")}: --list says which there are`);
  }
  if (options.list) return list(asked);
  console.log(inWords(circumstances()));
  const figures: Array<Recorded> = [];
  for (const part of parts) {
    const ids = chosen(part, asked);
    if (ids.length === 0) continue;
    figures.push(...(await measured(part, ids, options)));
    // Each part may be the last: what there is by now is kept.
    if (options.json !== undefined) writeFileSync(options.json, jsonOf(figures));
    if (options.write) write(figures);
  }
  console.log();
  for (const line of [...figureTable(figures), "", inWords(circumstances())]) console.log(line);
  if (figures.some(({ met }) => met === false)) process.exitCode = 1;
  // A part that failed may have left servers and clients.
  process.exit();
}

function wholeNumber(given: string): number {
  const value = Number(given);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a whole number from 1");
}

async function measured(
  part: Part,
  ids: ReadonlyArray<string>,
  settings: Settings,
): Promise<ReadonlyArray<Recorded>> {
  console.log(`\n${part.name}`);
  const before = circumstances();
  const found = (await attempt(part, settings)).filter(({ id }) => ids.includes(id));
  for (const line of figureTable(found).slice(1)) console.log(`  ${line}`);
  return found.map((figure) => ({ ...figure, what: part.figures[figure.id] ?? "", ...before }));
}

/** A part that fails has no figures, and costs no other part its own. */
async function attempt(part: Part, settings: Settings): Promise<ReadonlyArray<Figure>> {
  try {
    return await part.run(settings);
  } catch (error) {
    console.error(`error: ${part.name} failed:`, error);
    process.exitCode = 1;
    return [];
  }
}

function write(figures: ReadonlyArray<Recorded>): void {
  record(
    figures,
    parts.flatMap((part) => Object.keys(part.figures)),
  );
  writeDocuments(recorded());
}

function list(asked: ReadonlyArray<string>): void {
  for (const part of parts) {
    for (const id of chosen(part, asked)) console.log(`${id.padEnd(34)} ${part.figures[id]}`);
  }
}
