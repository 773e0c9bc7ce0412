/** The demonstration clients, seen from the server's thread. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Receipt } from "./DemoClient.js";

/** A thread runs compiled code; from `src` as from `dist` this is the way to it. */
const thread = new URL("../../dist/clients/DemoThread.js", import.meta.url);

/** How long the clients may take to read what is left for them. */
const finishTimeoutMillis = 10_000;

export class DemoClients {
  readonly #worker: Worker;
  readonly #receipts = new Map<string, Receipt>();
  readonly #exited: Promise<unknown>;
  #failure: Error | undefined;

  private constructor(url: string) {
    this.#worker = new Worker(thread, { workerData: url });
    this.#worker.on("message", (receipt: Receipt) => this.#receipts.set(receipt.client, receipt));
    this.#worker.on("error", (error) => {
      this.#failure = error;
    });
    this.#exited = once(this.#worker, "exit").catch(() => {});
  }

  /** Starts the clients of a server, such as `ws://127.0.0.1:9001`. */
  static start(url: string): DemoClients {
    return new DemoClients(url);
  }

  /** Lets all of them read what is still coming, as fast as they can. */
  finish(): void {
    this.#worker.postMessage("finish");
  }

  /** Resolves with what was received, by client, when all have gone; after a deadline without the others. */
  async receipts(): Promise<ReadonlyMap<string, Receipt>> {
    const deadline = setTimeout(() => void this.#worker.terminate(), finishTimeoutMillis);
    await this.#exited;
    clearTimeout(deadline);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#receipts;
  }
}
