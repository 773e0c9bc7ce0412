/**
 * `sluice top URL`: the connections of a server that runs elsewhere, once a second: state, health, fill, delay, rates,
 * losses by reason and the recommendation, in a table on a terminal and in a line elsewhere.
 *
 * A server that does not answer is said to be away, and asked again. Keys: q quits, s changes the order.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Screen } from "../LiveTable.js";
import { type Keyboard, listenToKeys } from "./Keys.js";
import { type Rated, Rates } from "./Rates.js";
import { type Answer, Remote } from "./Remote.js";
import { TopScreen, type TopView } from "./TopScreen.js";
import { nextSort, sorted, type TopSort } from "./TopSort.js";
import { printable, topSummary, topTable, topTrouble } from "./topLines.js";

export interface TopOptions {
  readonly url: string;
  readonly sort: TopSort;
  /** Until it is told to stop, if undefined. */
  readonly forMillis: number | undefined;
  /** By default a second. */
  readonly everyMillis?: number;
  readonly screen: Screen;
  readonly keyboard: Keyboard;
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** Told what is wrong with the arguments. */
  readonly complain: (text: string) => void;
}

/** Returns the exit code: 0, 2 for an address that is none, 1 when the server never answered. */
export async function top(options: TopOptions): Promise<number> {
  const remote = Remote.at(options.url);
  if (remote === undefined) {
    const url = JSON.stringify(options.url);
    options.complain(
      `error: the URL (${url}) must be that of a server, such as http://localhost:9001`,
    );
    return 2;
  }
  const watch = new Watch(remote, options);
  return (await watch.run()) ? 0 : 1;
}

/** The same with this process's terminal, until a signal ends it. */
export async function topHere(
  options: Pick<TopOptions, "url" | "sort" | "forMillis">,
): Promise<number> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.once(name, stop);
  try {
    const { stdin: keyboard, stdout: screen } = process;
    const complain = (text: string) => console.error(text);
    return await top({ ...options, keyboard, screen, complain, signal: stopping.signal });
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}

class Watch {
  readonly #remote: Remote;
  readonly #options: TopOptions;
  readonly #screen: TopScreen;
  readonly #rates = new Rates();
  readonly #quitting = new AbortController();
  #sort: TopSort;
  /** What it said last, while it speaks. */
  #connections: ReadonlyArray<Rated> = [];
  /** Why it does not answer; undefined while it does. */
  #silence: string | undefined = "no answer yet";
  #hasAnswered = false;

  constructor(remote: Remote, options: TopOptions) {
    this.#remote = remote;
    this.#options = options;
    this.#screen = new TopScreen(options.screen);
    this.#sort = options.sort;
  }

  /** Whether the server has ever answered. */
  async run(): Promise<boolean> {
    const { keyboard, forMillis, everyMillis = 1_000, signal } = this.#options;
    const stopKeys = listenToKeys(keyboard, (key) => this.#press(key));
    const ends = [this.#quitting.signal];
    if (signal) ends.push(signal);
    if (forMillis !== undefined) ends.push(AbortSignal.timeout(forMillis));
    const end = AbortSignal.any(ends);
    try {
      while (!end.aborted) {
        const answer = await this.#remote.ask(end);
        if (end.aborted) break;
        this.#hear(answer);
        this.#screen.show(this.#view());
        await sleep(everyMillis, undefined, { signal: end }).catch(() => {});
      }
    } finally {
      stopKeys();
      this.#screen.close();
    }
    return this.#hasAnswered;
  }

  #press(key: string): void {
    if (key === "q") this.#quitting.abort();
    if (key !== "s") return;
    this.#sort = nextSort(this.#sort);
    this.#screen.show(this.#view());
  }

  #hear(answer: Answer): void {
    if (answer._tag === "Silence") {
      this.#silence = answer.reason;
      this.#rates.forget();
      return;
    }
    this.#silence = undefined;
    this.#hasAnswered = true;
    this.#connections = this.#rates.rate(answer.connections, performance.now());
  }

  #view(): TopView {
    const where = printable(this.#remote.url);
    if (this.#silence !== undefined) {
      const away = `${where} does not answer (${printable(this.#silence)}): trying again`;
      // What was there last stays in sight: it may say why the server went away.
      return { head: [away, ""], table: topTable(this.#inOrder()), line: away };
    }
    const connections = this.#inOrder();
    const summary = topSummary(connections);
    return {
      head: [`${where}: ${summary}`, `sorted by ${this.#sort}; s: another order, q: quit`, ""],
      table: topTable(connections),
      line: `${summary} | ${topTrouble(connections)}`,
    };
  }

  #inOrder(): ReadonlyArray<Rated> {
    return sorted(this.#connections, this.#sort);
  }
}
