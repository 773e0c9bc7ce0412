import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { end, start, startInto, upToLine } from "./CommandLine.js";

// A process starts when the machine gets to it.
vi.setConfig({ testTimeout: 120_000 });

describe("wrong arguments end with 2, and the value and the rule are named:", () => {
  test.each([
    [["sing"], "'sing'", "unknown command"],
    [["serve"], "'serve'", "unknown command"],
    [["chekc"], "'chekc'", "Did you mean check?"],
    [["check", "--jsn", "-"], "--jsn", "Did you mean --json?"],
    [["check", "--runs", "0", "-"], "'0'", "whole number from 1 to 1000000"],
    [["simulate", "--seeds", "0"], "'0'", "whole number from 1 to 100000000"],
    [["simulate", "--for", "soon"], "'soon'", "must be a duration"],
  ])("%j", async (args, value, rule) => {
    const { code, err, out } = await end(start(...args));
    expect(code).toBe(2);
    expect(err).toContain(value);
    expect(err).toContain(rule);
    expect(out).toBe("");
  });
});

test("says which version it is", async () => {
  const { out, code } = await end(start("--version"));
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(code).toBe(0);
});

test("check reads standard input, and tells a script what came of it", async () => {
  const child = start("check", "-", "--json", "--runs", "1");
  child.stdin?.end('\ufeff{ "maxMessages": 20, "maxBytes": 64 }');
  const { out, code } = await end(child);
  expect(JSON.parse(out)).toMatchObject({ verdict: "dangerous", configuration: { maxBytes: 64 } });
  expect(code).toBe(3);
});

describe("a reader that goes away ends it quietly:", () => {
  test.each([
    ["--help", []],
    ["check", ["--help"]],
    ["--version", []],
    ["chart", ["--format", "svg"]],
  ])("%s %j, before a word is read", async (command, args) => {
    const { code, err } = await upToLine(0, start(command, ...args));
    expect([code, err]).toEqual([0, expect.not.stringMatching(/error| {4}at /i)]);
  });

  test("top, whatever it looks at", async () => {
    const { code, err } = await upToLine(1, start("top", "127.0.0.1:1"));
    expect([code, err]).toEqual([1, ""]);
  });

  test("check still has its answer", async () => {
    const child = start("check", "-", "--runs", "1");
    child.stdin?.end('{ "maxMessages": 20, "closeTimeoutMillis": 0 }');
    expect(await upToLine(0, child)).toMatchObject({ code: 3 });
  });

  test.each([["sing"], ["top", "nonsense"]])(
    "%s, whose complaint nobody reads",
    async (...args) => {
      const child = start(...args);
      child.stderr?.destroy();
      expect(await once(child, "exit")).toEqual([2, null]);
    },
  );
});

test("output that cannot be written is said, and is exit code 1", async () => {
  const full = openSync("/dev/full", "w");
  onTestFinished(() => closeSync(full));
  const child = startInto(full, "chart");
  const [err, [code]] = await Promise.all([text(child.stderr as Readable), once(child, "exit")]);
  expect(err).toMatch(/^error: cannot write: ENOSPC[^\n]*\n$/);
  expect(code).toBe(1);
});
