/**
 * What a thread does: it serves its share of the connections of the port, and answers what the main thread asks.
 *
 * Node aborts the whole process when a thread ends that has sockets of uWebSockets.js open. So before it ends, however it
 * does, the acceptor lets go of it, and its sockets are closed.
 */
import type { TemplatedApp } from "uWebSockets.js";
import { workerData } from "node:worker_threads";
import { type Bus, serveAmong } from "@sluice/runtime/adapter";
import { scrape } from "@sluice/runtime/metrics";
import { Asking, portable, reply } from "./Asking.js";
import { numberOf } from "./Page.js";
import {
  type FromThread,
  type Question,
  type Questions,
  startedAs,
  type ThreadStart,
  type ToThread,
} from "./Protocol.js";
import { ThreadBus } from "./ThreadBus.js";
import { type Whole, type WholeQuestion, wholeBy } from "./Whole.js";

/** What a thread is given. */
export interface ThreadContext {
  /** For the option `bus` of its `Sluice`. */
  readonly bus: Bus;
  /** From 0; a thread that takes the place of another has its index. */
  readonly index: number;
  /** As `Threads.start` was given it. */
  readonly data: unknown;
  /** All threads, this one among them, to look at: for a page or a path that any of them may be asked for. */
  readonly whole: Whole;
  /** Asks the main thread something of your own: its option `answer`. What `postMessage` can carry. */
  readonly ask: (question: unknown) => Promise<unknown>;
}

/** A `Sluice`, or several that are served as one. */
export interface ServedSluice {
  /** In the order in which they came. */
  readonly connections: Iterable<{ readonly id: string }> & { readonly size: number };
  readonly lingering: number;
  readonly channels: { readonly length: number };
  close(options: { readonly code: number; readonly reason: string }): Promise<void>;
}

/** What a thread serves. */
export interface Served {
  /** It does not listen itself. */
  readonly app: TemplatedApp;
  readonly sluice: ServedSluice;
  /** Its metrics for Prometheus; by default `scrape()`. */
  readonly metrics?: (() => string | Promise<string>) | undefined;
  /** Answers what `Threads.ask` and `whole.ask` ask of each thread; by default undefined. */
  readonly answer?: ((question: unknown) => unknown) | undefined;
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
  const { index, threads, data } = start;
  serveAmong(index, threads);
  const thread = new ServingThread(start, bus);
  const whole = wholeBy((what, asked) => thread.ask(what, asked));
  const ask = (question: unknown) => thread.ask("main", question);
  thread.served = await make({ bus, index, data, whole, ask });
}

class ServingThread {
  readonly #start: ThreadStart;
  readonly #bus: ThreadBus;
  readonly #asking = new Asking();
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

  ask(what: WholeQuestion, asked: unknown): Promise<unknown> {
    return this.#asking.ask((id) => this.#say({ _tag: "Ask", id, what, asked }));
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
        return reply(
          message.id,
          () => this.#find(message.what, message.asked),
          (answer) => this.#say(answer),
        );
      case "Answer":
      case "Refused":
        return this.#asking.settle(message);
      default:
        message satisfies never;
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
        return served.metrics?.() ?? scrape();
      case "own":
        return served.answer?.(asked);
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
      if (numberOf(connection.id) <= after) continue;
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
