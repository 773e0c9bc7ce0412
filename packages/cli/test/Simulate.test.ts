/** `sluice simulate` as one runs it: the same in another process, with a configuration of one's own, and until it is told to stop. */

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { end, start } from "./CommandLine.js";

// A process starts when the machine gets to it.
vi.setConfig({ testTimeout: 120_000 });

const digestIn = (out: string) => /^digest ([0-9a-f]{16})$/m.exec(out)?.[1];

test("the same seeds are the same run in another process, and others are not", async () => {
  const run = (seed: string) => end(start("simulate", "--seed", seed, "--seeds", "60"));
  const [once, again, other] = await Promise.all([run("1"), run("1"), run("2")]);
  expect([once.code, again.code, other.code]).toEqual([0, 0, 0]);
  expect(once.out).toContain("60 seeds from 1 on");
  expect(once.out).toContain("every rule holds");
  expect(digestIn(once.out)).toBeDefined();
  expect(digestIn(again.out)).toBe(digestIn(once.out));
  expect(digestIn(other.out)).not.toBe(digestIn(once.out));
});

test("a configuration of one's own is that of all connections, and one that is not valid is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "simulate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "config.json");
  const run = (config: object) => {
    writeFileSync(file, JSON.stringify(config));
    return end(start("simulate", "--seed", "1", "--seeds", "20", "--configuration", file));
  };
  expect(await run({ maxMessages: 8, overflow: "drop-newest" })).toMatchObject({ code: 0 });
  const wrong = await run({ maxMessages: 0 });
  expect(wrong.code).toBe(1);
  expect(wrong.out).toContain("maxMessages (0)");
});

test("told to stop, it says what has been played so far", async () => {
  const child = start("simulate", "--seed", "1", "--for", "1h");
  // It has begun when it says how far it is.
  if (child.stderr !== null) await once(child.stderr, "data");
  const ended = end(child);
  child.kill("SIGINT");
  const { out, code } = await ended;
  expect(code).toBe(0);
  expect(out).toContain("seeds from 1 on");
});
