/** What the main thread keeps for a thread, what each thread lets in, and what it says of all. */

import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Whole } from "@sluice/threads";
import { expect, test, vi } from "vitest";
import type { Queries } from "../src/query/fair.js";
import { QueryDesk } from "../src/threads/QueryDesk.js";
import { shareOf, sharesProblem } from "../src/threads/shares.js";
import { wholeAccount } from "../src/threads/wholeAccount.js";

const open = {
  about: "open-query",
  client: 1,
  address: "a",
  sql: "s",
  id: "q",
  batchRows: 1,
} as const;

test("the queries of a thread that has ended are closed, and those of others go on", async () => {
  const closed: Array<string> = [];
  const queries: Queries = {
    of: (address) => ({
      stream: async () => ({
        columns: [],
        next: async () => [],
        close: async () => void closed.push(address),
      }),
      leave: () => {},
    }),
  };
  const desk = new QueryDesk(queries);
  const [one, other] = [new AbortController(), new AbortController()];
  await desk.answer({ ...open, query: 1, address: "one" }, one.signal);
  await desk.answer({ ...open, query: 1, address: "other" }, other.signal);
  one.abort();
  await vi.waitFor(() => expect(closed).toEqual(["one"]));
  expect(await desk.answer({ about: "next-batches", query: 1 }, other.signal)).toEqual({
    batches: [],
  });
});

test("the shares of threads are the limit together", () => {
  const limits = { maxConnections: 10, maxPerAddress: 4, maxUpgradesPerSecond: 9, token: "t" };
  const shares = [0, 1, 2, 3].map((index) => shareOf(limits, 4, index));
  expect(shares.map(({ maxConnections }) => maxConnections)).toEqual([3, 3, 2, 2]);
  expect(shares.map(({ maxPerAddress }) => maxPerAddress)).toEqual([1, 1, 1, 1]);
  expect(shares.map(({ maxUpgradesPerSecond }) => maxUpgradesPerSecond)).toEqual([3, 2, 2, 2]);
  expect(shares.map(({ token }) => token)).toEqual(["t", "t", "t", "t"]);
  expect(sharesProblem(limits, 4)).toBeUndefined();
  expect(sharesProblem({ maxConnections: 0 }, 4)).toBeUndefined();
  expect(sharesProblem(limits, 5)).toBe(
    "--max-per-address (4) must be at least --threads (5): each thread lets in its share",
  );
});

/** Threads of which these are the connections, page by page. */
const paged = (...pages: ReadonlyArray<ReadonlyArray<string>>) =>
  ({
    connections: async ({ after = "0" }) => ({
      connections: (pages[Number(after)] ?? []).map((id) => ({ id })),
      next: Number(after) + 1 < pages.length ? `${Number(after) + 1}` : undefined,
    }),
  }) as unknown as Whole;

test.each([
  { pages: [[]], ids: [] },
  { pages: [["0.c1", "0.c2"], ["1.c1"]], ids: ["0.c1", "0.c2", "1.c1"] },
  { pages: [[], ["1.c1"], []], ids: ["1.c1"] },
])("connections are one list, however many pages they have: $ids", async ({ pages, ids }) => {
  const account = wholeAccount(paged(...pages), 2);
  const list = JSON.parse(await text(Readable.from(account.connections())));
  expect(list).toEqual(ids.map((id) => ({ id })));
});

test("evictions of all threads are counted together, and the last of them come last", async () => {
  const of = (overflow: number, ...latest: ReadonlyArray<number>) => ({
    "/feed": {
      counts: { overflow, stalled: 1 },
      latest: latest.map((atEpochMillis) => ({ atEpochMillis })),
    },
  });
  const answers = [of(2, 10, 30), of(1, 20)].map((answer, thread) => ({ thread, answer }));
  const whole = { ask: async () => answers } as unknown as Whole;
  expect(await wholeAccount(whole, 2).evictions()).toEqual({
    "/feed": {
      counts: { overflow: 3, stalled: 2 },
      latest: [10, 20, 30].map((atEpochMillis) => ({ atEpochMillis })),
    },
  });
});

test("the server is degraded while a thread is missing", async () => {
  const counts = async () => [{ thread: 1, connections: 3 }];
  const health = await wholeAccount({ counts } as unknown as Whole, 2).health();
  expect(health).toEqual({
    status: "degraded",
    connections: 3,
    threads: [{ thread: 1, connections: 3 }],
  });
});
