/** The demonstration clients, seen from the server's thread, and what the live page may do to them. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { OverflowStrategy } from "@sluice/core";
import type { ClientKind, DemoClientInfo, Demonstration } from "@sluice/page";
import type { Feed } from "../feed/Feed.js";
import type { Command } from "./Command.js";
import type { Host, Receipt } from "./DemoClient.js";
import { feedHabit, type Habit, habits, strategyOf } from "./Habit.js";

/** A thread runs compiled code; from `src` as from `dist` this is the way to it. */
const thread = new URL("../../dist/clients/DemoThread.js", import.meta.url);

/** How long the clients may take to read what is left for them. */
const finishTimeoutMillis = 10_000;

const speeds: Readonly<Record<ClientKind, number>> = {
  fast: Number.POSITIVE_INFINITY,
  slow: 200_000,
  stalled: 0,
};

/** The part of a `Server` that the demonstration works on. */
export interface Stage {
  /** Such as `http://127.0.0.1:9001`. */
  readonly url: string;
  /** What its guests show: they are not closed for being slow. */
  readonly guestSecret: string;
  readonly feed: Pick<Feed, "rate">;
  /** Closes the connections of a client, in order: so it has received exactly what was delivered to it. */
  dismiss(client: string, reason: string): void;
}

export class DemoClients implements Demonstration {
  readonly maxClients = 200;
  readonly #stage: Stage;
  readonly #worker: Worker;
  readonly #habits = new Map<string, Habit>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #exited: Promise<unknown>;
  #added = 0;
  #failure: Error | undefined;

  private constructor(stage: Stage) {
    this.#stage = stage;
    this.#worker = new Worker(thread, { workerData: hostOf(stage) });
    this.#worker.on("message", (receipt: Receipt) => this.#receipts.set(receipt.client, receipt));
    this.#worker.on("error", (error) => {
      this.#failure = error;
    });
    this.#exited = once(this.#worker, "exit").catch(() => {});
  }

  /** Starts the clients of a server; without habits of your own, some of each kind. */
  static start(stage: Stage, first: ReadonlyArray<Habit> = habits): DemoClients {
    const clients = new DemoClients(stage);
    for (const habit of first) clients.#add(habit);
    return clients;
  }

  get clients(): ReadonlyArray<DemoClientInfo> {
    return Array.from(this.#habits.values(), ({ name, path, bytesPerSecond }) => ({
      name,
      path,
      strategy: strategyOf(path),
      bytesPerSecond: Number.isFinite(bytesPerSecond) ? bytesPerSecond : null,
    }));
  }

  get feedRate(): number {
    return this.#stage.feed.rate;
  }

  setFeedRate(rate: number): void {
    this.#stage.feed.rate = rate;
  }

  addClients({ kind, strategy, count }: Parameters<Demonstration["addClients"]>[0]): void {
    const { maxClients } = this;
    const wanted = this.#habits.size + count;
    if (wanted > maxClients) {
      throw new Error(`clients (${wanted}) must be at most ${maxClients}`);
    }
    for (let n = 0; n < count; n++) {
      this.#add(feedHabit(`${kind}-${++this.#added}`, strategy, speeds[kind]));
    }
  }

  setSpeed(client: string, bytesPerSecond: number | null): void {
    const speed = bytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.#habits.set(client, { ...this.#habit(client), bytesPerSecond: speed });
    this.#post({ type: "read", name: client, bytesPerSecond: speed });
  }

  setStrategy(client: string, strategy: OverflowStrategy): void {
    const habit = this.#habit(client);
    if (strategyOf(habit.path) === undefined) {
      throw new Error(`${client} must be on /feed to have a choice: ${habit.path} loses nothing`);
    }
    const { path } = feedHabit(client, strategy, habit.bytesPerSecond);
    this.#habits.set(client, { ...habit, path });
    this.#post({ type: "move", name: client, path });
    this.#stage.dismiss(client, "another strategy");
  }

  removeClient(client: string): void {
    this.#habit(client);
    this.#habits.delete(client);
    this.#post({ type: "leave", name: client });
    this.#stage.dismiss(client, "removed");
  }

  /** Lets all of them read what is still coming, as fast as they can. */
  finish(): void {
    this.#post({ type: "finish" });
  }

  /** Resolves with what was received, by client, when all have gone; after a deadline without the others. */
  async receipts(): Promise<ReadonlyMap<string, Receipt>> {
    const deadline = setTimeout(() => void this.#worker.terminate(), finishTimeoutMillis);
    await this.#exited;
    clearTimeout(deadline);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#receipts;
  }

  #add(habit: Habit): void {
    this.#habits.set(habit.name, habit);
    this.#post({ type: "add", habit });
  }

  #habit(client: string): Habit {
    const habit = this.#habits.get(client);
    if (habit === undefined)
      throw new Error(`client (${client}) must be one of the demonstration's`);
    return habit;
  }

  #post(command: Command): void {
    this.#worker.postMessage(command);
  }
}

function hostOf({ url, guestSecret }: Stage): Host {
  return { url: url.replace("http", "ws"), guestSecret };
}
