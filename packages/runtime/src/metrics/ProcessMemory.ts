/**
 * What the process holds in memory, as it was when it could last be read.
 *
 * Node reads it from a file of the system, and throws when the process has no descriptor left for it. A figure
 * for people is not worth a process: then the last one stands.
 */
let last: NodeJS.MemoryUsage = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };

/**
 * `process.memoryUsage()`, in bytes; when that fails the answer of the last time that it did not, and zeros
 * before there was one. Never throws.
 *
 * @example
 * ```ts
 * import { processMemory } from "@sluice/runtime/metrics";
 *
 * processMemory().rss > 0; // => true
 * ```
 */
export function processMemory(): NodeJS.MemoryUsage {
  try {
    last = process.memoryUsage();
  } catch {
    // No descriptor is free; the next reading may find one.
  }
  return last;
}
