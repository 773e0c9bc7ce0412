/**
 * The boundary between the kit and a system of somebody else's: everything that a system answers, or calls
 * back with, is looked at here, once. What passes is a copy, so that no check has to doubt it; what does not is
 * a {@link Lie}, in words. The first is kept: a system may have swallowed what its callback threw.
 */
import type { OfferResult } from "@sluice/core";
import type { Capability, Ending, Eventually, Message, Step, Subject, System } from "../System.js";
import { numberOf, resultOf, statisticsOf, stepOf, wordsOf } from "./answers.js";
import { expectObject, fieldOf, ignore, isThenable, Lie, shown } from "./Lie.js";

type Method = keyof System;
type Call = (...parameters: ReadonlyArray<never>) => unknown;

export class Interview {
  /** The first lie, and what the system threw if it was that. */
  lie: Lie | undefined;
  readonly #subject: Subject;
  readonly #nameOf: (id: number) => number;
  readonly #given = new Map<number, Message>();
  #calls: Partial<Record<Method, Call>> = {};
  #elapsedMillis = 0;
  /** Messages that are not settled, and for which there is no way back. */
  readonly #stuck = new Set<number>();
  /** Messages that the transport took silently, of which nobody has been told yet. */
  #silent = 0;

  /** `nameOf` says by which number the system knows a message. */
  constructor(subject: Subject, nameOf: (id: number) => number) {
    this.#subject = subject;
    this.#nameOf = nameOf;
  }

