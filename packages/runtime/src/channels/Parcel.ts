/** What goes out of a turn: entries as they are, or several of them in one frame. */
import type { Joiner } from "../adapter/Coalescer.js";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { Cohort } from "./Cohort.js";
import type { Entry } from "./Reader.js";

/** An entry, or several made one; `from` is the place of the first of them. */
export interface Parcel extends Entry {
  readonly from: number;
}

/** Of entries from one on. Only neighbours become one, and only those that are for the same: nobody's order changes. */
export function parcelsOf(
  entries: ReadonlyArray<Entry>,
  begin: number,
  joiner: Joiner<Message> | undefined,
): ReadonlyArray<Parcel> {
  if (joiner === undefined) {
    return entries.slice(begin).map((entry, at) => parcel(entry, entry.frame, begin + at));
  }
  const parcels: Array<Parcel> = [];
  for (let from = begin; from < entries.length; ) {
    const first = entries[from] as Entry;
    let to = from + 1;
    let left = joiner.maxBytes - first.frame.byteLength;
    for (; to < entries.length && joiner.joins(first.frame); to++) {
      const { cohort, except, frame } = entries[to] as Entry;
      left -= frame.byteLength;
      const isNext = cohort === first.cohort && except === first.except && left >= 0;
      if (!isNext || !joiner.joins(frame)) break;
    }
    const frames = entries.slice(from, to).map(({ frame }) => frame);
    const frame = joiner.joins(first.frame) ? joiner.join(frames) : undefined;
    if (frame !== undefined) parcels.push(parcel(first, frame as Frame, from));
    else frames.forEach((alone, at) => parcels.push(parcel(first, alone, from + at)));
    from = to;
  }
  return parcels;
}

/** Written out: of objects that are spread each has a shape of its own, and whoever reads them is slow. */
const parcel = ({ cohort, except }: Entry, frame: Frame, from: number): Parcel => ({
  cohort,
  frame,
  except,
  label: undefined,
  from,
});

/** How many parcels the cohort has that has most. */
export function mostOfOneCohort(parcels: ReadonlyArray<Parcel>): number {
  const counts = new Map<Cohort, number>();
  let most = 0;
  for (const { cohort } of parcels) {
    const count = (counts.get(cohort) ?? 0) + 1;
    counts.set(cohort, count);
    most = Math.max(most, count);
  }
  return most;
}
