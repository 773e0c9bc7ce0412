/** What is known of a connection that was cut off: who, when, for what, and what it cost. */
import type { Volume } from "@sluice/core";
import type { Holder } from "./Holder.js";
import type { Condition, Rung } from "./Rung.js";

/** A connection that was closed without a flush. Plain JSON. */
export interface Eviction extends Condition {
  readonly id: string;
  readonly label?: string;
  /** When that was decided, in milliseconds since 1970. */
  readonly atEpochMillis: number;
  readonly rung: Rung;
  /** What the client was told, if its socket still took it. */
  readonly code: number;
  readonly reason: string;
  /** What waited in its outbox, and was dropped as `closed`. What `memory` took before that was dropped as `shed`. */
  readonly discarded: Volume;
}

/** How a connection was cut off; undefined for one that was not. */
export function evictionOf<T>({ id, nameplate, awake }: Holder<T>): Eviction | undefined {
  if (awake?.outbox.state !== "closed") return undefined;
  const { cutOff } = awake.ending;
  if (cutOff === undefined) return undefined;
  const { dropped, rejected } = awake.outbox.stats();
  // What the outbox decided by itself it decided about a message without room, or its budget did.
  const byItself = rejected["slow-consumer"].messages > 0 ? "overflow" : "memory";
  const { atEpochMillis, rung = byItself, condition, farewell } = cutOff;
  const { code, reason } = farewell;
  const { label } = nameplate;
  const who = { id, ...(label !== undefined && { label }) };
  return { ...who, atEpochMillis, rung, code, reason, ...condition, discarded: dropped.closed };
}
