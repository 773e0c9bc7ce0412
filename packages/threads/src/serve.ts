/**
 * What a thread does: it serves its share of the connections of the port, and answers what the main thread asks.
 *
 * Node aborts the whole process when a thread ends that has sockets of uWebSockets.js open. So before it ends, however it
 * does, the acceptor lets go of it, and its sockets are closed.
 */
import type { TemplatedApp } from "uWebSockets.js";
import { workerData } from "node:worker_threads";
import type { Bus, FlowControlledServer } from "@sluice/runtime/adapter";
import { scrape } from "@sluice/runtime/metrics";
import {
  type FromThread,
  type Question,
  type Questions,
  startedAs,
  type ThreadStart,
  type ToThread,
} from "./Protocol.js";
import { ThreadBus } from "./ThreadBus.js";

/** What a thread is given. */
export interface ThreadContext {
  /** For the option `bus` of its `Sluice`. */
  readonly bus: Bus;
  /** From 0; a thread that takes the place of another has its index. */
  readonly index: number;
  /** As `Threads.start` was given it. */
  readonly data: unknown;
}

/** What a thread serves. */
export interface Served {
  /** It does not listen itself. */
  readonly app: TemplatedApp;
  readonly sluice: Pick<
    FlowControlledServer<never>,
    "connections" | "lingering" | "channels" | "close"
  >;
  /** Called when all its connections have been closed in order, before it ends. */
  readonly close?: (() => unknown) | undefined;
}

/** What of an app its typings leave out. */
interface Child {
  getDescriptor(): number;
}

/**
 * Serves in a thread that `Threads.start` has begun. Call it once, at the top of the thread's module.
 *
 * @throws {Error} in any other thread.
 */
export async function serve(
  make: (context: ThreadContext) => Served | Promise<Served>,
): Promise<void> {
  const start = (workerData as Record<string, ThreadStart> | null)?.[startedAs];
  if (start === undefined) throw new Error("serve must be called in a thread of Threads.start");
  const bus = new ThreadBus(start);
  const { index, data } = start;
  const thread = new ServingThread(start, bus);
  thread.served = await make({ bus, index, data });
}

class ServingThread {
  readonly #start: ThreadStart;
  readonly #bus: ThreadBus;
  #served: Served | undefined;
  #hasFailed = false;

  constructor(start: ThreadStart, bus: ThreadBus) {
    this.#start = start;
    this.#bus = bus;
    start.control.on("message", (message: ToThread) => void this.#hear(message));
    process.on("uncaughtException", (error) => this.#fail(error));
    process.on("exit", () => this.#leave());
  }

  set served(served: Served) {
    this.#served = served;
    const { getDescriptor } = served.app as unknown as Child;
    this.#say({ _tag: "Serving", descriptor: getDescriptor.call(served.app) });
  }

  #say(message: FromThread): void {
    this.#start.control.postMessage(message);
  }

  async #hear(message: ToThread): Promise<void> {
    switch (message._tag) {
      case "Link":
        return this.#bus.link(message.port);
      case "Released":
        // Whom the acceptor had given it before comes in this turn at the latest.
        return void setImmediate(() => process.exit(1));
      case "Leave":
        return process.exit(0);
      case "Ask":
        return this.#answer(message.id, message.what, message.asked);
      default:
        message satisfies never;
    }
  }

  async #answer(id: number, what: Question, asked: unknown): Promise<void> {
    try {
      const answer = await this.#find(what, asked);
      this.#say({ _tag: "Answer", id, answer });
    } catch (error) {
      this.#say({ _tag: "Refused", id, error: portable(error) });
    }
  }

  async #find(what: Question, asked: unknown): Promise<Questions[Question]["answer"]> {
    const served = this.#served;
    if (served === undefined) throw new Error("the thread does not serve yet");
    const { sluice } = served;
    switch (what) {
      case "counts": {
        const { lingering, channels, connections } = sluice;
        const { statistics } = this.#bus;
        return {
          connections: connections.size,
          lingering,
          channels: channels.length,
          bus: statistics,
        };
      }
      case "connections":
        return this.#page(served, asked as Questions["connections"]["asked"]);
      case "metrics":
        return scrape();
      case "close":
        await sluice.close(asked as Questions["close"]["asked"]);
        await served.close?.();
        return undefined;
      default:
        return what satisfies never;
    }
  }

  /** Ids are numbered in the order in which connections come. */
  #page({ sluice }: Served, { after, limit }: Questions["connections"]["asked"]) {
    const page = [];
    for (const connection of sluice.connections) {
      if (Number(connection.id.slice(1)) <= after) continue;
      if (page.length === limit) break;
      const shown = JSON.parse(JSON.stringify(connection));
      page.push({ ...shown, id: connection.id, thread: this.#start.index });
    }
    return page;
  }

  /** An error that nobody has caught: this thread ends, and the others go on. */
  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#say({ _tag: "Failed", error: portable(error) });
  }

  /** The last that it does. */
  #leave(): void {
    const { released } = this.#start;
    this.#say({ _tag: "Leaving" });
    Atomics.wait(released, 0, 0, patienceMillis);
    this.#served?.app.close();
  }
}

/** How long a thread that ends waits for a main thread that is busy. */
const patienceMillis = 10_000;

/** An error that can cross to another thread. */
function portable(error: unknown): unknown {
  if (!(error instanceof Error)) return new Error(String(error));
  const { name, message, stack } = error;
  return Object.assign(new Error(message), { name, stack });
}
