/** A process that answers what it is asked, one thing at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export class Child<Request> {
  readonly #process: ChildProcess;

  constructor(program: URL, args: ReadonlyArray<string> = []) {
    this.#process = fork(program, [...args], { execArgv: ["--expose-gc"] });
  }

  /** Rejects when it does not answer in time, or ends. */
  async ask<Answer>(request: Request, patienceMillis = 120_000): Promise<Answer> {
    this.#process.send(request as object);
    const patience = new AbortController();
    const signal = AbortSignal.any([patience.signal, AbortSignal.timeout(patienceMillis)]);
    const ended = once(this.#process, "exit", { signal }).then(() => {
      throw new Error(`the process ended that was asked ${JSON.stringify(request)}`);
    });
    try {
      const [answer] = await Promise.race([once(this.#process, "message", { signal }), ended]);
      return answer as Answer;
    } finally {
      ended.catch(() => {});
      patience.abort();
    }
  }

  /** Resolves when it has gone, and its connections with it. */
  async stop(): Promise<void> {
    const gone = once(this.#process, "exit");
    this.#process.disconnect();
    await gone;
  }
}