  /** The system, as the kit sees it. */
  of(made: unknown): System {
    const { name, capabilities } = this.#subject;
    expectObject(made, () => `make of ${name} to answer with a system`);
    for (const method of methods) {
      const call = fieldOf(made, method, `the system of ${name}`);
      if (call === undefined) continue;
      if (typeof call !== "function") {
        throw new Lie({ expected: `${method} of ${name} to be a function`, found: shown(call) });
      }
      this.#calls[method] = call.bind(made) as Call;
    }
    for (const method of ["drain", "stats"] as const) {
      if (this.#calls[method] !== undefined) continue;
      throw new Lie({ expected: `the system of ${name} to have ${method}`, found: "none" });
    }
    for (const [capability, needed] of Object.entries(methodsOf)) {
      const missing = needed.find((method) => this.#calls[method] === undefined);
      if (missing === undefined || !capabilities.includes(capability as Capability)) continue;
      const found = `${name} claims ${capability}, and has no ${missing}`;
      throw new Lie({ expected: `a system with ${capability} to have ${missing}`, found });
    }
    return this.#system();
  }

  /** Looks at a step that a system tells of. */
  readonly step = (value: unknown): Step | undefined => this.#told(() => stepOf(value));

  #system(): System {
    const has = this.#calls;
    const nothing = (method: Method) => () => this.#nothing(method, []);
    return {
      drain: (count, transport) => this.#drain(count, transport),
      stats: () => this.#ask("stats", [], statisticsOf),
      ...(has.offer && { offer: (message) => this.#offer(message) }),
      ...(has.send && { send: (message, settle) => this.#send(message, settle) }),
      ...(has.advance && { advance: (millis) => this.#advance(millis) }),
      ...(has.elapsedMillis && { elapsedMillis: () => this.#elapsed() }),
      ...(has.close && { close: (how: Ending) => this.#nothing("close", [how]) }),
      ...(has.jump && { jump: (millis) => this.#nothing("jump", [millis]) }),
      ...(has.assess && { assess: nothing("assess") }),
      ...(has.drainSilently && { drainSilently: (count) => this.#drainSilently(count) }),
      ...(has.misuse && {
        misuse: () => this.#ask("misuse", [], (value) => wordsOf(value, "misuse")),
      }),
      ...(has.remains && { remains: () => this.#remains() }),
      ...(has.troubleNeighbour && { troubleNeighbour: nothing("troubleNeighbour") }),
      ...(has.restart && { restart: nothing("restart") }),
      ...(has.head && { head: () => this.#head() }),
      ...(has.millisToDeadline && {
        millisToDeadline: () =>
          this.#ask("millisToDeadline", [], (value) => numberOf(value, "millisToDeadline")),
      }),
      ...(has.dispose && { dispose: nothing("dispose") }),
    };
  }

  #offer(message: Message): Eventually<OfferResult> {
    return this.#later("offer", [this.#give(message)], (value) =>
      resultOf(value, `offer to answer message ${message.id}`),
    );
  }

  #send(message: Message, settle: (result: OfferResult) => void): (() => void) | undefined {
    const told = (value: unknown) => {
      this.#stuck.delete(message.id);
      const call = `send to settle message ${message.id}`;
      const result = this.#told(() => resultOf(value, call));
      if (result !== undefined) settle(result);
    };
    this.#stuck.add(message.id);
    return this.#ask("send", [this.#give(message), told], (cancel) => {
      if (cancel === undefined) return undefined;
      this.#stuck.delete(message.id);
      if (typeof cancel === "function") return () => this.#cancel(cancel as () => unknown, message);
      ignore(cancel);
      const expected =
        "send to answer with nothing, or with a function that takes the message back";
      throw new Lie({ expected, found: shown(cancel) });
    });
  }

  /** Nothing is being done to the system: who waits now can be taken back, if it says so. */
  atRest(): void {
    if (!this.#subject.capabilities.includes("cancel")) return;
    for (const id of this.#stuck) {
      const expected = `send to answer with how to take back message ${id}, which waits`;
      throw this.#keep(new Lie({ expected, found: "undefined" }));
    }
  }

  #cancel(cancel: () => unknown, { id }: Message): void {
    this.#guard(`taking back message ${id}`, () => ignore(cancel()));
  }

  #drain(count: number, transport: (message: Message) => void): Eventually<void> {
    const { capabilities } = this.#subject;
    const most = capabilities.includes("counted drains") ? count : Number.POSITIVE_INFINITY;
    let taken = 0;
    let isOver = false;
    const take = (value: unknown) => {
      const message = this.#told(() => {
        const given = this.#known(value, `drain(${count}) to hand over`);
        const expected = `drain(${count}) to hand over`;
        const found = `message ${given.id}`;
        if (isOver) throw new Lie({ expected: `${expected} before it returns`, found });
        taken++;
        if (taken > most && this.#silent-- <= 0) {
          throw new Lie({ expected: `${expected} at the most ${count} messages`, found });
        }
        return given;
      });
      if (message !== undefined) transport(message);
    };
    const done = this.#nothing("drain", [count, take]);
    const over = () => {
      isOver = true;
    };
    if (done instanceof Promise) return done.finally(over);
    over();
  }

  #drainSilently(count: number): Eventually<void> {
    this.#silent = Math.max(0, this.#silent) + count;
    return this.#nothing("drainSilently", [count]);
  }

  #advance(millis: number): Eventually<void> {
    const from = this.#elapsed();
    const check = () => {
      const to = this.#elapsed();
      if (to - from >= millis - tolerance) return;
      throw this.#keep(
        new Lie({
          expected: `elapsedMillis of at least ${from + millis} after advance(${millis})`,
          found: `${to}`,
        }),
      );
    };
    const done = this.#nothing("advance", [millis]);
    if (done instanceof Promise) return done.then(check);
    check();
  }

  /** Time that has passed does not become less. */
  #elapsed(): number {
    if (this.#calls.elapsedMillis === undefined) return 0;
    return this.#ask("elapsedMillis", [], (value) => {
      const millis = numberOf(value, "elapsedMillis");
      const least = this.#elapsedMillis;
      if (!(millis >= least - tolerance && millis < Number.POSITIVE_INFINITY)) {
        const expected = `elapsedMillis to answer with a number of at least ${least}`;
        throw new Lie({ expected, found: `${millis}` });
      }
      this.#elapsedMillis = millis;
      return millis;
    });
  }

  #remains(): Eventually<ReadonlyArray<string>> {
    return this.#later("remains", [], (value) => wordsOf(value, "remains"));
  }

  #head(): Message | undefined {
    return this.#ask("head", [], (value) =>
      value === undefined ? undefined : this.#known(value, "head to answer with"),
    );
  }

  /** The message as the system gets it. */
  #give(message: Message): Message {
    const named = { id: this.#nameOf(message.id), bytes: message.bytes };
    this.#given.set(named.id, message);
    return named;
  }

  /** The message of the kit's that a system means. */
  #known(value: unknown, call: string): Message {
    const expected = () => `${call} a message that it was given`;
    expectObject(value, expected);
    const given = this.#given.get(fieldOf(value, "id", "the message") as number);
    const isSame = given !== undefined && fieldOf(value, "bytes", "the message") === given.bytes;
    if (!isSame) throw new Lie({ expected: expected(), found: shown(value) });
    return given;
  }

  /** Asks what answers with nothing, now or later. */
  #nothing(method: Method, parameters: ReadonlyArray<unknown>): Eventually<void> {
    return this.#later(method, parameters, () => undefined);
  }

  /** Asks what may answer with a promise. */
  #later<A>(
    method: Method,
    parameters: ReadonlyArray<unknown>,
    read: (value: unknown) => A,
  ): Eventually<A> {
    return this.#guard(`${method} not to throw`, () => {
      const value = this.#call(method, parameters);
      if (!isThenable(value)) return read(value);
      return Promise.resolve(value).then(
        (answer) => this.#guard(`${method} not to throw`, () => read(answer)),
        (error) => {
          throw this.#keep(thrown(`${method} not to reject`, error));
        },
      );
    });
  }

  /** Asks what has to answer at once. */
  #ask<A>(method: Method, parameters: ReadonlyArray<unknown>, read: (value: unknown) => A): A {
    return this.#guard(`${method} not to throw`, () => {
      const value = this.#call(method, parameters);
      if (method !== "send" && isThenable(value)) {
        ignore(value);
        throw new Lie({ expected: `${method} to answer at once`, found: "a promise" });
      }
      return read(value);
    });
  }

  #call(method: Method, parameters: ReadonlyArray<unknown>): unknown {
    return this.#calls[method]?.(...(parameters as ReadonlyArray<never>));
  }

  /** What is told from inside a system: it is kept, and not thrown into the system's code. */
  #told<A>(read: () => A): A | undefined {
    try {
      return read();
    } catch (error) {
      this.#keep(error instanceof Lie ? error : thrown("what is told to be readable", error));
      return undefined;
    }
  }

  #guard<A>(expected: string, run: () => A): A {
    try {
      return run();
    } catch (error) {
      throw this.#keep(error instanceof Lie ? error : thrown(expected, error));
    }
  }

  #keep(lie: Lie): Lie {
    this.lie ??= lie;
    return this.lie;
  }
}

/** What a system threw, with the place. */
function thrown(expected: string, error: unknown): Lie {
  const found = error instanceof Error ? (error.stack ?? shown(error)) : shown(error);
  return new Lie({ expected, found });
}

/** Sums of milliseconds are not exact. */
const tolerance = 1e-6;

/** The methods that a capability stands for. */
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
} satisfies Partial<Record<Capability, ReadonlyArray<Method>>>;

const methods = [
  "drain",
  "stats",
  "offer",
  "send",
  "advance",
  "elapsedMillis",
  "close",
  "jump",
  "assess",
  "drainSilently",
  "misuse",
  "remains",
  "troubleNeighbour",
  "restart",
  "head",
  "millisToDeadline",
  "dispose",
] as const satisfies ReadonlyArray<Method>;
