/** What became of a message when it was offered. The common answers are constants: no allocation. */

import { type RejectReason, rejectReasons } from "./fate.js";

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

/** The rejections, by reason. */
export const rejected: Readonly<Record<RejectReason, Rejected>> = Object.fromEntries(
  rejectReasons.map((reason) => [reason, Object.freeze({ _tag: "Rejected", reason })]),
) as Record<RejectReason, Rejected>;
