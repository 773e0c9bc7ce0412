/**
 * How much of the memory of the process a server's connections may use together, unless its owner says otherwise: a
 * quarter of the least that limits the process. Text lives in the heap of V8, bytes beside it, and the rest is for
 * everything else: a collector needs room, and what is on its way to clients is not counted. Threads that serve have heaps
 * of their own, and share the rest.
 */
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { threadsHere } from "../actor/Among.js";

/** What limits the memory of a process, in bytes; 0 is nothing. */
export interface MemoryLimits {
  /** Of the container. */
  readonly container: number;
  readonly machine: number;
  /** Of the heap of V8. */
  readonly heap: number;
}

/** The least that a budget can be, in bytes: an outbox of the default configuration. */
export const leastTotalBytes = 2 ** 20;

const share = 1 / 4;

export function defaultTotalBytes(limits: MemoryLimits = limitsHere()): number {
  const least = Math.min(...Object.values(limits).filter((bytes) => bytes > 0));
  return Math.max(leastTotalBytes, Math.floor(least * share));
}

function limitsHere(): MemoryLimits {
  return {
    container: (process.constrainedMemory?.() ?? 0) / threadsHere(),
    machine: totalmem() / threadsHere(),
    heap: getHeapStatistics().heap_size_limit,
  };
}
