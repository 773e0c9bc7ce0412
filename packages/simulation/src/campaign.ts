/** Many seeds, in as many threads as there are cores, until there are enough of them, time is over, or one breaks a rule. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Failure, shrunk } from "./seeds.js";
import type { Given } from "./story/stories.js";

/** Seeds from `from` on, before `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly given: Given;
}

/** What became of a part. */
export interface Played {
  readonly seeds: number;
  readonly messages: number;
  readonly virtualMillis: number;
  readonly digest: string;
  /** The first seed that broke a rule, and which. */
  readonly broken: { readonly seed: number; readonly rule: string } | undefined;
}

export interface CampaignOptions {
  /** The first seed. */
  readonly seed: number;
  /** How many; `Infinity` is as many as there is time for. */
  readonly seeds: number;
  readonly forMillis?: number | undefined;
  readonly given?: Given;
  /** Ends it with what has been played so far. */
  readonly signal?: AbortSignal;
  readonly threads?: number;
  readonly progress?: (seeds: number) => void;
}

export interface Campaign extends Omit<Played, "broken"> {
  readonly seconds: number;
  readonly failure: Failure | undefined;
}

const partSeeds = 50;

/** Plays them. Of the same seeds it is always the same. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, seeds, given = {}, forMillis = Number.POSITIVE_INFINITY, signal } = options;
  const startMillis = performance.now();
  const played: Array<Played> = [];
  let next = 0;
  let done = 0;
  const isOver = () =>
    signal?.aborted === true ||
    next * partSeeds >= seeds ||
    performance.now() - startMillis >= forMillis ||
    played.some((one) => one?.broken !== undefined);
  const work = async () => {
    const thread = new Worker(new URL("./SeedThread.js", import.meta.url));
    while (!isOver()) {
      const at = next++;
      const from = seed + at * partSeeds;
      const to = Math.min(from + partSeeds, seed + seeds);
      thread.postMessage({ from, to, given } satisfies Part);
      const [one] = (await once(thread, "message")) as [Played];
      played[at] = one;
      done += one.seeds;
      options.progress?.(done);
    }
    await thread.terminate();
  };
  const most = Math.ceil(seeds / partSeeds);
  const threads = Math.min(options.threads ?? availableParallelism(), most);
  await Promise.all(Array.from({ length: threads }, work));
  const broken = played.find((one) => one.broken !== undefined)?.broken;
  const sum = (of: (one: Played) => number) => played.reduce((all, one) => all + of(one), 0);
  return {
    seeds: done,
    messages: sum(({ messages }) => messages),
    virtualMillis: sum(({ virtualMillis }) => virtualMillis),
    digest: digestOf(played.map(({ digest }) => digest)),
    seconds: (performance.now() - startMillis) / 1_000,
    failure: broken && (await shrunk(broken.seed, broken.rule, given)),
  };
}

/** Of several, in their order. */
export function digestOf(digests: ReadonlyArray<string>): string {
  return createHash("sha256").update(digests.join()).digest("hex").slice(0, 16);
}
