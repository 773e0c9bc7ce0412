/** How a client reads: at its pace, away again and again, or asleep from some time on. Times are in milliseconds. */

export interface Temper {
  readonly bytesPerMilli: number;
  readonly roundTripMillis: number;
  /** `Infinity` is never. */
  readonly awayEveryMillis: number;
  readonly awayForMillis: number;
  /** When it is first away; `Infinity` is never. */
  readonly awayAtMillis: number;
  /** It reads nothing from then on, and its connection stays. */
  readonly sleepsAtMillis: number;
}

/** Whether it reads nothing at that time. */
export function isAway(temper: Temper, atMillis: number): boolean {
  return atMillis >= temper.sleepsAtMillis || atMillis < backAt(temper, turnOf(temper, atMillis));
}

/** When it has read so many bytes, at its pace, if it begins at that time; never, if it sleeps before. */
export function readsUntil(temper: Temper, fromMillis: number, bytes: number): number {
  const { sleepsAtMillis } = temper;
  let turn = turnOf(temper, fromMillis);
  let at = Math.max(fromMillis, backAt(temper, turn));
  let left = bytes / temper.bytesPerMilli;
  for (;;) {
    const leavesMillis = leavesAt(temper, ++turn);
    if (at + left <= Math.min(leavesMillis, sleepsAtMillis)) return at + left;
    if (sleepsAtMillis <= leavesMillis) return Number.POSITIVE_INFINITY;
    left -= leavesMillis - at;
    at = backAt(temper, turn);
  }
}

/** How often it has been away before, or is for the first time at 0; below 0 it has not been. */
function turnOf({ awayAtMillis, awayEveryMillis }: Temper, atMillis: number): number {
  return awayAtMillis === Number.POSITIVE_INFINITY
    ? -1
    : Math.floor((atMillis - awayAtMillis) / awayEveryMillis);
}

function leavesAt({ awayAtMillis, awayEveryMillis }: Temper, turn: number): number {
  return awayAtMillis === Number.POSITIVE_INFINITY
    ? awayAtMillis
    : awayAtMillis + turn * awayEveryMillis;
}

function backAt(temper: Temper, turn: number): number {
  return turn < 0 ? 0 : leavesAt(temper, turn) + temper.awayForMillis;
}
