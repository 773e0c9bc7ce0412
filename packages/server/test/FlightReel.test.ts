import { describe, expect, test } from "vitest";
import { FlightReel } from "../src/feed/FlightReel.js";
import { QueryError, type Rows } from "../src/query/Database.js";

/** A table of so many flights, that fails where it is told to. */
class Table {
  readonly queries: Array<string> = [];
  failures = new Set<number>();
  readonly #size: number;
  #calls = 0;

  constructor(size: number) {
    this.#size = size;
  }

  async query(sql: string, { batchRows }: { readonly batchRows: number }): Promise<Rows> {
    this.queries.push(sql);
    this.#call();
    const [from, to] = (/between (\d+) and (\d+)/.exec(sql) ?? []).slice(1).map(Number);
    let at = from as number;
    const end = Math.min((to as number) + 1, this.#size);
    return {
      columns: [],
      next: async () => {
        this.#call();
        if (at >= end) return undefined;
        const rows = [];
        while (rows.length < batchRows && at < end) rows.push([`t${at++}`, 0, 0, "AAA", "BBB"]);
        return rows;
      },
      close: async () => {},
    };
  }

  #call(): void {
    if (!this.failures.has(this.#calls++)) return;
    throw new QueryError({ code: "interrupted", message: "the engine was replaced" });
  }
}

async function dates(reel: FlightReel, count: number): Promise<ReadonlyArray<string>> {
  const dates: Array<string> = [];
  while (dates.length < count) dates.push(...(await reel.next()).map(({ date }) => date));
  return dates.slice(0, count);
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

describe("the reel", () => {
  test("shows every flight once, in order, and then begins again", async () => {
    const reel = new FlightReel(new Table(12_345));
    expect(await dates(reel, 12_345 + 3)).toEqual([...numbered(12_345), "t0", "t1", "t2"]);
  });

  test("reads no further than it was asked for", async () => {
    const table = new Table(1_000_000);
    await new FlightReel(table).next();
    expect(table.queries).toHaveLength(1);
  });

  test("goes on where it was after a failure, wherever that comes", async () => {
    for (let call = 0; call < 12; call++) {
      const table = new Table(6_000);
      table.failures.add(call);
      const reel = new FlightReel(table);
      const seen: Array<string> = [];
      let failures = 0;
      while (seen.length < 7_000) {
        try {
          seen.push(...(await reel.next()).map(({ date }) => date));
        } catch {
          failures++;
        }
      }
      expect(failures).toBe(1);
      expect(seen).toEqual([...numbered(6_000), ...numbered(1_000)]);
    }
  });

  test("says so when there are none", async () => {
    await expect(new FlightReel(new Table(0)).next()).rejects.toThrow("empty");
  });
});
