/** The demonstrations: `sluice demo`. */
import type { Fact } from "./Fact.js";
import { scenarios } from "./scenarios.js";

export interface DemonstrationOptions {
  /** Writes one line; by default to standard output. */
  readonly print?: (line: string) => void;
  /** One JSON document at the end, in place of lines. */
  readonly json?: boolean | undefined;
  /** Aborted when nobody looks any more: what has not begun is left out. */
  readonly signal?: AbortSignal;
}

/** Plays the six scenarios and prints what they show; 1 if any of it is not so, else 0. */
export async function runDemonstrations(options: DemonstrationOptions = {}): Promise<number> {
  const { print = console.log, json = false, signal } = options;
  const say = json ? () => {} : print;
  const played: Array<{ readonly title: string; readonly facts: ReadonlyArray<Fact> }> = [];
  for (const [index, { title, play }] of scenarios.entries()) {
    if (signal?.aborted) break;
    say(`${index + 1}. ${title}`);
    const facts = await play();
    for (const { text, holds } of facts) say(`   ${holds ? "ok     " : "FAILED "} ${text}`);
    played.push({ title, facts });
  }
  const failures = played.flatMap(({ facts }) => facts).filter(({ holds }) => !holds).length;
  say(failures === 0 ? "all of it holds" : `${failures} of it does not hold`);
  if (json) print(JSON.stringify({ holds: failures === 0, scenarios: played }, undefined, 2));
  return failures === 0 ? 0 : 1;
}
