/** The connections of all threads: a look at them, and what became of their messages when the threads have closed. */
import type { Whole } from "@sluice/threads";
import type { Accounts } from "../ConnectionBook.js";
import { Glance, type Seen } from "../Glance.js";
import type { ThreadQuestion, Told } from "./Question.js";

export class ThreadsBook implements Accounts {
  readonly #whole: () => Whole;
  readonly #told: Array<Told> = [];
  readonly #unknown = new Set<string>();

  constructor(whole: () => Whole) {
    this.#whole = whole;
  }

  async glance(maxFirst: number): Promise<Glance> {
    const question: ThreadQuestion = { about: "glance", maxFirst };
    const answers = await this.#whole().ask(question);
    return Glance.together(
      maxFirst,
      answers.map(({ answer }) => answer as Seen),
    );
  }

  /** A thread has closed its connections. */
  hear(told: Told): void {
    this.#told.push(told);
  }

  /** How many threads have. */
  get size(): number {
    return this.#told.length;
  }

  /** What became of some connections will not be known. */
  miss(why: string): void {
    this.#unknown.add(`${why}: what became of its connections is not known`);
  }

  closed(): ReturnType<Accounts["closed"]> {
    return this.#told.flatMap(({ closed }) => closed);
  }

  open(): ReturnType<Accounts["open"]> {
    return this.#told.flatMap(({ open }) => open);
  }

  get forgotten(): number {
    return this.#told.reduce((sum, { forgotten }) => sum + forgotten, 0);
  }

  get forgottenUnbalanced(): number {
    return this.#told.reduce((sum, { forgottenUnbalanced }) => sum + forgottenUnbalanced, 0);
  }

  get unknown(): ReadonlyArray<string> {
    return [...this.#unknown];
  }
}
