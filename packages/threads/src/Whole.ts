/** All threads together, as the main thread looks at them, and each thread by way of it. */
import type { PageOptions, ThreadsPage } from "./Page.js";
import type { ThreadCounts } from "./Protocol.js";

export interface Whole {
  /** Of each thread that serves now. */
  counts(): Promise<ReadonlyArray<ThreadCounts & { readonly thread: number }>>;
  /** Connections of all threads, at most `limit` (100 by default, 1,000 at most), and where the next page begins. */
  connections(options?: PageOptions): Promise<ThreadsPage>;
  /** The metrics of all threads for Prometheus, each series with the label `thread`. */
  metrics(): Promise<string>;
  /** What each thread answers to a question of yours, by its `answer`; both are what `postMessage` can carry. */
  ask(question: unknown): Promise<ReadonlyArray<ThreadAnswer>>;
}

export interface ThreadAnswer {
  readonly thread: number;
  readonly answer: unknown;
}

/** What a thread asks of the main thread; the last is put to its own `answer`. */
export interface WholeQuestions {
  readonly counts: { readonly asked: undefined };
  readonly connections: { readonly asked: PageOptions | undefined };
  readonly metrics: { readonly asked: undefined };
  readonly ask: { readonly asked: unknown };
  readonly main: { readonly asked: unknown };
}

export type WholeQuestion = keyof WholeQuestions;

/** The whole, as a thread sees it: whatever it is asked, the main thread is. */
export function wholeBy(ask: (what: WholeQuestion, asked: unknown) => Promise<unknown>): Whole {
  return {
    counts: () => ask("counts", undefined) as ReturnType<Whole["counts"]>,
    connections: (options) => ask("connections", options) as ReturnType<Whole["connections"]>,
    metrics: () => ask("metrics", undefined) as ReturnType<Whole["metrics"]>,
    ask: (question) => ask("ask", question) as ReturnType<Whole["ask"]>,
  };
}
