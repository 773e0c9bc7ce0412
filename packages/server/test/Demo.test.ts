import { expect, test } from "vitest";
import { runDemonstrations } from "../src/demo/index.js";

test("the six demonstrations show what they say", async () => {
  const lines: Array<string> = [];
  const code = await runDemonstrations({ print: (line) => lines.push(line) });
  expect(lines.filter((line) => line.includes("FAILED"))).toEqual([]);
  expect(code).toBe(0);
  const text = lines.join("\n");
  for (const figure of [
    "delay 0 ms; all ten were sent",
    "the client received 10 of 10, in order",
    "70 % full: state throttled, delay 0 ms",
    "85 % full: state throttled, delay 75 ms",
    "95 % full: state paused, delay 50 ms",
    "10 of 10 buffered: 100 % full",
    "3 more were accepted, 3 evicted: state dropping",
    "the client received message 2 to message 11, in order",
    "lost: healthy",
    "lost: degraded",
    "on: 80 % full gives 150 ms",
  ]) {
    expect(text).toContain(figure);
  }
});

test("as JSON they are one document, and when nobody looks no more of them are played", async () => {
  const lines: Array<string> = [];
  const looking = new AbortController();
  const print = (line: string) => lines.push(line);
  expect(await runDemonstrations({ print, json: true })).toBe(0);
  expect(lines).toHaveLength(1);
  const { holds, scenarios } = JSON.parse(lines[0] as string);
  expect([holds, scenarios.length]).toEqual([true, 6]);
  expect(scenarios[0].facts[0]).toEqual({ text: expect.any(String), holds: true });
  lines.length = 0;
  const leave = (line: string) => {
    lines.push(line);
    looking.abort();
  };
  expect(await runDemonstrations({ print: leave, signal: looking.signal })).toBe(0);
  expect(lines.filter((line) => /^\d\. /.test(line))).toEqual([
    "1. Normal flow: 10 messages, no delay",
  ]);
});
