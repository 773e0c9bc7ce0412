/** `sluice check`: a good, a bad and a dangerous configuration get different answers. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { type CheckOptions, check, exitCodes } from "../src/check/check.js";

// Every check explores; it takes as long as the machine lets it.
vi.setConfig({ testTimeout: 120_000 });

/** What is said of a file with that content. */
async function answerTo(
  content: string | Uint8Array,
  options: Partial<CheckOptions> = {},
): Promise<{ readonly code: number; readonly said: string }> {
  const path = join(mkdtempSync(join(tmpdir(), "check-")), "config.json");
  writeFileSync(path, content);
  return said(path, options);
}

async function said(path: string, options: Partial<CheckOptions> = {}) {
  const lines: Array<string> = [];
  const print = (line: string) => lines.push(line);
  const input = Readable.from([]);
  const code = await check(path, { runs: 60, input, print, ...options });
  return { code, said: lines.join("\n") };
}

const options = (given: object) => JSON.stringify(given);

/** What is reckoned, or found by exploring, needs no random traces. */
const briefly: Partial<CheckOptions> = { runs: 4 };

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
    const answer = await said("/nowhere.json");
    expect(answer.said).toContain("/nowhere.json cannot be read:\n");
    expect(answer.code).toBe(exitCodes.wrong);
  });
});

describe("a dangerous one", () => {
  test("that flaps is told with the cycle and the remedy", async () => {
    const { code, said } = await answerTo(options({ maxMessages: 12, hysteresis: 0 }), briefly);
    expect(said).toContain("danger: it flaps");
    expect(said).toMatch(/offer 1 × 8: normal\n\s+↻ offer 1: throttled\n\s+↻ drain 1: normal/);
    expect(said).toContain("set hysteresis to 0.07: a mark must be cleared two messages below");
    expect(code).toBe(exitCodes.dangerous);
  });

  test("that cannot recover is told with the cycle and the remedy", async () => {
    const { code, said } = await answerTo(
      options({ maxMessages: 20, throttleAt: 0.3, pauseAt: 0.8, hysteresis: 0.3 }),
      briefly,
    );
    expect(said).toContain("danger: it cannot recover under load");
    expect(said).toMatch(/↻ offer 1: throttled\n\s+↻ drain 1: throttled/);
    expect(code).toBe(exitCodes.dangerous);
  });

  test.each([
    ["nobody can wait", { overflow: "block", maxWaiters: 0 }],
    ["nobody waits for room", { overflow: "block", blockTimeoutMillis: 0 }],
    ["cut off before it is reported", { evictTimeoutMillis: 1_000 }],
    ["closed before it can be slow", { evictAgeMillis: 999 }],
    ["counts nothing that is awaited", { overflow: "block", evictDropRate: 0.5 }],
    ["comes too late", { overflow: "disconnect", evictDropRate: 0.5 }],
    ["closed for one burst", { evictDropRate: 0.5, evictDropMillis: 9_999 }],
    ["noticed late", { watchdogMillis: 60_000 }],
    ["loses what is queued", { closeTimeoutMillis: 0 }],
    ["marks are next to each other", { throttleAt: 0.84, pauseAt: 0.86 }],
    ["no ordinary message fits", { maxBytes: 64 }],
    ["hardly a message fits", { maxMessages: 150, maxBytes: 2_000 }],
    ["next to each other in bytes", { maxMessages: 40, maxBytes: 1_280 }],
  ])("is told why: %s", async (why, given) => {
    const { code, said } = await answerTo(options({ maxMessages: 50, ...given }), briefly);
    expect(said).toContain(why);
    expect(code).toBe(exitCodes.dangerous);
  });
});

