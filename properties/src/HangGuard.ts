/**
 * A system that never returns stops its whole thread, and every timer of that: so another thread looks on.
 * When no operation has ended for too long it says where on the standard error, and ends the process.
 */
import { Worker } from "node:worker_threads";

/** How long one operation may take before it counts as hanging, in milliseconds. */
export const patienceMillis = 5_000;

/** An operation has not returned in time. */
export class HangError extends Error {
  constructor() {
    super(`it has not returned within ${patienceMillis} ms`);
  }
}

/** @throws {HangError} when something takes too long that lets others run meanwhile. */
export async function patiently(done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    let ticks = 0;
    timer = setInterval(() => {
      if (++ticks >= patienceMillis / tickMillis) reject(new HangError());
    }, tickMillis);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearInterval(timer);
  }
}

/** Patience is counted in turns of one's own: a process that others keep from its core has not been waiting. */
const tickMillis = 250;

const textBytes = 64 * 1024;
/** Three counters: operations begun, whether anything runs, the length of the text. */
const counters = new Int32Array(new SharedArrayBuffer(3 * 4));
const text = Buffer.from(new SharedArrayBuffer(textBytes));
let watching: Worker | undefined;

/** Runs something under guard; `what` is what is said of it if it hangs. Not to be nested. */
export async function guarded<T>(what: string, run: () => Promise<T>): Promise<T> {
  watching ??= start();
  void watching;
  Atomics.store(counters, 2, text.write(what));
  Atomics.add(counters, 0, 1);
  Atomics.store(counters, 1, 1);
  try {
    return await run();
  } finally {
    Atomics.store(counters, 1, 0);
  }
}

/** An operation begins. */
export function beat(): void {
  Atomics.add(counters, 0, 1);
}

function start(): Worker {
  const worker = new Worker(looking, {
    eval: true,
    // What the process was started with, such as --input-type=module, is not for it.
    execArgv: [],
    workerData: { counters, text, patienceMillis: 2 * patienceMillis, tickMillis },
  });
  worker.unref();
  return worker;
}

/** The thread that looks on. It has no loader of its own, so it is text. */
const looking = `
const { workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { counters, text, patienceMillis, tickMillis } = workerData;
let last = -1;
let ticks = 0;
setInterval(() => {
  const operations = Atomics.load(counters, 0);
  if (operations !== last || Atomics.load(counters, 1) === 0) {
    last = operations;
    ticks = 0;
  } else if (++ticks > patienceMillis / tickMillis) {
    const what = Buffer.from(text.buffer, 0, counters[2]).toString();
    writeSync(2, "It hangs: an operation has not returned for " + patienceMillis + " ms.\\n" + what + "\\n");
    process.kill(process.pid, "SIGKILL");
  }
}, tickMillis);
`;
