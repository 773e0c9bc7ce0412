/** `sluice check`: a good, a bad and a dangerous configuration get different answers. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { check, exitCodes } from "../src/check/check.js";

/** What is said of a file with that content. */
async function answerTo(
  content: string,
): Promise<{ readonly code: number; readonly said: string }> {
  const path = join(mkdtempSync(join(tmpdir(), "check-")), "config.json");
  writeFileSync(path, content);
  const lines: Array<string> = [];
  const code = await check(path, { runs: 60, print: (line) => lines.push(line) });
  return { code, said: lines.join("\n") };
}

const options = (given: object) => JSON.stringify(given);

describe("a good configuration", () => {
  test.each(["block", "drop-newest", "drop-oldest", "drop-all", "disconnect"])(
    "is safe, and described in messages: %s",
    async (overflow) => {
      const { code, said } = await answerTo(options({ maxMessages: 50, overflow }));
      expect(said).toMatch(/throttled at 35, until 30/);
      expect(said).toMatch(/\d+ rules on all [\d,]+ states and [\d,]+ edges .*: they hold/);
      expect(said).toMatch(/\d+ rules on [\d,]+ random traces .*: they hold/);
      expect(said).not.toContain("inconclusive");
      expect(said).toMatch(/\nsafe$/);
      expect(code).toBe(exitCodes.safe);
    },
  );
});

describe("a bad one", () => {
  test("that is not valid is wrong, with every problem", async () => {
    const { code, said } = await answerTo(options({ maxMessages: 0, pauseAt: 0.5, speed: 9 }));
    expect(said).toContain("maxMessages (0) must be a whole number");
    expect(said).toContain("pauseAt (0.5) must exceed throttleAt (0.7)");
    expect(said).toContain("speed (9) is not an option");
    expect(code).toBe(exitCodes.wrong);
  });

  test.each(["{ nonsense", "", "[1, 2]", "null", '"drop-oldest"'])("is wrong: %s", async (text) => {
    const { code, said } = await answerTo(text);
    expect(said).toMatch(/config\.json is not (JSON|a valid configuration):\n {2}\S/);
    expect(code).toBe(exitCodes.wrong);
  });

  test("that is not there is wrong", async () => {
    const lines: Array<string> = [];
    const code = await check("/nowhere.json", { runs: 1, print: (line) => lines.push(line) });
    expect(lines[0]).toBe("/nowhere.json cannot be read:");
    expect(code).toBe(exitCodes.wrong);
  });
});

describe("a dangerous one", () => {
  test("that flaps is told with the cycle and the remedy", async () => {
    const { code, said } = await answerTo(options({ maxMessages: 12, hysteresis: 0 }));
    expect(said).toContain("danger: it flaps");
    expect(said).toMatch(/offer 1 × 8: normal\n\s+↻ offer 1: throttled\n\s+↻ drain 1: normal/);
    expect(said).toContain("hysteresis (0) must be worth more than one message");
    expect(code).toBe(exitCodes.dangerous);
  });

  test("that cannot recover is told with the cycle and the remedy", async () => {
    const { code, said } = await answerTo(
      options({ maxMessages: 20, throttleAt: 0.3, pauseAt: 0.8, hysteresis: 0.3 }),
    );
    expect(said).toContain("danger: it cannot recover under load");
    expect(said).toMatch(/↻ offer 1: throttled\n\s+↻ drain 1: throttled/);
    expect(code).toBe(exitCodes.dangerous);
  });

  test.each([
    ["nobody can wait", { overflow: "block", maxWaiters: 0 }],
    ["nobody waits for room", { overflow: "block", blockTimeoutMillis: 0 }],
    ["cut off before it is reported", { evictTimeoutMillis: 1_000 }],
    ["noticed late", { watchdogMillis: 60_000 }],
    ["loses what is queued", { closeTimeoutMillis: 0 }],
  ])("is told why: %s", async (why, given) => {
    const { code, said } = await answerTo(options({ maxMessages: 50, ...given }));
    expect(said).toContain(why);
    expect(code).toBe(exitCodes.dangerous);
  });
});