describe("a file is read as it was written:", () => {
  const content = options({ maxMessages: 20, maxBytes: 64 });
  const utf16 = (order: "le" | "be") => {
    const bytes = Buffer.from(`\ufeff${content}`, "utf16le");
    return order === "le" ? bytes : bytes.swap16();
  };

  test.each([
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${content}`)],
    ["UTF-16, as an old shell of Windows redirects", utf16("le")],
    ["UTF-16, big end first", utf16("be")],
  ])("%s", async (_, bytes) => {
    expect((await answerTo(bytes, { runs: 1 })).said).toMatch(/^drop-oldest, 20 messages/);
  });

  test("bytes that are no text are said to be that", async () => {
    const { code, said } = await answerTo(Uint8Array.of(0x7b, 0xff, 0x7d));
    expect(said).toMatch(/is not JSON:\n {2}.*utf-8/);
    expect(code).toBe(exitCodes.wrong);
  });

  test("- is standard input", async () => {
    const input = Readable.from([Buffer.from(content.slice(0, 9)), Buffer.from(content.slice(9))]);
    expect((await said("-", { input, runs: 1 })).said).toMatch(/^drop-oldest, 20 messages/);
    const empty = await said("-");
    expect(empty.said).toMatch(/^standard input is not JSON:/);
  });
});

test("a misspelt option is answered with the one that was meant", async () => {
  const { said } = await answerTo(options({ maxMesages: 5, pause_at: 0.8 }));
  expect(said).toContain("maxMesages (5) is not an option (did you mean maxMessages?)");
  expect(said).toContain("pause_at (0.8) is not an option (did you mean pauseAt?)");
});

test("as JSON the answer is one document, whatever it is", async () => {
  const json = async (given: object) => {
    const { code, said } = await answerTo(options(given), { json: true, runs: 5 });
    return { code, ...JSON.parse(said) };
  };
  expect(await json({ maxMessages: 50, maxBytes: 64 })).toMatchObject({
    code: exitCodes.dangerous,
    verdict: "dangerous",
    configuration: { maxMessages: 50, overflow: "drop-oldest" },
    marks: { throttled: 35, paused: 45 },
    exhaustive: { broken: [] },
    dangers: [{ what: expect.stringContaining("fits"), remedy: { set: { maxBytes: 51_200 } } }],
  });
  expect(await json({ maxMesages: 50 })).toMatchObject({
    code: exitCodes.wrong,
    verdict: "wrong",
    problems: [
      { field: "maxMesages", value: 50, message: expect.stringContaining("did you mean") },
    ],
  });
});

test.each([
  { maxMessages: 3, maxBytes: 64, closeTimeoutMillis: 0 },
  { maxMessages: 1, overflow: "block", maxWaiters: 0, blockTimeoutMillis: 0 },
  { maxMessages: 20, throttleAt: 0.3, pauseAt: 0.32, hysteresis: 0.3, watchdogMillis: 60_000 },
  { maxMessages: 40, maxBytes: 1_280, evictTimeoutMillis: 1_000 },
])("it accepts what it advises: %j", async (given) => {
  const judge = async (some: object) =>
    JSON.parse((await answerTo(options(some), { json: true, runs: 1 })).said);
  let current: object = given;
  let { verdict, dangers } = await judge(current);
  expect([verdict, dangers.length > 0]).toEqual(["dangerous", true]);
  while (dangers.length > 0) {
    const [{ what, remedy }] = dangers;
    current = { ...current, ...remedy.set };
    const before = dangers.length;
    ({ verdict, dangers } = await judge(current));
    expect(dangers.length).toBeLessThan(before);
    expect(dangers.map((danger: { what: string }) => danger.what)).not.toContain(what);
  }
  expect(["safe", "undecided"]).toContain(verdict);
});

test("how far it is goes from 0 to 1", async () => {
  const shares: Array<number> = [];
  await answerTo(options({ maxMessages: 10 }), {
    runs: 1,
    progress: (share) => shares.push(share),
  });
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

describe("limits of lanes and labels, beside the options of a connection", () => {
  test.each<[object, RegExp]>([
    [{ lanes: { control: { maxBytes: 20 } } }, /danger: lane control: no ordinary message fits/],
    [
      { lanes: { bulk: { overflow: "block", blockTimeoutMillis: 0 } } },
      /danger: lane bulk: nobody waits for room.*\n +set blockTimeoutMillis to 5000/,
    ],
    [
      { labels: { "prices.*": { key: "a", ttlMillis: 1 } } },
      /danger: labels of prices\.\*: a message expires before it is sent/,
    ],
  ])("can be dangerous: %j", async (given, danger) => {
    const { code, said } = await answerTo(options(given), briefly);
    expect(said).toMatch(danger);
    expect(code).toBe(exitCodes.dangerous);
  });

  test.each<[object, string]>([
    [{ lanes: { urgent: {} } }, "urgent ({}) is not an option of lanes"],
    [{ lanes: { bulk: { throttleAt: 0.5 } } }, "throttleAt (0.5) is not an option of lanes.bulk"],
    [{ lanes: 5 }, "lanes (5) must be a plain object"],
    [{ labels: { a: { kee: "b" } } }, "did you mean key?"],
  ])("can be none: %j", async (given, words) => {
    const { code, said } = await answerTo(options(given), briefly);
    expect(said).toContain(words);
    expect(code).toBe(exitCodes.wrong);
  });

  test("can be safe", async () => {
    const given = {
      lanes: { control: {}, bulk: {} },
      labels: { a: { key: "b", ttlMillis: 1_000 } },
    };
    expect((await answerTo(options(given), { runs: 60 })).code).toBe(exitCodes.safe);
  });
});
