/** `sluice check`: a configuration validated, exhausted at a small capacity, and tried at its own. */
import { readFile } from "node:fs/promises";
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  watermarksOf,
} from "@sluice/core";
import {
  conform,
  type Diagnosis,
  describeCounterexample,
  diagnose,
  inWords,
  outbox,
  title,
  type Verdict,
} from "@sluice/properties";
import { type Danger, dangersOf } from "./dangers.js";

/** What the answers are for a script. */
export const exitCodes = { safe: 0, wrong: 1, dangerous: 3 } as const;

export interface CheckOptions {
  readonly runs: number;
  /** Writes one line. */
  readonly print: (line: string) => void;
}

/** Reads, checks and reports; returns the exit code. Throws nothing that the file could be the cause of. */
export async function check(path: string, { runs, print }: CheckOptions): Promise<number> {
  const settings = await read(path, print);
  if (settings === undefined) return exitCodes.wrong;
  describe(settings, print);
  const diagnosis = diagnose(settings);
  const verdicts = await conform(outbox, {
    configuration: { ...settings, maxMessages: Math.min(settings.maxMessages, diagnosis.askedAt) },
    budget: { runs, minRuns: Math.ceil(runs / 4), millis: 5_000 },
  });
  const rules = reportRules(diagnosis, verdicts, print);
  const dangers = dangersOf(settings, diagnosis);
  for (const danger of dangers) reportDanger(danger, print);
  if (rules === "broken")
    print("wrong: a rule is broken: that is a fault of Sluice, please report it");
  else if (rules === "undecided") print("undecided: try more with --runs");
  else if (dangers.length === 0) print("safe");
  else print(`dangerous: ${dangers.length} of the above`);
  if (rules !== "hold") return exitCodes.wrong;
  return dangers.length === 0 ? exitCodes.safe : exitCodes.dangerous;
}

async function read(
  path: string,
  print: (line: string) => void,
): Promise<Configuration | undefined> {
  const refuse = (what: string, error: unknown) => {
    print(`${path} ${what}:`);
    for (const line of (error as Error).message.split("\n")) print(`  ${line}`);
    print("wrong");
    return undefined;
  };
  const text = await readFile(path, "utf8").catch((error) => refuse("cannot be read", error));
  if (text === undefined) return undefined;
  let options: unknown;
  try {
    options = JSON.parse(text);
  } catch (error) {
    return refuse("is not JSON", error);
  }
  try {
    return configuration(options as ConfigurationOptions);
  } catch (error) {
    return refuse("is not a valid configuration", error);
  }
}

/** What the fractions come to, in messages: what an operator will see. */
function describe(settings: Configuration, print: (line: string) => void): void {
  const { upMessages, downMessages } = watermarksOf(settings);
  const [throttled = 0, paused = 0] = upMessages;
  const [, normalAgain = 0, throttledAgain = 0, pausedAgain = 0] = downMessages;
  const number = (count: number) => count.toLocaleString("en");
  print(
    `${settings.overflow}, ${number(settings.maxMessages)} messages, ${number(settings.maxBytes)} bytes`,
  );
  print(`  throttled at ${number(throttled)}, until ${number(normalAgain)}`);
  print(`  paused at ${number(paused)}, until ${number(throttledAgain)}`);
  print(`  dropping when full, until ${number(pausedAgain)}`);
  const most = Math.max(settings.maxDelayMillis, settings.pauseDurationMillis);
  const blocked =
    settings.overflow === "block" ? `, and ${number(settings.blockTimeoutMillis)} ms for room` : "";
  print(`  a sender waits ${number(most)} ms at the most${blocked}`);
}

function reportRules(
  { capacity, askedAt, states, edges, checks, broken }: Diagnosis,
  verdicts: ReadonlyArray<Verdict>,
  print: (line: string) => void,
): "hold" | "broken" | "undecided" {
  const tried = verdicts.filter(({ outcome }) => outcome !== "skipped");
  const failed = tried.filter(({ outcome }) => outcome === "broken");
  const undecided = tried.filter(({ outcome }) => outcome === "inconclusive");
  for (const one of broken) print(describeCounterexample(one));
  for (const one of failed) print(inWords(one));
  for (const one of undecided) print(`${title(one.check)}: ${inWords(one)}`);
  const number = (count: number) => count.toLocaleString("en");
  const outcome = (count: number) => (count === 0 ? "they hold" : `${count} broken`);
  const traces = tried.reduce((sum, { runs }) => sum + runs, 0);
  const rules = new Set(tried.map(({ check }) => check.rule)).size;
  print(
    `${Object.keys(checks).length} rules on all ${number(states)} states and ${number(edges)} edges ` +
      `at capacity ${capacity}: ${outcome(broken.length)}`,
  );
  print(
    `${rules} rules on ${number(traces)} random traces at capacity ${number(askedAt)}: ` +
      outcome(failed.length),
  );
  if (broken.length + failed.length > 0) return "broken";
  return undecided.length > 0 ? "undecided" : "hold";
}

function reportDanger({ what, evidence, remedy }: Danger, print: (line: string) => void): void {
  print(`danger: ${what}`);
  for (const line of evidence) print(`    ${line}`);
  print(`  ${remedy}`);
}
