/** What the main thread does for those that serve: queries, their last accounts, and the controls of a demonstration. */
import type { Demonstration } from "@sluice/page";
import type { Whole } from "@sluice/threads";
import type { QueryDesk } from "./QueryDesk.js";
import type { MainQuestion, ThreadQuestion } from "./Question.js";
import { stateOf, work } from "./RemoteDemonstration.js";
import type { ThreadsBook } from "./ThreadsBook.js";

export class Front {
  readonly #queries: QueryDesk;
  readonly #book: ThreadsBook;
  readonly #whole: () => Whole;
  #demonstration: Demonstration | undefined;

  constructor(queries: QueryDesk, book: ThreadsBook, whole: () => Whole) {
    this.#queries = queries;
    this.#book = book;
    this.#whole = whole;
  }

  /** `ended` is aborted when the thread that asks has ended. */
  answer(question: MainQuestion, ended: AbortSignal): unknown {
    switch (question.about) {
      case "accounts":
        return this.#book.hear(question.told);
      case "demonstration":
        return this.#demonstration && stateOf(this.#demonstration);
      case "control": {
        if (this.#demonstration === undefined) throw new Error("there is no demonstration");
        const done = work(this.#demonstration, question.control);
        this.demonstrate(this.#demonstration);
        return done;
      }
      default:
        return this.#queries.answer(question, ended);
    }
  }

  /** Shows how it is set up now to the pages of all threads. */
  demonstrate(demonstration: Demonstration): void {
    this.#demonstration = demonstration;
    const question: ThreadQuestion = { about: "demonstrate", state: stateOf(demonstration) };
    void this.#whole().ask(question);
  }
}
