/**
 * Imported first into a process: what it waits for comes, and what it would give up after a second or more it does not
 * give up. So nothing that a test sees depends on how fast the machine is.
 */
const { setTimeout } = globalThis;
const longest = 2 ** 31 - 1;

globalThis.setTimeout = (call, millis, ...given) =>
  setTimeout(call, millis < 1_000 ? millis : longest, ...given);
