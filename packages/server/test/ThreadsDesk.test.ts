/** What the main thread keeps for a thread: its queries end with it; and what each thread lets in. */
import { expect, test, vi } from "vitest";
import type { Queries } from "../src/query/fair.js";
import { QueryDesk } from "../src/threads/QueryDesk.js";
import { shareOf, sharesProblem } from "../src/threads/shares.js";

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
