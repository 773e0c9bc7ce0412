/**
 * One port, served by several threads: the main thread accepts, and hands connections to the threads in turn. Each has an
 * app, a `Sluice` and a bus of its own; here is the one place to look at all of them, and to close them.
 *
 * A thread that ends by an error takes its own connections with it, and nothing of the others.
 */
import { App } from "uWebSockets.js";
import { setTimeout as wait } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { checkOptions } from "@sluice/core";
import { attempt } from "@sluice/runtime";
import { checkPattern } from "@sluice/runtime/adapter";
import { Effect } from "effect";
import { Acceptor } from "./Acceptor.js";
import { joinedMetrics } from "./joinedMetrics.js";
import { pageOf, type ThreadsPage } from "./Page.js";
import type { ThreadCounts } from "./Protocol.js";
import { Restarts } from "./Restarts.js";
import { seamOf, seamRules } from "./Seam.js";
import { Sequencer } from "./Sequencer.js";
import { onSignals } from "./Signals.js";
import { Thread, type ThreadKeeper } from "./Thread.js";
import { type ThreadsOptions, threadsRules } from "./ThreadsOptions.js";

/** How all of them are closed. */
export interface ThreadsCloseOptions {
  /** For each client; 1001 by default. */
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
}

export class Threads {
  readonly #options: ThreadsOptions;
  readonly #sequencer: Sequencer;
  readonly #acceptor = new Acceptor(App());
  readonly #threads = new Map<number, Thread>();
  readonly #restarts = new Restarts();
  readonly #abandon = new AbortController();
  #closing: Promise<void> | undefined;
  #forgetSignals = () => {};

  /**
   * Resolves when all threads serve and the port is open.
   *
   * @throws {ConfigurationError} when an option is not valid. @throws {ChannelError} for what is no name and no pattern.
   * @throws whatever a thread ends by that does not come to serve, and an `Error` for a port that cannot be had.
   */
  static async start(options: ThreadsOptions): Promise<Threads> {
    checkOptions(options, "Threads", threadsRules);
    if (options.seam !== undefined) checkOptions(options.seam, "seam", seamRules);
    for (const wanted of options.ordered ?? []) checkPattern(wanted);
    const threads = new Threads(options);
    try {
      await threads.#open();
    } catch (error) {
      await threads.#endAll();
      throw error;
    }
    return threads;
  }

  private constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#sequencer = new Sequencer(seamOf(options.seam));
  }

  /** Where it listens; the one that was found if 0 was asked for. */
  get port(): number {
    return this.#acceptor.port;
  }

  /** How many threads serve now. */
  get size(): number {
    return this.#serving().length;
  }

  // ── To look at ──────────────────────────────────────────────────────────────────────────────────────

  /** Of each thread that serves now. */
  async counts(): Promise<ReadonlyArray<ThreadCounts & { readonly thread: number }>> {
    return this.#each(async (thread) => ({
      ...(await thread.ask("counts", undefined)),
      thread: thread.index,
    }));
  }

  /** Connections of all threads, at most `limit` (100 by default, 1,000 at most), and where the next page begins. */
  connections(
    options: { readonly after?: string | undefined; readonly limit?: number | undefined } = {},
  ): Promise<ThreadsPage> {
    return pageOf(this.#serving(), options);
  }

  /** The metrics of all threads for Prometheus, each series with the label `thread`. */
  async metrics(): Promise<string> {
    const texts = await this.#each(async (thread) => ({
      thread: thread.index,
      text: await thread.ask("metrics", undefined),
    }));
    return joinedMetrics(texts);
  }

  // ── Its end ─────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Stops accepting, has each thread close its connections in order, and ends the threads. Resolves when they have ended.
   * A thread that has not closed in time (`closeTimeoutMillis`) is ended with what it has open.
   */
  close(options: ThreadsCloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close({ code = 1001, reason = "going away" }: ThreadsCloseOptions): Promise<void> {
    this.#forgetSignals();
    this.#abandon.abort();
    this.#acceptor.close();
    const { closeTimeoutMillis = 60_000 } = this.#options;
    const late = new AbortController();
    const closing = this.#each(async (thread) => {
      thread.release();
      await thread.ask("close", { code, reason });
    });
    const { signal } = late;
    await Promise.race([
      closing.catch((error) => this.#report(error, "a thread could not be closed in order")),
      wait(closeTimeoutMillis, undefined, { signal }).catch(() => {}),
    ]);
    late.abort();
    await this.#endAll();
  }

  async #endAll(): Promise<void> {
    this.#abandon.abort();
    this.#acceptor.close();
    const all = [...this.#threads.values()];
    for (const thread of all) thread.leave();
    await Promise.all(all.map(({ gone }) => gone));
  }

  // ── Threads that come and go ────────────────────────────────────────────────────────────────────────

  async #open(): Promise<void> {
    const { threads, port, host, signals = [] } = this.#options;
    const started = Array.from({ length: threads }, (_, index) => this.#begin(index));
    await Promise.all(started);
    await this.#acceptor.listen(host, port);
    this.#forgetSignals = onSignals(signals, () => this.close());
  }

  async #begin(index: number): Promise<void> {
    const { module, execArgv, data, ordered = [], seam } = this.#options;
    const { epoch } = this.#sequencer;
    const ordering = this.#sequencer.link.bind(this.#sequencer);
    const making = { index, data, ordered, seam: seamOf(seam), epoch, module, execArgv, ordering };
    const thread = new Thread(making, this.#keeper);
    this.#threads.set(index, thread);
    await thread.serving;
  }

  readonly #keeper: ThreadKeeper = {
    accepts: (thread, descriptor) => {
      for (const other of this.#serving()) {
        if (other === thread) continue;
        const { port1, port2 } = new MessageChannel();
        thread.link(other.index, port1);
        other.link(thread.index, port2);
      }
      this.#acceptor.add(descriptor);
    },
    releases: (_, descriptor) => this.#acceptor.remove(descriptor),
    ended: (thread, error) => {
      this.#threads.delete(thread.index);
      if (this.#abandon.signal.aborted) return;
      // Before all serve, whoever starts them is told.
      if (this.port === 0) return;
      this.#report(error, `thread ${thread.index} has ended`);
      if (this.#options.restart === true) void this.#restart(thread.index);
    },
  };

  async #restart(index: number): Promise<void> {
    const { signal } = this.#abandon;
    try {
      await wait(this.#restarts.delayMillis(index), undefined, { signal });
      await this.#begin(index);
    } catch {
      // It was closed meanwhile, or has ended again, which was told.
    }
  }

  #serving(): ReadonlyArray<Thread> {
    return [...this.#threads.values()]
      .filter(({ isServing }) => isServing)
      .sort((one, other) => one.index - other.index);
  }

  /** One that ends meanwhile has nothing to say. */
  async #each<T>(ask: (thread: Thread) => Promise<T>): Promise<ReadonlyArray<T>> {
    const found = await Promise.allSettled(this.#serving().map(ask));
    return found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }

  #report(error: unknown, what: string): void {
    const { onError = logged } = this.#options;
    attempt(
      () => onError(error, what),
      () => {},
    );
  }
}

function logged(error: unknown, what: string): void {
  Effect.runFork(Effect.logError(what, error));
}
