/** Why a connection was cut off: the rungs of the ladder for slow clients, and what else ends one without a flush. */
import { type Configuration, withRetry } from "@sluice/core";
import { Context, Random } from "effect";
import { type Farewell, maxReasonBytes, slowConsumer } from "./CloseInfo.js";

/**
 * It gave no sign of reading (`stalled`), too much of what it was sent was lost (`drop-rate`), its oldest message had
 * waited too long (`age`), its outbox was full (`overflow`), or all that are behind held too much (`memory`); it sent too
 * many pings (`pings`), too many messages in a second (`rate`), or more than may wait for its handlers (`inbox`); or
 * somebody called `evict` (`asked`), or something of it threw (`failed`).
 */
export const rungs = [
  "stalled",
  "drop-rate",
  "age",
  "overflow",
  "memory",
  "pings",
  "rate",
  "inbox",
  "asked",
  "failed",
] as const;

export type Rung = (typeof rungs)[number];

/** Whether a configuration has one of these rungs. */
export function hasLadder({ evictDropRate, evictAgeMillis }: Configuration): boolean {
  return evictDropRate !== null || evictAgeMillis !== null;
}

/** What was seen of a connection when it was cut off. */
export interface Condition {
  /** How long it had given no sign of reading; 0 for one that had. */
  readonly stalledMillis: number;
  /** The share of what it had recently been sent that was lost, 0 to 1. */
  readonly dropRate: number;
  /** How long at the least its oldest message had waited, at the latest look; 0 where `evictAgeMillis` is null. */
  readonly oldestMillis: number;
}

/** What one is told that is cut off for a rung: the reason says which. */
export function farewellFor(rung: Rung, condition: Condition): Farewell {
  const why = whyOf(rung, condition);
  const { code, reason } = slowConsumer;
  return why === undefined ? slowConsumer : { code, reason: `${reason}: ${why}` };
}

function whyOf(
  rung: Rung,
  { stalledMillis, dropRate, oldestMillis }: Condition,
): string | undefined {
  if (rung === "stalled") return `no progress for ${seconds(stalledMillis)}`;
  if (rung === "drop-rate") return `${Math.round(100 * dropRate)} % lost`;
  if (rung === "age") return `oldest message waited ${seconds(oldestMillis)}`;
  return undefined;
}

const seconds = (millis: number) => `${Number((millis / 1000).toFixed(1))} s`;

/** The same with a hint of when to come back, for who is slow: by the chance of the context. */
export function hinted(
  farewell: Farewell,
  { minRetryMillis, maxRetryMillis }: Configuration,
  context: Context.Context<never>,
): Farewell {
  const { code, reason } = farewell;
  const isSlow = code === slowConsumer.code && reason.startsWith(slowConsumer.reason);
  if (maxRetryMillis === null || !isSlow) return farewell;
  const chance = Context.get(context, Random.Random).nextDoubleUnsafe();
  const millis = minRetryMillis + chance * (maxRetryMillis - minRetryMillis);
  const told = withRetry(reason, millis);
  // A reason of a user's own may leave no place for it.
  return Buffer.byteLength(told) > maxReasonBytes ? farewell : { code, reason: told };
}
