import { expect, test } from "vitest";
import { runDemonstrations } from "../src/demo/index.js";

test("the six demonstrations show what they say", async () => {
  const lines: Array<string> = [];
  const code = await runDemonstrations((line) => lines.push(line));
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
    "the client received message 3 to message 12, in order",
    "9 of 100 lost: healthy",
    "11 of 100 lost: degraded",
    "on: 80 % full gives 150 ms",
  ]) {
    expect(text).toContain(figure);
  }
});
