/** Clients that read as fast as they can, in a process of their own, so that they are not what is measured. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Manner } from "./RawClient.js";

export type Request =
  | {
      readonly ask: "connect";
      readonly port: number;
      readonly path: string;
      readonly count: number;
      readonly manner?: Manner | undefined;
    }
  | { readonly ask: "received"; readonly path: string; readonly bytes: number };

export interface Answer {
  /** Bytes received on the path so far, by all its clients, after their handshakes. */
  readonly received: number;
}

export class Readers {
  readonly #process: ChildProcess = fork(new URL("./ReaderProcess.js", import.meta.url), {
    execArgv: [],
  });

  /** Opens connections to a server on the loopback. */
  async connect(port: number, path: string, count: number, manner?: Manner): Promise<void> {
    await this.#ask({ ask: "connect", port, path, count, manner });
  }

  /** Resolves when so many bytes have come on a path; rejects when they do not, or when more do. */
  async received(path: string, bytes: number): Promise<void> {
    const { received } = await this.#ask({ ask: "received", path, bytes });
    if (received !== bytes) throw new Error(`${path}: ${received} bytes received, ${bytes} sent`);
  }

  stop(): void {
    this.#process.disconnect();
  }

  async #ask(request: Request): Promise<Answer> {
    this.#process.send(request);
    const signal = AbortSignal.timeout(patienceMillis);
    try {
      const [answer] = await once(this.#process, "message", { signal });
      return answer as Answer;
    } catch {
      throw new Error(
        `the readers did not answer ${JSON.stringify(request)} in ${patienceMillis} ms`,
      );
    }
  }
}

/** Long enough for a machine that is busy with something else. */
const patienceMillis = 60_000;
