/**
 * Stately's relay, `createInspectorServer` of `@statelyai/inspect`, in a thread of its own: it serves the page that
 * has the inspector in it, and passes on to it what programs send by WebSocket.
 */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { speaks, spoken } from "@sluice/core";
import { Data } from "effect";

/** The relay could not begin to listen. */
export class RelayError extends Data.TaggedError("RelayError")<{
  readonly port: number;
  readonly cause: unknown;
}> {
  override get message(): string {
    const { code } = this.cause as { readonly code?: unknown };
    const why = code === "EADDRINUSE" ? "the port is in use" : String(this.cause);
    return `the inspector's relay cannot listen on port ${this.port}: ${why}`;
  }

  [speaks](): string {
    return spoken(this);
  }
}

export interface RelayOptions {
  /** By default 8080. */
  readonly port?: number;
  /** Called when somebody on this machine has connected to it. */
  readonly onVisitor?: () => void;
}

export class Relay {
  readonly port: number;
  readonly #worker: Worker;

  private constructor(port: number, worker: Worker) {
    this.port = port;
    this.#worker = worker;
  }

  /** Resolves when it listens. Rejects with a `RelayError`. If it fails later, its clients see that it went away. */
  static async start({ port = 8080, onVisitor = () => {} }: RelayOptions = {}): Promise<Relay> {
    const worker = new Worker(thread, { workerData: port, resourceLimits });
    try {
      await once(worker, "message");
    } catch (cause) {
      throw new RelayError({ port, cause });
    }
    worker.on("error", () => {});
    worker.on("message", onVisitor);
    // Nobody's process is kept alive by being looked at.
    worker.unref();
    return new Relay(port, worker);
  }

  /** The page, for a browser on this machine. */
  get page(): string {
    return `http://localhost:${this.port}`;
  }

  /** Where an `Inspector` connects to. */
  get url(): string {
    return `ws://localhost:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
  }
}

/** A thread runs compiled code; from `src` as from `dist` this is the way to it. */
const thread = new URL("../dist/RelayThread.js", import.meta.url);

/** It queues for a page that does not read: that is what it may cost. */
const resourceLimits = { maxOldGenerationSizeMb: 64 };
