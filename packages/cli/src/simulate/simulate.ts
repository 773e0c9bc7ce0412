/** `sluice simulate`: stories of a server by their seeds, audited by the rules; the shortest one that breaks one is told. */
import { type Campaign, campaign, type Failure, inWords, play } from "@sluice/simulation";
import { readConfiguration, type StandardInput } from "../check/ConfigurationFile.js";
import { Progress } from "../Progress.js";
import { Stopping } from "../Stopping.js";

export interface SimulateOptions {
  /** The first seed; by the clock if it is not given. */
  readonly seed?: number | undefined;
  readonly seeds?: number | undefined;
  readonly forMillis?: number | undefined;
  /** A file with the configuration that all connections have; everything else is drawn. */
  readonly configuration?: string | undefined;
}

/** What comes before the end of a run that is told. */
const lastLines = 20;
const seedsByDefault = 1_000;

/** Returns the exit code: 1 when a rule is broken, or the configuration is not valid. */
export async function simulateHere(
  { seed = Date.now() % 1_000_000_000, seeds, forMillis, configuration: path }: SimulateOptions,
  gone: AbortSignal,
  input: StandardInput = process.stdin,
): Promise<number> {
  const file = path === undefined ? undefined : await readConfiguration(path, input);
  if (file?._tag === "Wrong") {
    console.log([`${path} ${file.what}:`, ...file.lines.map((line) => `  ${line}`)].join("\n"));
    return 1;
  }
  const stopping = new Stopping(gone);
  const progress = new Progress("simulating", process.stderr);
  const most = seeds ?? (forMillis === undefined ? seedsByDefault : Number.POSITIVE_INFINITY);
  try {
    const found = await campaign({
      ...{ seed, seeds: most, forMillis, signal: stopping.signal },
      given: { configuration: file?.settings },
      progress: (done) => progress.at(done / most),
    });
    progress.end();
    for (const line of figures(seed, found)) console.log(line);
    if (found.failure === undefined) return 0;
    for (const line of await failureLines(found.failure, path)) console.log(line);
    return 1;
  } finally {
    progress.end();
    stopping.end();
  }
}

function figures(seed: number, found: Campaign): ReadonlyArray<string> {
  const { seeds, seconds, messages, virtualMillis, digest } = found;
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const rate = seconds > 0 ? seeds / seconds : 0;
  return [
    `${count(seeds)} seeds from ${seed} on, in ${seconds.toFixed(1)} s (${count(rate)}/s): ` +
      `${count(messages)} messages in ${count(virtualMillis / 1_000)} s of virtual time`,
    `digest ${digest}`,
    ...(found.failure === undefined ? ["every rule holds"] : []),
  ];
}

async function failureLines(
  { seed, story, violation, tries }: Failure,
  path: string | undefined,
): Promise<ReadonlyArray<string>> {
  const { rule, words, client, atMillis } = violation;
  const log: Array<string> = [];
  await play(story, (line) => log.push(line));
  const end = log.findIndex((line) => line.includes(`${rule} does not hold`)) + 1;
  const whose = client === undefined ? "" : ` of client ${client}`;
  const given = path === undefined ? "" : ` --configuration ${path}`;
  return [
    "",
    `${rule} does not hold${whose}, at ${atMillis} ms: ${words}`,
    "",
    ...inWords(story),
    "",
    "what happened at the end:",
    ...log.slice(Math.max(0, end - lastLines), end).map((line) => `  ${line}`),
    "",
    `the shortest of ${tries} stories; again: sluice simulate --seed ${seed} --seeds 1${given}`,
    `as data: ${JSON.stringify(story)}`,
  ];
}
