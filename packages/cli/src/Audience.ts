/**
 * Whoever reads what a command prints. When a reader goes away (`sluice serve | head`, a closed terminal) nobody is
 * left to print to: the command ends as if it had been told to stop, without a word, and with the exit code that it
 * would have had.
 */

/** What a stream fails with when its reader has gone: a closed pipe, or a terminal that hung up. */
const goneCodes: ReadonlySet<string | undefined> = new Set([
  "EPIPE",
  "EIO",
  "ECONNRESET",
  "ERR_STREAM_DESTROYED",
]);

/** The part of `process.stdout` that is listened to. */
interface Output {
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export class Audience {
  /** Why nothing can be written, when it is not that the reader has gone: a disk that is full. */
  failure: Error | undefined;
  readonly #gone = new AbortController();

  /** Listens to the outputs for as long as they live: each write to one that is broken fails anew. */
  constructor(...outputs: ReadonlyArray<Output>) {
    for (const output of outputs) {
      output.on("error", (error) => {
        if (!goneCodes.has(error.code)) this.failure ??= error;
        this.#gone.abort();
      });
    }
  }

  /** Aborted when what is printed reaches nobody. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }
}
