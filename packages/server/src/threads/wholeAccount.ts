/** What any thread says of the server: it asks all of them. */
import type { Whole } from "@sluice/threads";
import type { Account } from "../http/HttpRoutes.js";
import { jsonPages } from "../http/Pieces.js";
import type { ThreadQuestion } from "./Question.js";

/** Connections that are asked for at a time. */
const pageSize = 200;

/** So many of those that were cut off last are shown, as of one thread. */
const mostLatest = 256;

/** `size` is how many threads there should be. */
export function wholeAccount(whole: Whole, size: number): Account {
  return {
    health: async () => {
      const counts = await whole.counts();
      const threads = counts.map(({ thread, connections }) => ({ thread, connections }));
      return {
        // One has ended and is not back yet, or does not answer.
        status: threads.length === size ? "ok" : "degraded",
        connections: threads.reduce((sum, one) => sum + one.connections, 0),
        threads,
      };
    },
    connections: () => jsonPages(pages(whole)),
    evictions: async () => {
      const question: ThreadQuestion = { about: "evictions" };
      const answers = await whole.ask(question);
      return together(answers.map(({ answer }) => answer as Evictions));
    },
    cluster: () => [],
    metrics: () => whole.metrics(),
  };
}

async function* pages(whole: Whole): AsyncGenerator<ReadonlyArray<unknown>> {
  let after: string | undefined;
  do {
    const page = await whole.connections({ limit: pageSize, after });
    yield page.connections;
    after = page.next;
  } while (after !== undefined);
}

/** By path, as `/evictions` shows them. */
type Evictions = Readonly<Record<string, EvictionsOfPath>>;

interface EvictionsOfPath {
  readonly counts: Readonly<Record<string, number>>;
  readonly latest: ReadonlyArray<{ readonly atEpochMillis: number }>;
}

function together(all: ReadonlyArray<Evictions>): Evictions {
  const paths = Object.keys(all[0] ?? {});
  return Object.fromEntries(
    paths.map((path) => [path, joined(all.flatMap(({ [path]: one }) => one ?? []))]),
  );
}

function joined(all: ReadonlyArray<EvictionsOfPath>): EvictionsOfPath {
  const counts: Record<string, number> = {};
  for (const one of all) {
    for (const [rung, count] of Object.entries(one.counts)) {
      counts[rung] = (counts[rung] ?? 0) + count;
    }
  }
  const latest = all
    .flatMap((one) => one.latest)
    .sort((a, b) => a.atEpochMillis - b.atEpochMillis)
    .slice(-mostLatest);
  return { counts, latest };
}
