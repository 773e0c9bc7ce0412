import { afterEach, expect, test, vi } from "vitest";
import { processMemory, processMetrics, prometheusText } from "../src/metrics/index.js";

afterEach(() => void vi.restoreAllMocks());

function usedUp(): never {
  throw Object.assign(new Error("EMFILE: too many open files, uv_resident_set_memory"), {
    code: "EMFILE",
  });
}

test("while no descriptor is free the memory is what it was when it was last read", () => {
  const before = processMemory();
  expect(before.rss).toBeGreaterThan(0);
  vi.spyOn(process, "memoryUsage").mockImplementation(usedUp as never);
  expect(processMemory()).toEqual(before);
});

test("a scrape while no descriptor is free is answered", () => {
  const stop = processMetrics();
  processMemory();
  vi.spyOn(process, "memoryUsage").mockImplementation(usedUp as never);
  expect(prometheusText()).toMatch(/^process_resident_memory_bytes \d+$/m);
  stop();
});
