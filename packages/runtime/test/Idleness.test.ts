/** Who is silent for how long, and what is to be done about it. */
import { describe, expect, test } from "vitest";
import { Idleness, type Verdict } from "../src/hub/Idleness.js";

/** A client that is looked at once a second, on a clock that starts anywhere. */
function watching(idleTimeoutMillis: number, isOwed = false) {
  const idleness = new Idleness();
  const client = { heardMillis: 0, isAsked: false };
  let clockMillis = 123_456;
  const look = (passedMillis = 1_000): Verdict => {
    clockMillis += passedMillis;
    idleness.look(clockMillis);
    return idleness.judge(client, idleTimeoutMillis, isOwed);
  };
  look(0);
  idleness.heard(client);
  /** The seconds at which anything but "nothing" is said, within so many. */
  const verdicts = (seconds: number) =>
    Array.from({ length: seconds }, (_, at) => [at + 1, look()] as const).filter(
      ([, verdict]) => verdict !== "nothing",
    );
  return { idleness, client, look, verdicts };
}

describe("a client that is silent", () => {
  test.each([
    [8, 4],
    [10, 5],
    [30, 15],
    [32, 16],
    [120, 104],
    [960, 944],
  ])("for %i seconds is asked once, at %i, and closed when they are over", (timeout, asked) => {
    const { verdicts } = watching(timeout * 1_000);
    expect(verdicts(timeout + 1)).toEqual([
      [asked, "ask"],
      [timeout + 1, "close"],
    ]);
  });

  test("has a minute more when it is known to have something to read", () => {
    const { verdicts } = watching(8_000, true);
    expect(verdicts(69)).toEqual([
      [4, "ask"],
      [69, "close"],
    ]);
  });

  test("and is heard of again has all its time again, and is asked again", () => {
    const { idleness, client, verdicts } = watching(8_000);
    expect(verdicts(8)).toEqual([[4, "ask"]]);
    idleness.heard(client);
    expect(verdicts(9)).toEqual([
      [4, "ask"],
      [9, "close"],
    ]);
  });

  test("is left alone where there is no idle timeout", () => {
    expect(watching(0).verdicts(2_000)).toEqual([]);
    expect(watching(0, true).verdicts(2_000)).toEqual([]);
  });
});

describe("R18 · time", () => {
  test("in which the server stood still counts for two seconds at the most", () => {
    const { look } = watching(8_000);
    expect(look(3_600_000)).toBe("nothing");
    expect(look(3_600_000)).toBe("ask");
    expect(look(3_600_000)).toBe("nothing");
    expect(look(3_600_000)).toBe("nothing");
    expect(look(1)).toBe("close");
  });

  test("between two looks counts as it has passed, to the millisecond", () => {
    const { idleness, look } = watching(8_000);
    look(1_999);
    expect(idleness.nowMillis).toBe(1_999);
    look(0);
    expect(idleness.nowMillis).toBe(1_999);
    look(1);
    expect(idleness.nowMillis).toBe(2_000);
  });

  test("before the first look does not count, wherever the clock starts", () => {
    const idleness = new Idleness();
    idleness.look(1e9);
    expect(idleness.nowMillis).toBe(0);
  });

  test("that runs backwards takes nothing back", () => {
    const { idleness, look } = watching(8_000);
    look(1_500);
    look(-100_000);
    expect(idleness.nowMillis).toBe(1_500);
    look(1_000);
    expect(idleness.nowMillis).toBe(2_500);
  });
});
