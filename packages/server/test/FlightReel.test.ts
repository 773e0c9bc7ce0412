import { describe, expect, test } from "vitest";
import { type Flight, type FlightCursor, FlightReel } from "../src/feed/FlightReel.js";
import { FlightStore } from "../src/feed/FlightStore.js";

/** So many flights, whose reading fails where it is told to. */
class Table {
  readonly reads: Array<number> = [];
  failures = new Set<number>();
  readonly #size: number;
  #calls = 0;

  constructor(size: number) {
    this.#size = size;
  }

  async read(row: number): Promise<FlightCursor> {
    this.reads.push(row);
    this.#call();
    let at = row;
    return {
      next: async () => {
        this.#call();
        if (at >= this.#size) return undefined;
        const flights: Array<Flight> = [];
        while (flights.length < 1_000 && at < this.#size) {
          flights.push({ date: `t${at++}`, delay: 0, distance: 0, origin: "A", destination: "B" });
        }
        return flights;
      },
    };
  }

  #call(): void {
    if (this.failures.has(this.#calls++)) throw new Error("the disk is tired");
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

  test("goes on where it was after a failure, wherever that comes", async () => {
    for (let call = 0; call < 10; call++) {
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
    await expect(new FlightReel(new Table(0)).next()).rejects.toThrow("no flights");
  });
});

describe("the file of the flights", () => {
  test("is read in time order, from any row on", async () => {
    const store = await FlightStore.open();
    const whole = await store.read(0);
    const first: Array<Flight> = [];
    while (first.length < 10_000) first.push(...((await whole.next()) ?? []));
    expect(first[0]).toEqual({
      date: "2001-01-01T00:01:00",
      delay: 33,
      distance: 2176,
      origin: "LAS",
      destination: "PHL",
    });
    const times = first.map(({ date }) => date);
    expect(times).toEqual(times.toSorted());
    const later = await (await store.read(3_000)).next();
    // A chunk of DuckDB has four times as many.
    expect(later).toEqual(first.slice(3_000, 3_500));
    await store.close();
  });

  test("has an end", async () => {
    const store = await FlightStore.open();
    const cursor = await store.read(2_999_990);
    let rows = 0;
    for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) {
      rows += next.length;
    }
    expect(rows).toBe(10);
    await store.close();
  });

  test("is closed once what is being read has been read, and read no more", async () => {
    const store = await FlightStore.open();
    const cursor = await store.read(0);
    const order: Array<string> = [];
    const reading = cursor.next().finally(() => order.push("read"));
    // It can be told twice.
    await Promise.all([store.close().then(() => order.push("closed")), store.close()]);
    expect(order).toEqual(["read", "closed"]);
    expect(await reading).toBeDefined();
    await expect(store.read(0)).rejects.toThrow("closed");
  });
});
