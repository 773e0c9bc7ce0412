/** Which thread this is, where several of a process serve: its ids and its part of the memory are its own. */

/** Of a process in which one thread serves. */
let among = { prefix: "", threads: 1 };

/** This thread is the one with this index of so many. Call it before the first connection. */
export function serveAmong(index: number, threads: number): void {
  among = { prefix: `${index}.`, threads };
}

/** What ids of connections begin with. */
export const idPrefix = (): string => among.prefix;

/** How many threads share what the process has. */
export const threadsHere = (): number => among.threads;
