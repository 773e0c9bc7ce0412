/** Looks at all threads that serve now, each asked at once. One that ends meanwhile, or is too busy, is left out. */
import { answerOf } from "./answerOf.js";
import { joinedMetrics } from "./joinedMetrics.js";
import { type PageOptions, pageOf, type ThreadsPage } from "./Page.js";
import type { ThreadCounts } from "./Protocol.js";
import type { Thread } from "./Thread.js";
import type { ThreadAnswer, Whole, WholeQuestion } from "./Whole.js";

export class Overview implements Whole {
  readonly #serving: () => ReadonlyArray<Thread>;

  constructor(serving: () => ReadonlyArray<Thread>) {
    this.#serving = serving;
  }

  counts(): Promise<ReadonlyArray<ThreadCounts & { readonly thread: number }>> {
    return this.#each(async (thread) => ({
      ...(await thread.ask("counts", undefined)),
      thread: thread.index,
    }));
  }

  connections(options: PageOptions = {}): Promise<ThreadsPage> {
    return pageOf(this.#serving(), options);
  }

  async metrics(): Promise<string> {
    const texts = await this.#each(async (thread) => ({
      thread: thread.index,
      text: await thread.ask("metrics", undefined),
    }));
    return joinedMetrics(texts);
  }

  ask(question: unknown): Promise<ReadonlyArray<ThreadAnswer>> {
    return this.#each(async (thread) => ({
      thread: thread.index,
      answer: await thread.ask("own", question),
    }));
  }

  /** What a thread asks of it. */
  answer(what: Exclude<WholeQuestion, "main">, asked: unknown): Promise<unknown> {
    switch (what) {
      case "counts":
        return this.counts();
      case "connections":
        return this.connections(asked as PageOptions | undefined);
      case "metrics":
        return this.metrics();
      case "ask":
        return this.ask(asked);
      default:
        return what satisfies never;
    }
  }

  async #each<T>(ask: (thread: Thread) => Promise<T>): Promise<ReadonlyArray<T>> {
    const found = await Promise.all(this.#serving().map((thread) => answerOf(ask(thread))));
    return found.flatMap((one) => (one === undefined ? [] : [one]));
  }
}
