/** Each fault put in, and how many seeds the simulation needs to find it. */
import { textTable } from "@sluice/properties/text";
import { type Fault, faults } from "./faults.js";
import { simulationFaults } from "./simulationFaults.js";
import { Workshop } from "./Workshop.js";

/** So many are tried. */
const seeds = 1_000;

/** Why some cannot be found by it. */
const outside: Readonly<Partial<Record<NonNullable<Fault["subject"]>, string>>> = {
  ws: "in the adapter of ws, of which there is none here",
};

/** Tells what was found. Stories that once found something are played by the tests of the simulation. */
export async function simulated(report: (line: string) => void): Promise<void> {
  const all = [...faults, ...simulationFaults];
  const rows: Array<ReadonlyArray<string | number>> = [];
  const workshop = new Workshop();
  try {
    for (const fault of all) {
      const { rule, name, subject } = fault;
      const why = subject && outside[subject];
      const found = why === undefined ? await workshop.simulate(fault, seeds) : undefined;
      const [by = "", seed = ""] = found?.isFound ? found.words.split("\t") : [];
      rows.push([rule, name, seed, by || (why ?? `not in ${seeds}`)]);
      report(`${rows.length} of ${all.length}: ${name}: ${by || "-"} ${seed}`);
    }
  } finally {
    workshop.remove();
  }
  for (const line of textTable(["rule", "fault", "seeds", "found by"], rows)) report(line);
  const needed = rows.flatMap(([, , seed]) => (seed ? [Number(seed)] : [])).sort((a, b) => a - b);
  const half = needed[Math.ceil(needed.length / 2) - 1];
  report(
    `${needed.length} of ${all.length} faults found, half of these by seed ${half}, the last by seed ${needed.at(-1)}`,
  );
}
