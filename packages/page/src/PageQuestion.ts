/** What the page of a thread asks all threads, and what each answers: plain data, as it crosses. */
import type { Departure, Moment, PastPoint, Snapshot } from "./Protocol.js";

/** Whoever can ask all threads: `whole` of `@sluice/threads`. */
export interface Whole {
  ask(question: unknown): Promise<ReadonlyArray<{ readonly answer: unknown }>>;
}

/** `asker` is the page that asks: what is counted since the last time is so for each. */
export type PageQuestion =
  | { readonly page: "picture"; readonly asker: string }
  | { readonly page: "moments"; readonly asker: string; readonly id: string }
  | { readonly page: "past" };

export interface PictureAnswer {
  readonly snapshot: Snapshot;
  readonly departures: ReadonlyArray<Departure>;
}

/** Of a connection of another thread: undefined there. */
export interface MomentsAnswer {
  /** By the clock of the thread that has it. */
  readonly nowMillis: number;
  readonly moments: ReadonlyArray<Moment>;
}

export type PastAnswer = ReadonlyArray<PastPoint>;

export function isPageQuestion(question: unknown): question is PageQuestion {
  return typeof question === "object" && question !== null && "page" in question;
}

/** What those threads answer that have a page. */
export async function askPages<A>(whole: Whole, question: PageQuestion): Promise<ReadonlyArray<A>> {
  const answers = await whole.ask(question);
  return answers.filter(({ answer }) => answer !== undefined).map(({ answer }) => answer as A);
}
