/** What became of a message when it was offered. The common answers are constants: no allocation. */

/** Why a message that was not taken was refused. */
export type RejectReason =
  /** No room, and the strategy does not make any. */
  | "full"
  /** It waited for room until the block deadline. */
  | "timeout"
  /** Larger than the outbox: nothing is evicted for it. */
  | "too-large"
  /** As many senders wait as may. */
  | "waiters"
  /** Its sender was interrupted while it waited. */
  | "interrupted"
  /** No room, and the connection is closed for it. */
  | "slow-consumer"
  /** The connection is closing or closed. */
  | "closed";

/** Why a message that had been taken was not delivered. */
export type DropReason =
  /** `drop-oldest` made room for a newer one. */
  | "evicted"
  /** `drop-all` reset the outbox. */
  | "cleared"
  /** The connection closed before it was delivered. */
  | "closed";

/** The message is in the outbox; `evicted` others left it for that. */
export interface Accepted {
  readonly _tag: "Accepted";
  readonly evicted: number;
}

/** The message is not in the outbox, and never will be. */
export interface Rejected {
  readonly _tag: "Rejected";
  readonly reason: RejectReason;
}

/** What became of a message. */
export type OfferResult = Accepted | Rejected;

const accepts: ReadonlyArray<Accepted> = Array.from({ length: 65 }, (_, evicted) =>
  Object.freeze({ _tag: "Accepted", evicted }),
);

/** Accepted without an eviction. */
export const accepted: Accepted = accepts[0] as Accepted;

/** Accepted after so many evictions. */
export function acceptedByEvicting(evicted: number): Accepted {
  return accepts[evicted] ?? { _tag: "Accepted", evicted };
}

const rejection = (reason: RejectReason): Rejected => Object.freeze({ _tag: "Rejected", reason });

/** The rejections, by reason. */
export const rejected: Readonly<Record<RejectReason, Rejected>> = {
  full: rejection("full"),
  timeout: rejection("timeout"),
  "too-large": rejection("too-large"),
  waiters: rejection("waiters"),
  interrupted: rejection("interrupted"),
  "slow-consumer": rejection("slow-consumer"),
  closed: rejection("closed"),
};

/** Every reason for a rejection. */
export const rejectReasons: ReadonlyArray<RejectReason> = Object.keys(
  rejected,
) as Array<RejectReason>;

/** Every reason for a drop. */
export const dropReasons: ReadonlyArray<DropReason> = ["evicted", "cleared", "closed"];
