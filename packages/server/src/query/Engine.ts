/**
 * The server's side of its engine process: starts it, asks it, notices its death.
 *
 * It guarantees that every call settles: with the engine's reply, or with a `QueryError` when the
 * engine dies first.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  Column,
  EngineAnswer,
  EngineLimits,
  EngineReply,
  EngineRequest,
  EngineStart,
} from "./EngineMessage.js";
import { QueryError } from "./QueryError.js";

/** A process runs compiled code; from `src` as from `dist` this is the way to it. */
const program = fileURLToPath(new URL("../../dist/query/EngineProcess.js", import.meta.url));

/** Calls that DuckDB can execute at the same moment: those whose turn it is (`Turns`), and a few that end others. */
const poolThreads = 20;

/** Rows on their way to JSON. Past it V8 ends the engine, which is what a limit is for. */
const heapMegabytes = 256;

export class Engine {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #pending = new Map<number, Pending>();
  #lastCall = 0;
  #dying = false;

  private constructor(child: ChildProcess, directory: string) {
    this.#process = child;
    this.#directory = directory;
    child.on("message", (reply: EngineReply) => this.#receive(reply));
    // The last replies of a dying engine come after its exit, but before this.
    child.on("disconnect", () => this.#fail());
    // Without a listener a failure to start or to send would end the server; both are seen elsewhere.
    child.on("error", () => {});
  }

  /**
   * Resolves when the table is loaded. Fails, as a defect, when the engine cannot start, and with the signal's reason
   * when that is aborted first. No process is left then.
   */
  static async start(limits: EngineLimits, signal?: AbortSignal): Promise<Engine> {
    signal?.throwIfAborted();
    if (!existsSync(program)) throw new Error(`${program} is missing; run \`tsc -b\` first`);
    const directory = await mkdtemp(join(tmpdir(), "sluice-"));
    const engine = new Engine(launch({ ...limits, directory }), directory);
    try {
      await ready(engine.#process, signal);
      return engine;
    } catch (error) {
      await engine.stop();
      throw error;
    } finally {
      // Where the system permits it the open file goes on without a name, and no crash leaves it.
      await engine.#clean();
    }
  }

  get isRunning(): boolean {
    return this.#process.connected && !this.#dying;
  }

  /** Opens the query that the caller numbers `query`; the other calls use the same number. */
  async open(
    query: number,
    about: { readonly sql: string; readonly batchRows: number; readonly id?: string | undefined },
  ): Promise<ReadonlyArray<Column>> {
    const { columns } = await this.#ask({ kind: "query", query, ...about });
    return columns ?? [];
  }

  /** The next rows, in the form in which the query wants them; neither form at the end. */
  next(query: number): Promise<EngineAnswer> {
    return this.#ask({ kind: "next", query });
  }

  /** Resolves when the engine has let go of the query, or is gone itself. */
  async close(query: number): Promise<void> {
    await this.#ask({ kind: "close", query }).catch(() => {});
  }

  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const exit = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await exit;
    }
    await this.#clean();
  }

  #ask(question: Question): Promise<EngineAnswer> {
    if (!this.isRunning) return Promise.reject(engineGone());
    this.#lastCall += 1;
    const call = this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      // What cannot be sent will never be answered, and the disconnection says so.
      this.#process.send({ ...question, call }, () => {});
    });
  }

  #receive(reply: EngineReply): void {
    switch (reply.kind) {
      case "ready":
        return;
      case "dying":
        this.#dying = true;
        return;
      case "answered":
        this.#settle(reply.call)?.resolve(reply);
        return;
      case "refused":
        this.#settle(reply.call)?.reject(
          new QueryError({ code: reply.code, message: reply.message }),
        );
        return;
      default:
        reply satisfies never;
    }
  }

  #settle(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    return pending;
  }

  #fail(): void {
    for (const pending of this.#pending.values()) pending.reject(engineGone());
    this.#pending.clear();
  }

  #clean(): Promise<void> {
    return rm(this.#directory, { recursive: true, force: true }).catch(() => {});
  }
}

type Question = EngineRequest extends infer Request
  ? Request extends EngineRequest
    ? Omit<Request, "call">
    : never
  : never;

interface Pending {
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: QueryError) => void;
}

function launch(start: EngineStart): ChildProcess {
  const child = fork(program, [JSON.stringify(start)], {
    serialization: "advanced",
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    // Nothing of the server's environment, so that no statement can find a secret there.
    env: { UV_THREADPOOL_SIZE: String(poolThreads), SystemRoot: process.env["SystemRoot"] },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  // Sockets before queries, where there is not enough processor for both. It has to be now: on Linux
  // a priority is a thread's, and the threads that execute queries inherit it from the first.
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, which is noticed elsewhere, or the system does not let us be polite.
  }
  return child;
}

async function ready(child: ChildProcess, signal: AbortSignal | undefined): Promise<void> {
  const lost = new AbortController();
  const giveUp = () => lost.abort(signal?.reason);
  signal?.addEventListener("abort", giveUp, { once: true });
  const died = once(child, "exit", lost).then(([code, signal]) => {
    throw new Error(`the query engine ended (${signal ?? `code ${code}`}) before it was ready`);
  });
  try {
    await Promise.race([once(child, "message", lost), died]);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
    died.catch(() => {});
    lost.abort();
  }
}

function engineGone(): QueryError {
  return new QueryError({
    code: "interrupted",
    message:
      "The query engine ended while this query was open, by this query or by one beside it; " +
      "it starts again with the next query.",
  });
}
