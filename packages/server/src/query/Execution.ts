/**
 * The time that one query spends inside DuckDB, and the end of it.
 *
 * It guarantees that DuckDB's calls of a query run one at a time, that their times together stay
 * below the limit, and that a call which is told to stop and does not (DuckDB looks for interrupts
 * between its steps, and a step can be as long as a client likes) is reported as stuck.
 */
import { Refusal, refusalOf } from "./Refusal.js";

/** How long an interrupted call may go on. Steps of honest queries take a few milliseconds. */
export const graceMillis = 2_000;

/** DuckDB forgets an interrupt that arrives between two of its own statements, so it is repeated. */
const interruptEveryMillis = 20;

export class Execution {
  readonly #interrupt: () => void;
  readonly #stuck: () => void;
  readonly #timeLimitMillis: number;
  #remainingMillis: number;
  #stopped: Refusal | undefined;
  #running: Promise<unknown> | undefined;
  #repeat: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly timeLimitMillis: number;
    readonly interrupt: () => void;
    readonly stuck: () => void;
  }) {
    this.#timeLimitMillis = options.timeLimitMillis;
    this.#remainingMillis = options.timeLimitMillis;
    this.#interrupt = options.interrupt;
    this.#stuck = options.stuck;
  }

  /** Runs one call; fails with a `Refusal` when DuckDB fails or the execution was stopped. */
  async run<A>(call: () => Promise<A>): Promise<A> {
    if (this.#stopped) throw this.#stopped;
    const startedAtMillis = performance.now();
    const alarm = setTimeout(() => this.#timeout(), this.#remainingMillis);
    const running = call();
    this.#running = running;
    try {
      const answer = await running;
      if (this.#stopped) throw this.#stopped;
      return answer;
    } catch (error) {
      throw this.#stopped ?? refusalOf(error);
    } finally {
      clearTimeout(alarm);
      clearInterval(this.#repeat);
      this.#running = undefined;
      this.#remainingMillis -= performance.now() - startedAtMillis;
    }
  }

  /** Stops the call that runs, if any, and refuses all later ones. Settles when no call runs. */
  async stop(reason: Refusal): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = reason;
      if (this.#running) this.#insist();
    }
    await this.#running?.catch(() => {});
  }

  #timeout(): void {
    const limit = `${this.#timeLimitMillis} ms`;
    void this.stop(
      new Refusal("timeout", `The query was executing for ${limit}, which is the limit.`),
    );
  }

  #insist(): void {
    let left = graceMillis / interruptEveryMillis;
    this.#interrupt();
    this.#repeat = setInterval(() => {
      left -= 1;
      if (left > 0) return this.#interrupt();
      clearInterval(this.#repeat);
      this.#stuck();
    }, interruptEveryMillis);
  }
}
