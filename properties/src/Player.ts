/** Plays a trace on a system and writes its history. */
import {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  type Statistics,
} from "@sluice/core";
import { Breach } from "./Breach.js";
import { beat, patiently } from "./HangGuard.js";
import type { Entry, History, Way } from "./History.js";
import { describe, type Operation, type Trace } from "./Operation.js";
import type { Capability, Eventually, Message, Subject, System } from "./System.js";

/** What an entry has of its own; the player adds where and when. */
type Seen = Entry extends infer E ? (E extends Entry ? Omit<E, "index" | "millis"> : never) : never;

/**
 * Plays a trace. Operations that a system cannot do are left out.
 *
 * @throws {Breach} when the system throws or hangs, with its history up to there.
 *
 * @example
 * ```ts
 * import { outbox, play } from "@sluice/properties";
 *
 * const { entries } = await play(outbox, { maxMessages: 2 }, [{ op: "offer", bytes: 3 }]);
 * entries.at(-1)?.kind; // => "moment"
 * ```
 */
export async function play(
  subject: Subject,
  options: ConfigurationOptions,
  trace: Trace,
): Promise<History> {
  const player = await Player.start(subject, configuration(options), trace);
  try {
    for (const [index, operation] of trace.entries()) await player.play(operation, index);
    await player.finish();
    return player.history;
  } finally {
    await player.dispose();
  }
}

/** Plays operations one by one, as they come. */
export class Player {
  readonly configuration: Configuration;
  readonly entries: Array<Entry> = [];
  readonly trace: Trace;
  #system: System | undefined;
  #index = 0;
  #messages = 0;
  /** How to take back the sends that wait, in their order. */
  readonly #waiting = new Map<number, () => void>();
  readonly #settled = new Set<number>();
  /** What to do inside the listener, a trace for each step. */
  readonly #onNextStep: Array<Trace> = [];

  private constructor(configuration: Configuration, trace: Trace) {
    this.configuration = configuration;
    this.trace = trace;
  }

