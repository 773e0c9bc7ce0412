/**
 * `sluice top SERVER`: the connections of a server that runs elsewhere, once a second: state, health, fill, delay, rates,
 * losses by reason and the recommendation, in a table on a terminal and in a line elsewhere.
 *
 * A server that does not answer is said to be away, and asked again. Keys: q quits, s changes the order.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Screen } from "../Screen.js";
import { Stopping } from "../Stopping.js";
import { type Keyboard, listenToKeys } from "./Keys.js";
import { type Rated, Rates } from "./Rates.js";
import { type Answer, Remote } from "./Remote.js";
import type { RemoteEvictions } from "./RemoteEviction.js";
import { Remotes } from "./Remotes.js";
import { TopScreen, type TopView } from "./TopScreen.js";
import { nextSort, sorted, type TopSort } from "./TopSort.js";
import { printable, topEvictions, topSummary, topTable, topTrouble } from "./topLines.js";

export interface TopOptions {
  /** One, or those of a cluster. */
  readonly urls: ReadonlyArray<string>;
  readonly sort: TopSort;
  /** Ends when it has shown the table once, as lines of text. */
  readonly once?: boolean | undefined;
  /** A line of JSON for each look, in place of text. */
  readonly json?: boolean | undefined;
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
  const remotes: Array<Remote> = [];
  for (const url of options.urls) {
    const remote = Remote.at(url);
    if (remote === undefined) {
      options.complain(
        `error: the server (${JSON.stringify(url)}) must be an address such as http://localhost:9001, localhost:9001 or 9001`,
      );
      return 2;
    }
    remotes.push(remote);
  }
  const watch = new Watch(new Remotes(remotes), options);
  return (await (options.once ? watch.once() : watch.run())) ? 0 : 1;
}

/** The same with this process's terminal, until a signal ends it or its reader has `gone`. */
export async function topHere(
  options: Pick<TopOptions, "urls" | "sort" | "once" | "json" | "forMillis">,
  gone: AbortSignal,
): Promise<number> {
  const stopping = new Stopping(gone);
  try {
    const { stdin: keyboard, stdout: screen } = process;
    const complain = (text: string) => console.error(text);
    return await top({ ...options, keyboard, screen, complain, signal: stopping.signal });
  } finally {
    stopping.end();
  }
}

class Watch {
  readonly #remote: Remotes;
  readonly #options: TopOptions;
  readonly #screen: TopScreen;
  readonly #rates = new Rates();
  readonly #quitting = new AbortController();
  #sort: TopSort;
  /** What it said last, while it speaks. */
  #connections: ReadonlyArray<Rated> = [];
  #evictions: RemoteEvictions | undefined;
  #away: ReadonlyArray<string> = [];
  /** Why it does not answer; undefined while it does. */
  #silence: string | undefined;
  #hasAnswered = false;

  constructor(remote: Remotes, options: TopOptions) {
    this.#remote = remote;
    this.#options = options;
    this.#screen = new TopScreen(options.screen, options.json ? "json" : "text");
    this.#sort = options.sort;
  }

  /** Whether the server has ever answered. */
  async run(): Promise<boolean> {
    const stopKeys = listenToKeys(this.#options.keyboard, (key) => this.#press(key));
    const end = this.#end();
    try {
      this.#screen.begin(`asking ${printable(this.#remote.url)}`);
      while (!end.aborted) {
        if (!(await this.#look(end))) break;
        this.#screen.show(this.#view());
        await this.#pause(end);
      }
    } finally {
      stopKeys();
      this.#screen.close();
    }
    return this.#hasAnswered;
  }

  /** Looks twice, for rates, and shows what it saw. Whether the server answered. */
  async once(): Promise<boolean> {
    const end = this.#end();
    if ((await this.#look(end)) && this.#silence === undefined) {
      await this.#pause(end);
      await this.#look(end);
    }
    if (this.#silence === undefined && this.#hasAnswered) {
      this.#screen.print(this.#view());
      return true;
    }
    const reason = printable(this.#silence ?? "it was not waited for");
    this.#options.complain(`error: ${printable(this.#remote.url)} does not answer (${reason})`);
    return false;
  }

  #end(): AbortSignal {
    const { forMillis, signal } = this.#options;
    const ends = [this.#quitting.signal];
    if (signal) ends.push(signal);
    if (forMillis !== undefined) ends.push(AbortSignal.timeout(forMillis));
    return AbortSignal.any(ends);
  }

  /** Whether there was time for an answer, be it silence. */
  async #look(end: AbortSignal): Promise<boolean> {
    const answer = await this.#remote.ask(end);
    if (end.aborted) return false;
    this.#hear(answer);
    return true;
  }

  async #pause(end: AbortSignal): Promise<void> {
    const { everyMillis = 1_000 } = this.#options;
    await sleep(everyMillis, undefined, { signal: end }).catch(() => {});
  }

  #press(key: string): void {
    if (key === "q") this.#quitting.abort();
    if (key !== "s") return;
    this.#sort = nextSort(this.#sort);
    const hasLooked = this.#hasAnswered || this.#silence !== undefined;
    if (hasLooked) this.#screen.show(this.#view());
  }

  #hear(answer: Answer): void {
    if (answer._tag === "Silence") {
      this.#silence = answer.reason;
      this.#rates.forget();
      return;
    }
    this.#silence = undefined;
    this.#hasAnswered = true;
    this.#evictions = answer.evictions;
    this.#away = answer.away;
    this.#connections = this.#rates.rate(answer.connections, performance.now());
  }

  #view(): TopView {
    const where = printable(this.#remote.url);
    if (this.#silence !== undefined) {
      const away = `${where} does not answer (${printable(this.#silence)}): trying again`;
      // What was there last stays in sight: it may say why the server went away.
      return {
        head: [away, ""],
        lasting: [away],
        table: topTable(this.#inOrder()),
        line: away,
        data: { server: this.#remote.url, silence: this.#silence },
      };
    }
    const connections = this.#inOrder();
    const summary = topSummary(connections);
    const evicted = topEvictions(this.#evictions);
    const first = `${where}: ${summary}`;
    const away = this.#away.map((one) => `${printable(one)} does not answer`).join(", ");
    const besides = [evicted, away].filter(Boolean);
    return {
      head: [first, `sorted by ${this.#sort}; s: another order, q: quit`, besides.join(" | ")],
      lasting: [first, ...besides],
      table: topTable(connections),
      line: [summary, topTrouble(connections), ...besides].join(" | "),
      data: {
        server: this.#remote.url,
        connections,
        evictions: this.#evictions ?? null,
        ...(this.#away.length > 0 && { away: this.#away }),
      },
    };
  }

  #inOrder(): ReadonlyArray<Rated> {
    return sorted(this.#connections, this.#sort);
  }
}
