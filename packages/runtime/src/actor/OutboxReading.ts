/** What may be read off an outbox by whoever must not change it. */
import type { Outbox } from "@sluice/core";

type Change =
  | "account"
  | "offer"
  | "send"
  | "cancel"
  | "take"
  | "delivered"
  | "unsendable"
  | "signal"
  | "advance"
  | "assess";

export type OutboxReading<T> = Omit<Outbox<T>, Change>;
