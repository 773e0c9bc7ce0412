/** A process that answers what it is asked, one thing at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export interface ChildOptions {
  /** What Node is told besides `--expose-gc`. */
  readonly node?: ReadonlyArray<string>;
  /** A command that runs Node in surroundings of its own, such as `ip netns exec a`, by its words. */
  readonly through?: ReadonlyArray<string> | undefined;
}

export class Child<Request> {
  readonly #process: ChildProcess;

  constructor(
    program: URL,
    args: ReadonlyArray<string> = [],
    { node = [], through = [] }: ChildOptions = {},
  ) {
    const [execPath, ...execArgv] = [...through, process.execPath, "--expose-gc", ...node];
    this.#process = fork(program, [...args], { execPath, execArgv });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** How it ended: its exit code or its signal; undefined while it lives. */
  get ended(): number | NodeJS.Signals | undefined {
    return this.#process.exitCode ?? this.#process.signalCode ?? undefined;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
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
    if (this.ended !== undefined) return;
    const gone = once(this.#process, "exit");
    this.#process.disconnect();
    await gone;
  }
}
