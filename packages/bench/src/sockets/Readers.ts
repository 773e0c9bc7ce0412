/** Clients that read as fast as they can, in a process of their own, so that they are not what is measured. */
import { Child } from "../Child.js";
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
  readonly #process = new Child<Request>(new URL("./ReaderProcess.js", import.meta.url));

  /** Opens connections to a server on the loopback. */
  async connect(port: number, path: string, count: number, manner?: Manner): Promise<void> {
    await this.#process.ask({ ask: "connect", port, path, count, manner }, patienceMillis);
  }

  /** Resolves when so many bytes have come on a path; rejects when they do not, or when more do. */
  async received(path: string, bytes: number): Promise<void> {
    const request = { ask: "received", path, bytes } as const;
    const { received } = await this.#process.ask<Answer>(request, patienceMillis);
    if (received !== bytes) throw new Error(`${path}: ${received} bytes received, ${bytes} sent`);
  }

  stop(): void {
    void this.#process.stop();
  }
}

/** Long enough for a machine that is busy with something else. */
const patienceMillis = 60_000;
