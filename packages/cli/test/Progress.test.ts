import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Progress } from "../src/Progress.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function begun(isTTY: boolean) {
  const written: Array<string> = [];
  const write = (text: string) => written.push(text);
  return { written, progress: new Progress("checking", { isTTY, columns: 60, write }) };
}

test("nothing is said of what is done within two seconds", () => {
  const { written, progress } = begun(true);
  vi.advanceTimersByTime(1_999);
  progress.at(0.9);
  progress.end();
  vi.advanceTimersByTime(60_000);
  expect(written).toEqual([]);
});

test("elsewhere than on a terminal it is a line now and then, with the time that is left", () => {
  const { written, progress } = begun(false);
  vi.advanceTimersByTime(2_000);
  progress.at(0.25);
  vi.advanceTimersByTime(6_000);
  progress.end();
  expect(written).toEqual([
    "checking: 2 s so far\n",
    "checking: 25 %, 7 s so far, about 21 s left\n",
  ]);
});

test("what is busy, and lets no timer through, is told of as it goes on", () => {
  const { written, progress } = begun(false);
  vi.setSystemTime(Date.now() + 8_000);
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 8_000);
  progress.at(0.5);
  expect(written).toEqual(["checking: 50 %, 8 s so far, about 8 s left\n"]);
  progress.end();
});

test("on a terminal one line is redrawn, no wider than it, and taken away at the end", () => {
  const { written, progress } = begun(true);
  progress.at(0.001);
  vi.advanceTimersByTime(3_000);
  progress.end();
  expect(written.length).toBeGreaterThan(3);
  for (const text of written) {
    expect(text).toMatch(/^\r[^\n]*$/);
    expect(text.endsWith("\x1b[K")).toBe(true);
    expect(text.length).toBeLessThan(60 + "\r\x1b[K".length);
  }
  expect(written.at(-1)).toBe("\r\x1b[K");
});
