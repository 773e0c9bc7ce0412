/** What never reached the transport, by reason: made when the first message of a connection is lost. */
import {
  type DropReason,
  dropReasons,
  drops,
  type RejectReason,
  rejections,
  rejectReasons,
} from "../fate.js";
import type { Shapes } from "../problems/Rules.js";
import { Tally, total, type Volume, volumeShape } from "./Volume.js";

/** The losses of a connection at a moment. */
export interface LossesSnapshot {
  readonly dropped: Readonly<Record<DropReason, Volume>>;
  readonly rejected: Readonly<Record<RejectReason, Volume>>;
}

/** A tally for each reason. */
export class Losses {
  /** Lost because the client is slow: not what closing, interruption or a mistake of ours took. */
  readonly bySlowness = new Tally();
  readonly dropped: Readonly<Record<DropReason, Tally>> = byReason(dropReasons, (reason) =>
    this.#tally(drops[reason].isSlowness),
  );
  readonly rejected: Readonly<Record<RejectReason, Tally>> = byReason(rejectReasons, (reason) =>
    this.#tally(rejections[reason].isSlowness),
  );

  /** The tallies of what was taken. */
  readonly drops: ReadonlyArray<Tally> = Object.values(this.dropped);

  #tally(isSlowness: boolean): Tally {
    return isSlowness ? new Tally(this.bySlowness) : new Tally();
  }

  /** A picture of them that no longer changes. */
  snapshot(): LossesSnapshot {
    if (this === noLosses) return nothingLost;
    return { dropped: volumes(this.dropped), rejected: volumes(this.rejected) };
  }
}

/** The losses of all connections that have lost nothing. */
export const noLosses: Losses = new Losses();

/** Their picture: whoever has lost nothing shows this one. */
const nothingLost: LossesSnapshot = {
  dropped: volumes(noLosses.dropped),
  rejected: volumes(noLosses.rejected),
};

/** Losses that have been counted before. */
export function restoreLosses({ dropped, rejected }: LossesSnapshot): Losses {
  if (total(dropped).messages + total(rejected).messages === 0) return noLosses;
  const losses = new Losses();
  for (const reason of dropReasons) losses.dropped[reason].restore(dropped[reason]);
  for (const reason of rejectReasons) losses.rejected[reason].restore(rejected[reason]);
  return losses;
}

/** The form of losses from outside. */
export const lossesShape: Shapes = {
  dropped: byReason(dropReasons, () => volumeShape),
  rejected: byReason(rejectReasons, () => volumeShape),
};

function volumes<K extends string>(
  tallies: Readonly<Record<K, Tally>>,
): Readonly<Record<K, Volume>> {
  const pictures = {} as Record<K, Volume>;
  for (const reason of Object.keys(tallies) as Array<K>) {
    pictures[reason] = tallies[reason].snapshot();
  }
  return pictures;
}

function byReason<K extends string, V>(
  reasons: ReadonlyArray<K>,
  make: (reason: K) => V,
): Record<K, V> {
  return Object.fromEntries(reasons.map((reason) => [reason, make(reason)])) as Record<K, V>;
}
