/** A part of the bench: what is measured together, in one run. */
import type { Figure } from "./Figure.js";

export interface Part {
  readonly name: string;
  /** What each of its figures is, by id: in the words that the documents show. */
  readonly figures: Readonly<Record<string, string>>;
  /** It may print details while it runs. */
  readonly run: (settings: Settings) => Promise<ReadonlyArray<Figure>>;
}

/** What can be asked of parts that simulate; of others it changes nothing. */
export interface Settings {
  readonly connections?: number;
  readonly seed?: number;
  /** A folder for pictures. */
  readonly out?: string;
}

/** Whether someone who names this means that: it, or all that begins so (`fanout` means `fanout-batch-10` too). */
export function names(asked: string, name: string): boolean {
  return asked === name || name.startsWith(`${asked}-`);
}

/** The ids of those figures of a part that are asked for by one of these names; of all when there are none. */
export function chosen(part: Part, asked: ReadonlyArray<string>): ReadonlyArray<string> {
  const ids = Object.keys(part.figures);
  if (asked.length === 0 || asked.some((one) => names(one, part.name))) return ids;
  return ids.filter((id) => asked.some((one) => names(one, id)));
}
