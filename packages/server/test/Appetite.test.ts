import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Appetite } from "../src/clients/Appetite.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Reads chunks of a size whenever it may, for so long; returns the bytes read. */
function read(bytesPerSecond: number, chunkBytes: number, millis: number) {
  let reading = true;
  let bytes = 0;
  const appetite = new Appetite(
    {
      pause: () => {
        reading = false;
      },
      resume: () => {
        reading = true;
      },
    },
    bytesPerSecond,
  );
  const step = () => {
    if (!reading) return;
    bytes += chunkBytes;
    appetite.ate(chunkBytes);
  };
  for (let passed = 0; passed < millis; passed++) {
    step();
    vi.advanceTimersByTime(1);
  }
  return { bytes, isReading: () => reading, appetite };
}

describe("an appetite", () => {
  test.each([
    [200_000, 1_000],
    [20_000, 1_000],
    [200_000, 65_536],
    [1_000, 65_536],
  ])("of %d bytes per second is kept to, within a chunk of %d", (bytesPerSecond, chunkBytes) => {
    const { bytes } = read(bytesPerSecond, chunkBytes, 10_000);
    expect(bytes).toBeLessThanOrEqual(bytesPerSecond * 10 + chunkBytes * 2);
    expect(bytes).toBeGreaterThanOrEqual(bytesPerSecond * 10 * 0.95 - chunkBytes * 2);
  });

  test("without limit never stops", () => {
    expect(read(Number.POSITIVE_INFINITY, 1_000, 1_000).bytes).toBe(1_000_000);
  });

  test("for nothing stops at the first bite, until it devours the rest", () => {
    const { bytes, isReading, appetite } = read(0, 1_000, 1_000);
    expect(bytes).toBe(1_000);
    expect(isReading()).toBe(false);
    appetite.devour();
    appetite.ate(1_000_000);
    expect(isReading()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that has ended leaves no timer", () => {
    const { appetite } = read(1_000, 1_000, 10);
    appetite.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