  /** Makes the system. `trace` is what the history will be said to be of. */
  static async start(
    subject: Subject,
    configuration: Configuration,
    trace: Trace = [],
  ): Promise<Player> {
    const player = new Player(configuration, trace);
    await player.#guard("making the system", async () => {
      const system = await subject.make(configuration, (step) => {
        if (player.#system === undefined) return;
        player.#see({ kind: "step", step, stats: player.system.stats() });
        player.#playInside(player.#onNextStep.shift() ?? []);
      });
      const lie = lieOf(subject, system);
      if (lie !== undefined) throw new Error(lie);
      player.#system = system;
    });
    return player;
  }

  get system(): System {
    return this.#system as System;
  }

  get history(): History {
    return { configuration: this.configuration, trace: this.trace, entries: this.entries };
  }

  async play(operation: Operation, index: number): Promise<void> {
    this.#index = index;
    this.#see({ kind: "begun", operation });
    await this.#guard(describe(operation), () => this.#perform(operation));
    this.#seeMoment("operation");
  }

  /** The run is over: looks at what is left. */
  async finish(): Promise<void> {
    const { remains } = this.system;
    if (remains === undefined) return;
    await this.#guard("looking at what remains", async () => {
      this.#see({ kind: "over", remains: await remains() });
    });
  }

  async dispose(): Promise<void> {
    await this.#system?.dispose?.();
  }

  /** Lets nothing throw or hang without a report that says where. */
  async #guard(what: string, perform: () => Eventually<void>): Promise<void> {
    beat();
    try {
      const done = perform();
      if (done instanceof Promise) await patiently(done);
    } catch (error) {
      if (error instanceof Breach) throw error;
      const entry = this.entries.at(-1);
      const breach = new Breach(this.history, {
        ...(entry && { entry }),
        expected: `that it does not throw or hang: ${what}`,
        found: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      breach.cause = error;
      throw breach;
    }
  }

  #perform(operation: Operation): Eventually<void> {
    const { system } = this;
    switch (operation.op) {
      case "offer":
        return this.#offer(operation.bytes, operation.count ?? 1);
      case "send":
        return this.#send(operation.bytes, operation.onSettled ?? []);
      case "listen":
        this.#onNextStep.push(operation.onStep);
        return;
      case "drain":
        if (operation.silently) return system.drainSilently?.(operation.count);
        return system.drain(operation.count, (message) => {
          this.#see({ kind: "delivered", message, before: system.stats() });
        });
      case "advance":
        return system.advance?.(operation.millis);
      case "jump":
        return system.jump?.(operation.millis);
      case "cancel":
        [...this.#waiting.values()].at(operation.waiter % this.#waiting.size)?.();
        return;
      case "assess":
        return system.assess?.();
      case "close":
      case "evict":
      case "disconnect":
        return system.close?.(operation.op);
      default:
        return operation satisfies never;
    }
  }

  /** In a burst every message is said to have met what the first one met: pictures cost more than offers. */
  #offer(bytes: number, count: number, before = this.system.stats()): Eventually<void> {
    const { system } = this;
    if (system.offer === undefined) return;
    for (let left = count; left > 0; left--) {
      const message = this.#arrive(bytes, "offer", before);
      const result = system.offer(message);
      const answered = (answer: Awaited<typeof result>) =>
        this.#see({ kind: "answered", message, by: "offer", result: answer });
      if (result instanceof Promise) {
        return result.then(answered).then(() => this.#offer(bytes, left - 1, before));
      }
      answered(result);
    }
  }

  #send(bytes: number, onSettled: Trace): void {
    if (this.system.send === undefined) return;
    const message = this.#arrive(bytes, "send", this.system.stats());
    const cancel = this.system.send(message, (result) => {
      this.#settled.add(message.id);
      this.#waiting.delete(message.id);
      this.#see({ kind: "answered", message, by: "send", result });
      this.#seeMoment("callback");
      this.#playInside(onSettled);
    });
    if (cancel !== undefined && !this.#settled.has(message.id)) {
      this.#waiting.set(message.id, cancel);
    }
  }

  /** Inside a callback of the system. */
  #playInside(operations: Trace): void {
    for (const operation of operations) {
      this.#perform(operation);
      this.#seeMoment("callback");
    }
  }

  #arrive(bytes: number, by: Way, before: Statistics): Message {
    const message = { id: this.#messages++, bytes };
    this.#see({ kind: "arrived", message, by, before });
    return message;
  }

  #seeMoment(where: "operation" | "callback"): void {
    const { system } = this;
    this.#see({
      kind: "moment",
      where,
      stats: system.stats(),
      head: system.head?.(),
      millisToDeadline: system.millisToDeadline?.() ?? Number.POSITIVE_INFINITY,
      misuse: [...(system.misuse?.() ?? [])],
    });
  }

  #see(seen: Seen): void {
    const millis = this.#system?.elapsedMillis?.() ?? 0;
    this.entries.push({ index: this.#index, millis, ...seen } as Entry);
  }
}

/** A capability that a system is said to have, and has no method for. */
function lieOf({ name, capabilities }: Subject, system: System): string | undefined {
  for (const [capability, methods] of Object.entries(methodsOf)) {
    const missing = methods.find((method) => system[method] === undefined);
    const isClaimed = capabilities.includes(capability as Capability);
    if (isClaimed && missing !== undefined)
      return `${name} claims ${capability}, and has no ${missing}`;
  }
  return undefined;
}

const methodsOf = {
  offer: ["offer"],
  send: ["send"],
  time: ["advance", "elapsedMillis"],
  close: ["close"],
  clock: ["jump"],
  health: ["assess"],
  watchdog: ["drainSilently"],
  transport: ["misuse"],
  resources: ["remains"],
  neighbours: ["troubleNeighbour"],
  snapshot: ["restart"],
} satisfies Partial<Record<Capability, ReadonlyArray<keyof System>>>;
