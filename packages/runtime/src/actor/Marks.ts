/**
 * How long at the least the oldest message of one queue has waited, without a cost per message: a mark is how many had
 * come by a look, and while fewer than that have left, one of them waits. Pure; time is a parameter.
 */

/** What it looks at: messages leave it in the order in which they came. */
export interface Queue {
  readonly length: number;
  /** Messages are numbered as they come: the next to come has this number. */
  readonly takenHere: number;
  /** What has a lower number has left. */
  readonly departedHere: number;
}

/** So many messages had been taken at a look. */
interface Mark {
  readonly atMillis: number;
  readonly taken: number;
}

const never = Number.POSITIVE_INFINITY;

/** Marks are no closer to each other than this part of the age that is too much. */
const marksPerAge = 8;

export class Marks {
  /** The oldest first. */
  readonly #marks: Array<Mark> = [];

  /** Since when, at the latest, the oldest that waits has waited; `Infinity` when that is not known of any. */
  get sinceMillis(): number {
    return this.#marks[0]?.atMillis ?? never;
  }

  /** Looks at the queue, of which more than `mostMillis` is too old. */
  look({ length, takenHere, departedHere }: Queue, nowMillis: number, mostMillis: number): void {
    const marks = this.#marks;
    while (marks[0] !== undefined && marks[0].taken <= departedHere) marks.shift();
    const sinceMark = nowMillis - (marks.at(-1)?.atMillis ?? -never);
    if (length > 0 && sinceMark >= mostMillis / marksPerAge) {
      marks.push({ atMillis: nowMillis, taken: takenHere });
    }
    // Of those that are too old the first says how old, and the last is there for the longest.
    while (marks[2] !== undefined && nowMillis - marks[2].atMillis >= mostMillis)
      marks.splice(1, 1);
  }
}
