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
import {
  type BusStatistics,
  checkName,
  checkPattern,
  frameOf,
  type Message,
  type Stored,
} from "@sluice/runtime/adapter";
import { Effect } from "effect";
import { Acceptor } from "./Acceptor.js";
import { Interest } from "./Interest.js";
import { link } from "./linked.js";
import { Overview } from "./Overview.js";
import { Restarts } from "./Restarts.js";
import { seamOf, seamRules } from "./Seam.js";
import { Sequencer } from "./Sequencer.js";
import { onSignals } from "./Signals.js";
import { Thread, type ThreadKeeper } from "./Thread.js";
import { ThreadBus } from "./ThreadBus.js";
import { type ThreadsOptions, threadsRules } from "./ThreadsOptions.js";
import type { Whole } from "./Whole.js";

/** How all of them are closed. */
export interface ThreadsCloseOptions {
  /** For each client; 1001 by default. */
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
}

export class Threads implements Whole {
  readonly #options: ThreadsOptions;
  readonly #sequencer: Sequencer;
  readonly #acceptor = new Acceptor(App());
  readonly #threads = new Map<number, Thread>();
  readonly #overview = new Overview(() => this.#serving());
  readonly #interest: Interest;
  /** Of the main thread, which has no members of its own. */
  readonly #bus: ThreadBus;
  readonly #restarts = new Restarts();
  readonly #abandon = new AbortController();
  #closing: Promise<void> | undefined;
  #forgetSignals = () => {};

  /**
   * Resolves when all threads serve and the port is open.
   *
   * @throws {ConfigurationError} when an option is not valid. @throws {ChannelError} for what is no name and no pattern.
   * @throws whatever a thread ends by that does not come to serve, and a `PortError` for a port that cannot be had.
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
    const { ordered = [] } = options;
    const seam = seamOf(options.seam);
    this.#options = options;
    this.#sequencer = new Sequencer(seam);
    const { port1, port2 } = new MessageChannel();
    this.#sequencer.link(port1);
    const { epoch } = this.#sequencer;
    const bus = new ThreadBus({ seam, ordered, epoch, orders: port2 }, () => this.#interest.look());
    this.#interest = new Interest((channel) => bus.isWanted(channel));
    this.#bus = bus;
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

  readonly counts: Whole["counts"] = () => this.#overview.counts();
  readonly connections: Whole["connections"] = (page) => this.#overview.connections(page);
  readonly metrics: Whole["metrics"] = () => this.#overview.metrics();
  readonly ask: Whole["ask"] = (question) => this.#overview.ask(question);

  // ── What the main thread publishes ──────────────────────────────────────────────────────────────────

  /**
   * To the members of a channel in all threads, in the order in which it is called. Of an ordered channel it promises what
   * becomes of the message.
   *
   * @throws {ChannelError} for what is no name of a channel. @throws {TypeError} for what is no message.
   */
  publish(channel: string, message: Message): Promise<Stored> | undefined {
    checkName(channel);
    return this.#bus.publish(channel, frameOf(message));
  }

  /** Tells whether a thread has members for a channel, now and whenever that changes. Returns how to stop. */
  follow(channel: string, tell: (isWanted: boolean) => void): () => void {
    checkName(channel);
    return this.#interest.follow(channel, tell);
  }

  /** What has become of what the main thread has published. */
  get published(): BusStatistics {
    return this.#bus.statistics;
  }

  // ── Its port ────────────────────────────────────────────────────────────────────────────────────────

  /** Accepts nobody until `resume`: who comes is refused. Those who are connected stay. */
  pause(): void {
    this.#acceptor.close();
  }

  /** Accepts again on the same port. @throws {PortError} when it cannot be had: somebody else has it now, say. */
  async resume(): Promise<void> {
    if (!this.#abandon.signal.aborted) await this.#acceptor.listen(this.#options.host, this.port);
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
    const closing = this.#serving().map(async (thread) => {
      thread.release();
      await thread.ask("close", { code, reason }).catch((error) => {
        this.#report(error, `thread ${thread.index} could not be closed in order`);
      });
    });
    const { signal } = late;
    await Promise.race([
      Promise.all(closing),
      wait(closeTimeoutMillis, undefined, { signal }).catch(() => {}),
    ]);
    late.abort();
    await this.#endAll();
  }

  async #endAll(): Promise<void> {
    this.#abandon.abort();
    this.#acceptor.close();
    void this.#bus.close();
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
    const { module, threads, execArgv, data, ordered = [], seam } = this.#options;
    const { epoch } = this.#sequencer;
    const ordering = this.#sequencer.link.bind(this.#sequencer);
    const start = { index, threads, data, ordered, seam: seamOf(seam), epoch };
    const thread = new Thread({ ...start, module, execArgv, ordering }, this.#keeper);
    this.#threads.set(index, thread);
    await thread.serving;
  }

  readonly #keeper: ThreadKeeper = {
    accepts: (thread, descriptor) => {
      for (const other of this.#serving()) if (other !== thread) link(thread, other);
      link(thread, this.#bus);
      this.#acceptor.add(descriptor);
    },
    answer: (thread, what, asked) =>
      what === "main"
        ? this.#options.answer?.(asked, { thread: thread.index, ended: thread.ended })
        : this.#overview.answer(what, asked),
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
