/** What the kernel itself holds, of the whole machine; undefined where there is no /proc. */
import { existsSync, readFileSync } from "node:fs";

export interface KernelMemory {
  /** Of its objects, in bytes: sockets and open files are among them. */
  readonly objectBytes: number;
  /** What is in the buffers of TCP, in bytes. */
  readonly bufferBytes: number;
}

const pageBytes = 4096;

export function kernelMemory(): KernelMemory | undefined {
  if (!existsSync("/proc/net/sockstat")) return undefined;
  const pages = /^TCP: .* mem (\d+)$/m.exec(readFileSync("/proc/net/sockstat", "utf8"));
  const slab = /^Slab:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"));
  return {
    objectBytes: Number(slab?.[1]) * 1024,
    bufferBytes: Number(pages?.[1]) * pageBytes,
  };
}
