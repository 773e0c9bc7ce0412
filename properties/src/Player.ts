/** Plays a trace on a system and writes its history. */
import { type Configuration, type ConfigurationOptions, configuration } from "@sluice/core";
import { Breach } from "./Breach.js";
import { Interview } from "./boundary/Interview.js";
import { Lie, shown } from "./boundary/Lie.js";
import { expectSubject } from "./boundary/SubjectError.js";
import { beat, patiently } from "./HangGuard.js";
import type { Entry, History } from "./History.js";
import { describe, type Operation, type Trace } from "./Operation.js";
import type { Eventually, Message, Subject, System } from "./System.js";

/** What an entry has of its own; the player adds where and when. */
type Seen = Entry extends infer E ? (E extends Entry ? Omit<E, "index" | "millis"> : never) : never;

/**
 * Plays a trace. Operations that a system cannot do are left out. The system knows a message by the number
 * that `nameOf` gives it; its own unless said.
 *
 * @throws {Breach} when the system throws, hangs, or answers with what is no answer, with its history up to
 * there.
 * @throws {SubjectError} when the subject is none.
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
  nameOf?: (id: number) => number,
): Promise<History> {
  const given = configuration(options);
  return Player.during({ subject, configuration: given, trace, nameOf }, async (player) => {
    for (const [index, operation] of trace.entries()) await player.play(operation, index);
    await player.finish();
    return player.history;
  });
}

/** What is to be played, and on what. `trace` is what the history will be said to be of. */
export interface Performance {
  readonly subject: Subject;
  readonly configuration: Configuration;
  readonly trace?: Trace;
  readonly nameOf?: ((id: number) => number) | undefined;
}

/** Plays operations one by one, as they come. */
export class Player {
  readonly configuration: Configuration;
  readonly entries: Array<Entry> = [];
  readonly trace: Trace;
  readonly #interview: Interview;
  #system: System | undefined;
  #index = 0;
  #messages = 0;
  /** How to take back the sends that wait, in their order. */
  readonly #waiting = new Map<number, () => void>();
  readonly #settled = new Set<number>();
  /** What to do inside the listener, a trace for each step. */
  readonly #onNextStep: Array<Trace> = [];

  private constructor({ subject, configuration, trace = [], nameOf = itself }: Performance) {
    this.configuration = configuration;
    this.trace = trace;
    this.#interview = new Interview(subject, nameOf);
  }

  /** Makes a system, for as long as `run` takes. */
  static async during<A>(
    performance: Performance,
    run: (player: Player) => Promise<A>,
  ): Promise<A> {
    const player = await Player.start(performance);
    let result: A;
    try {
      result = await run(player);
    } catch (error) {
      // What went wrong first is what is told.
      await player.dispose().catch(() => {});
      throw error;
    }
    await player.dispose();
    return result;
  }

  /** Makes the system; whoever does must {@link dispose} of it. */
  static async start(performance: Performance): Promise<Player> {
    const { subject, configuration } = performance;
    expectSubject(subject);
    const player = new Player(performance);
    await player.#guard("making the system", async () => {
      const system = await subject.make(configuration, (told) => {
        const step = player.#interview.step(told);
        if (player.#system === undefined || step === undefined) return;
        player.#see({ kind: "step", step, stats: player.system.stats() });
        player.#playInside(player.#onNextStep.shift() ?? []);
      });
      player.#system = player.#interview.of(system);
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
    await this.#guard(describe(operation), () => {
      this.#see({ kind: "begun", operation });
      return this.#perform(operation);
    });
    await this.#guard("looking at it", () => {
      this.#interview.atRest();
      this.#seeMoment("operation");
    });
  }

  /** Does something to the system that is no operation of the trace. */
  async beside(what: string, perform: (system: System) => Eventually<void>): Promise<void> {
    await this.#guard(what, () => perform(this.system));
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
    const dispose = this.#system?.dispose;
    if (dispose !== undefined) await this.#guard("disposing of it", dispose);
  }

  /** Lets nothing throw or hang without a report that says where. */
  async #guard(what: string, perform: () => Eventually<void>): Promise<void> {
    beat();
    try {
      const done = perform();
      if (done instanceof Promise) await patiently(done);
    } catch (error) {
      if (error instanceof Breach) throw error;
      throw this.#breach(what, this.#interview.lie ?? error);
    }
    // A system may have swallowed it, or have been told of it by nobody.
    if (this.#interview.lie !== undefined) throw this.#breach(what, this.#interview.lie);
  }

  #breach(what: string, error: unknown): Breach {
    const entry = this.entries.at(-1);
    const { expected, found } =
      error instanceof Lie
        ? error
        : {
            expected: `that it does not throw or hang: ${what}`,
            found: error instanceof Error ? (error.stack ?? error.message) : shown(error),
          };
    const breach = new Breach(this.history, { ...(entry && { entry }), expected, found });
    breach.cause = error;
    return breach;
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
          this.#see({ kind: "delivered", message });
        });
      case "advance":
        return system.advance?.(operation.millis);
      case "jump":
        return system.jump?.(operation.millis);
      case "cancel":
        [...this.#waiting.values()].at(operation.waiter % this.#waiting.size)?.();
        return;
      case "pong":
        // It is between a client and an actor: see the explorer of that.
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

  #offer(bytes: number, count: number): Eventually<void> {
    const { system } = this;
    if (system.offer === undefined) return;
    for (let left = count; left > 0; left--) {
      const message = this.#message(bytes);
      this.#see({ kind: "arrived", by: "offer", message });
      const result = system.offer(message);
      const answered = (answer: Awaited<typeof result>) =>
        this.#see({ kind: "answered", message, by: "offer", result: answer });
      if (result instanceof Promise) {
        return result.then(answered).then(() => this.#offer(bytes, left - 1));
      }
      answered(result);
    }
  }

  #send(bytes: number, onSettled: Trace): void {
    if (this.system.send === undefined) return;
    const message = this.#message(bytes);
    this.#see({ kind: "arrived", by: "send", message, before: this.system.stats() });
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

  #message(bytes: number): Message {
    return { id: this.#messages++, bytes };
  }

  #seeMoment(where: "operation" | "callback"): void {
    const { system } = this;
    this.#see({
      kind: "moment",
      where,
      stats: system.stats(),
      head: system.head?.(),
      millisToDeadline: system.millisToDeadline?.(),
      misuse: [...(system.misuse?.() ?? [])],
    });
  }

  #see(seen: Seen): void {
    const millis = this.#system?.elapsedMillis?.() ?? 0;
    this.entries.push(Object.assign(seen, { index: this.#index, millis }) as Entry);
  }
}

/** A message keeps its number. */
const itself = (id: number) => id;
