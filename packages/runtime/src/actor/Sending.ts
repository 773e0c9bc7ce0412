/**
 * One message on its way in. That of a send goes into the outbox now or when its turn has come, and whoever looks at it is
 * told; one for many, whose channel has limits of its own, goes into the outbox of its channel.
 */
import type { OfferResult, Outbox, Waiter } from "@sluice/core";
import type { Backlogs, Limited } from "./Backlogs.js";
import type { Pump } from "./Pump.js";
import type { Rung } from "./Rung.js";

/** Is told what became of a message, and whether its sender had to wait. */
export type Settle = (result: OfferResult, hasWaited: boolean) => void;

/** Undefined when its sender does not wait. */
export function sendTo<T>(
  outbox: Outbox<T>,
  pump: Pump<T>,
  message: T,
  settle: Settle,
): Waiter<T> | undefined {
  let sinceMillis: number | undefined;
  pump.watchers?.sends();
  const waiter = outbox.send(message, (result) => {
    if (sinceMillis !== undefined) pump.watchers?.waitEnds(sinceMillis, result);
    settle(result, sinceMillis !== undefined);
  });
  pump.watchers?.sent();
  pump.standInLine();
  if (waiter !== undefined) sinceMillis = pump.watchers?.waitBegins() ?? Number.NaN;
  return waiter;
}

/** Whose message it is. */
interface Taker<T> {
  readonly pump: { readonly backlogs: Backlogs<T> | undefined; standInLine(): void };
  evict(options: object, rung: Rung): void;
}

/** Its backlogs are there. */
export function takeOf<T>(
  channel: Limited,
  taker: Taker<T>,
  message: T,
  bytes: number,
): OfferResult {
  const { pump } = taker;
  const result = (pump.backlogs as Backlogs<T>).offer(channel, message, bytes);
  if (result._tag === "Rejected" && result.reason === "slow-consumer") taker.evict({}, "overflow");
  pump.standInLine();
  return result;
}
