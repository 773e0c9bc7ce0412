/** Numbers in the order in which they came, kept as runs of consecutive ones: `[[3, 7], [9, 9]]`. */
export type Run = readonly [first: number, last: number];

export class Ranges {
  readonly #runs: Array<[number, number]> = [];
  #count = 0;

  add(number: number): void {
    this.#count++;
    const latest = this.#runs.at(-1);
    if (latest !== undefined && latest[1] + 1 === number) latest[1] = number;
    else this.#runs.push([number, number]);
  }

  get count(): number {
    return this.#count;
  }

  /** The number that came last; undefined before the first. */
  get last(): number | undefined {
    return this.#runs.at(-1)?.[1];
  }

  toJSON(): ReadonlyArray<Run> {
    return this.#runs;
  }
}

/** How many numbers both begin with alike. */
export function commonPrefix(one: ReadonlyArray<Run>, other: ReadonlyArray<Run>): number {
  let common = 0;
  for (const [index, [first, last]] of one.entries()) {
    const [start, end] = other[index] ?? [Number.NaN, Number.NaN];
    if (first !== start) break;
    common += Math.min(last, end) - first + 1;
    if (last !== end) break;
  }
  return common;
}
