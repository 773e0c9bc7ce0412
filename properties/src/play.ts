/** Plays a trace on a system and writes its history. */
import { type Configuration, type ConfigurationOptions, configuration } from "@sluice/core";
import type { Entry, History, Way } from "./History.js";
import type { Operation, Trace } from "./Operation.js";
import type { MakeSystem, Message, System } from "./System.js";

/** What an entry has of its own; the player adds where and when. */
type Seen = Entry extends infer E ? (E extends Entry ? Omit<E, "index" | "millis"> : never) : never;

/**
 * Plays a trace. Operations that a system cannot do are left out.
 *
 * @example
 * ```ts
 * import { outboxSystem, play } from "@sluice/properties";
 *
 * const { entries } = play(outboxSystem, { maxMessages: 2 }, [{ op: "offer", bytes: 3 }]);
 * entries.at(-1)?.kind; // => "moment"
 * ```
 */
export function play(make: MakeSystem, options: ConfigurationOptions, trace: Trace): History {
  const player = new Player(make, configuration(options));
  trace.forEach((operation, index) => {
    player.play(operation, index);
  });
  return { configuration: player.configuration, trace, entries: player.entries };
}

/** Plays operations one by one, as they come. */
export class Player {
  readonly configuration: Configuration;
  readonly entries: Array<Entry> = [];
  readonly system: System;
  #index = 0;
  #millis = 0;
  #messages = 0;
  /** How to take back the sends that wait, in their order. */
  readonly #waiting = new Map<number, () => void>();
  readonly #settled = new Set<number>();
  /** What to do inside the listener, a trace for each step. */
  readonly #onNextStep: Array<Trace> = [];

  constructor(make: MakeSystem, configuration: Configuration) {
    this.configuration = configuration;
    let system: System | undefined;
    system = make(configuration, (step) => {
      if (system === undefined) return;
      this.#see({ kind: "step", step, stats: system.stats() });
      this.#playInside(this.#onNextStep.shift() ?? []);
    });
    this.system = system;
  }

  play(operation: Operation, index: number): void {
    this.#index = index;
    this.#see({ kind: "begun", operation });
    this.#perform(operation);
    this.#seeMoment("operation");
  }

  #perform(operation: Operation): void {
    const { system } = this;
    switch (operation.op) {
      case "offer":
        this.#offer(operation.bytes);
        break;
      case "send":
        this.#send(operation.bytes, operation.onSettled ?? []);
        break;
      case "listen":
        this.#onNextStep.push(operation.onStep);
        break;
      case "drain":
        system.drain(operation.count, (message) => {
          this.#see({ kind: "delivered", message, before: system.stats() });
        });
        break;
      case "advance":
        this.#advance(operation.millis);
        break;
      case "jump":
        if (system.jump === undefined) break;
        this.#millis += Math.max(0, operation.millis);
        system.jump(operation.millis);
        break;
      case "cancel":
        [...this.#waiting.values()].at(operation.waiter % this.#waiting.size)?.();
        break;
      case "assess":
        system.assess?.();
        break;
      case "close":
      case "evict":
      case "disconnect":
        system.close(operation.op);
        break;
      default:
        operation satisfies never;
    }
  }

  #offer(bytes: number): void {
    const message = this.#arrive(bytes, "offer");
    this.#see({ kind: "answered", message, by: "offer", result: this.system.offer(message) });
  }

  /** From deadline to deadline, so that every answer has the time at which it came. */
  #advance(millis: number): void {
    const { system } = this;
    let leftMillis = millis;
    let idle = 0;
    do {
      const waitMillis = Math.min(leftMillis, Math.ceil(system.millisToDeadline?.() ?? leftMillis));
      idle = waitMillis === 0 ? idle + 1 : 0;
      if (idle > 2) throw new Error("R23 · a deadline has passed and nothing comes of it");
      this.#millis += waitMillis;
      leftMillis -= waitMillis;
      system.advance(waitMillis);
    } while (leftMillis > 0);
  }

  #send(bytes: number, onSettled: Trace): void {
    const message = this.#arrive(bytes, "send");
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

  #arrive(bytes: number, by: Way): Message {
    const message = { id: this.#messages++, bytes };
    this.#see({ kind: "arrived", message, by, before: this.system.stats() });
    return message;
  }

  #seeMoment(where: "operation" | "callback"): void {
    this.#see({
      kind: "moment",
      where,
      stats: this.system.stats(),
      head: this.system.head?.(),
      millisToDeadline: this.system.millisToDeadline?.() ?? Number.POSITIVE_INFINITY,
    });
  }

  #see(seen: Seen): void {
    this.entries.push({ index: this.#index, millis: this.#millis, ...seen } as Entry);
  }
}
