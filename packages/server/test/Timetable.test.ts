import { describe, expect, test } from "vitest";
import type { Flight } from "../src/feed/FlightReel.js";
import { maxFlights, Timetable } from "../src/feed/Timetable.js";

const flight = (date: string): Flight => ({
  date,
  delay: 1,
  distance: 2,
  origin: "AAA",
  destination: "BBB",
});

/** Plays batches of times, over and over; "!" is a failure. */
function timetable(...batches: ReadonlyArray<ReadonlyArray<string> | "!">): Timetable {
  let at = 0;
  return new Timetable({
    next: async () => {
      const batch = batches[at++ % batches.length];
      if (batch === undefined || batch === "!") throw new Error("failed");
      return batch.map(flight);
    },
  });
}

/** Time and number of flights of the next minutes; "!" for a failure. */
async function minutes(table: Timetable, count: number): Promise<ReadonlyArray<string>> {
  const seen: Array<string> = [];
  while (seen.length < count) {
    const minute = await table.next().catch(() => undefined);
    seen.push(minute === undefined ? "!" : `${minute.time}×${minute.flights.length}`);
  }
  return seen;
}

describe("a timetable", () => {
  test("gathers what leaves in the same minute, across batches and in order", async () => {
    const table = timetable(["a", "a", "b"], ["b", "b"], ["c"]);
    expect(await minutes(table, 5)).toEqual(["a×2", "b×3", "c×1", "a×2", "b×3"]);
  });

  test("gives everything of a flight but its time, which is the minute's", async () => {
    const { flights } = await timetable(["a"], ["b"]).next();
    expect(flights).toEqual([{ delay: 1, distance: 2, origin: "AAA", destination: "BBB" }]);
  });

  test("divides a minute that is too large for a message", async () => {
    const table = timetable(
      Array.from({ length: maxFlights + 1 }, () => "a"),
      ["b"],
    );
    expect(await minutes(table, 3)).toEqual([`a×${maxFlights}`, "a×1", "b×1"]);
  });

  test("loses nothing and repeats nothing when reading fails", async () => {
    const table = timetable(["a", "b"], "!", ["b", "c"], ["d"]);
    const seen = await minutes(table, 5);
    expect(seen).toContain("!");
    expect(seen.filter((minute) => minute !== "!")).toEqual(["a×1", "b×2", "c×1", "d×1"]);
  });
});
