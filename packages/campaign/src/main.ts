/**
 * The campaign: `pnpm campaign` does every fault to real servers and real clients, with Sluice and without.
 *
 * Exit code 1 when a verdict is bad, 2 for a fault that there is not.
 */
import { writeFileSync } from "node:fs";
import { circumstances, inWords } from "@sluice/bench/kit";
import { Command, CommanderError } from "commander";
import { rowsOf } from "./campaign.js";
import { writeDocuments } from "./documents.js";
import { faults } from "./faults.js";
import { jsonOf, type Recorded, record, recorded } from "./Recorded.js";
import type { Row } from "./Row.js";
import { rowTable } from "./rowTable.js";

interface Options {
  readonly only?: ReadonlyArray<string>;
  readonly ci?: true;
  readonly list?: true;
  readonly json?: string;
  readonly write?: true;
}

const program = new Command("campaign")
  .description("Does every fault to real servers and clients, and compares what both count.")
  .option("--only <faults...>", "these faults; a name means all that begins with it")
  .option("--ci", "the quick ones, in at most two minutes")
  .option("--json <file>", "write the rows there")
  .option("--write", "write the rows into rows.json and the documents")
  .option("--list", "say which faults there are")
  .exitOverride()
  .action(run);
// Whatever was set up on the machine is taken down again.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

async function run({ only = [], ci, list, json, write }: Options): Promise<void> {
  const unknown = only.filter((name) => faults.every((fault) => !fault.name.startsWith(name)));
  if (unknown.length > 0) {
    program.error(`error: no fault ${unknown.join(", ")}: --list says which there are`);
  }
  const asked = faults.filter(
    ({ name, isQuick }) =>
      (only.length === 0 || only.some((begin) => name.startsWith(begin))) && (!ci || isQuick),
  );
  if (list) {
    for (const { name, what } of asked) console.log(`${name.padEnd(16)} ${what}`);
    return;
  }
  console.log(inWords(circumstances()));
  const rows: Array<Recorded> = [];
  for (const fault of asked) {
    const before = circumstances();
    const found = (await rowsOf(fault, ci === true)).map((row) => ({ ...row, ...before }));
    rows.push(...found);
    for (const row of found) say(row);
    if (json !== undefined) writeFileSync(json, jsonOf(rows));
    // Each may be the last: what there is by now is kept.
    if (write) record(rows);
    if (write) writeDocuments(recorded());
  }
  console.log();
  for (const line of [...rowTable(rows), "", inWords(circumstances())]) console.log(line);
  if (rows.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
}

function say({ fault, adapter, problems }: Row): void {
  console.log(`${fault} ${adapter}: ${problems.length === 0 ? "good" : "BAD"}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
