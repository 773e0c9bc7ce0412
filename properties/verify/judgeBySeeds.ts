/** The simulation, seed after seed, in a process of its own: exit code 1 when a rule is broken, with the rule and the shortest story. */
import { shrunk, tell } from "@sluice/simulation";

const [, , seeds = "1", story] = process.argv;

for (let seed = 1; seed <= Number(seeds); seed++) {
  const { violation } = await tell(seed);
  if (violation === undefined) continue;
  const { rule, words } = violation;
  process.stdout.write(`${rule}\t${seed}\t${words.split("\n")[0]}\n`);
  if (story !== undefined) {
    process.stdout.write(`${JSON.stringify((await shrunk(seed, rule)).story)}\n`);
  }
  process.exitCode = 1;
  break;
}
