/** Stories by their seeds: what became of each, and of one in which a rule does not hold the shortest that shows it. */
import fc from "fast-check";
import type { Violation } from "./audit/Violation.js";
import { digestOf, type Played } from "./campaign.js";
import { type Outcome, play } from "./Play.js";
import type { Story } from "./story/Story.js";
import { type Given, stories } from "./story/stories.js";

/** A story in which a rule does not hold. */
export interface Failure {
  readonly seed: number;
  /** Of the shortest story. */
  readonly story: Story;
  readonly violation: Violation;
  /** How many shorter ones were tried. */
  readonly tries: number;
}

/** What became of one seed. */
export interface Told extends Outcome {
  readonly story: Story;
}

/** The story of a seed, played. */
export async function tell(seed: number, given: Given = {}): Promise<Told> {
  const [story] = fc.sample(stories(given), { seed, numRuns: 1 }) as [Story];
  return { story, ...(await play(story)) };
}

/** The stories of seeds from one on, before another, up to the first that breaks a rule. */
export async function tellAll(from: number, to: number, given: Given = {}): Promise<Played> {
  const digests: Array<string> = [];
  let messages = 0;
  let virtualMillis = 0;
  let broken: Played["broken"];
  for (let seed = from; seed < to && broken === undefined; seed++) {
    const told = await tell(seed, given);
    digests.push(told.digest);
    messages += told.messages;
    virtualMillis += told.virtualMillis;
    if (told.violation !== undefined) broken = { seed, rule: told.violation.rule };
  }
  return { seeds: digests.length, messages, virtualMillis, digest: digestOf(digests), broken };
}

/** The shortest story of a seed that breaks the rule which its story breaks. */
export async function shrunk(
  seed: number,
  rule: string,
  given: Given = {},
  most = 3_000,
): Promise<Failure> {
  let found: Omit<Failure, "seed" | "tries"> | undefined;
  let tries = 0;
  const property = fc.asyncProperty(stories(given), async (story) => {
    // What has been tried enough is no longer shortened.
    if (++tries > most) return;
    const { violation } = await play(story);
    if (violation?.rule !== rule) return;
    found = { story, violation };
    throw new Error(rule);
  });
  await fc.check(property, { seed, numRuns: 1, verbose: 0 });
  if (found === undefined) throw new Error(`seed ${seed} does not break ${rule} any more`);
  return { seed, tries, ...found };
}
